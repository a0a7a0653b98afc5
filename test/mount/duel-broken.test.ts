/** Each duel can fail: with a rule switched off and the host's lane to its guests delayed, acknowledged work is lost. */
import { sessionField } from "../suites/duel/field.ts";
import { describeLosing } from "../suites/duel/suite.ts";

const lateNews = { seed: 7, toGuest: { ms: 200, jitter: 50 } };

describeLosing(
  "locks answered locally, host to guest 200 ms late",
  sessionField({ guests: 2, proxy: lateNews, breakGuests: "local-locks" }),
  ["commits", "swaps", "lines"],
);

describeLosing(
  "locks answered locally, conditions off, host to guest 200 ms late",
  sessionField({ guests: 2, proxy: lateNews, breakGuests: "local-locks", breakHost: "no-conditions" }),
  // Not the commits: without conditions the shared index is torn before anybody commits.
  ["swaps", "lines", "branches"],
);
