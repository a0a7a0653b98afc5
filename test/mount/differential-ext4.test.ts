/** The control of the differential test: two plain directories never differ. */
import { openPlainTarget } from "../suites/conformance/plain.ts";
import { describeDifferential } from "../suites/differential/suite.ts";

describeDifferential("a plain directory", openPlainTarget);
