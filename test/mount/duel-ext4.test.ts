/** The control: on one plain directory all duels are good, so a duel that fails elsewhere found something. */
import { plainField } from "../suites/duel/field.ts";
import { describeDuels } from "../suites/duel/suite.ts";

describeDuels("three names for one plain directory", plainField(3));
