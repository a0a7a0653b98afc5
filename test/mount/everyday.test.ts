/** Proof 4: a week of git by the host, then one by the guest. */
import { sessionEveryday } from "../suites/everyday/field.ts";
import { describeEveryday } from "../suites/everyday/suite.ts";

describeEveryday("a host and a guest", sessionEveryday, ["the host", "the guest"]);
