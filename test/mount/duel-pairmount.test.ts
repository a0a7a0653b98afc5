/** Proof 3: three helpers, three mounts, one repository. */
import { sessionField } from "../suites/duel/field.ts";
import { describeDuels } from "../suites/duel/suite.ts";

describeDuels("a host and two guests", sessionField({ guests: 2 }));
