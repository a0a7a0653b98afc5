/** The control of the conformance suite: a plain directory passes it without exception. */
import { openPlainTarget } from "../suites/conformance/plain.ts";
import { describeConformance } from "../suites/conformance/suite.ts";

describeConformance("a plain directory", openPlainTarget);
