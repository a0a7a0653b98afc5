/** The control: on one plain directory the week passes, so a step that fails elsewhere found something. */
import { plainEveryday } from "../suites/everyday/field.ts";
import { describeEveryday } from "../suites/everyday/suite.ts";

describeEveryday("two names for one plain directory", plainEveryday, ["ada"]);
