/** Twenty thousand random operations answer as on a plain directory, at the host and at a guest. */
import { sessionTarget } from "../suites/conformance/session.ts";
import { describeDifferential } from "../suites/differential/suite.ts";

describeDifferential("the host's mount", sessionTarget("host"));
describeDifferential("a guest's mount", sessionTarget("guest"));
