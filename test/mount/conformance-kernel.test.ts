/** A live session through the kernel driver conforms, seen by its host and by a guest. */
import { sessionTarget } from "../suites/conformance/session.ts";
import { describeConformance } from "../suites/conformance/suite.ts";

describeConformance("the host's mount", sessionTarget("host"));
describeConformance("a guest's mount", sessionTarget("guest"));
