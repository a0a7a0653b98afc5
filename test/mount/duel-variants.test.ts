/** The duels under harder conditions: a slow road, clocks apart, the other driver, a writer beside the mount. */
import { sessionField } from "../suites/duel/field.ts";
import { describeDuels } from "../suites/duel/suite.ts";

const far = { ms: 25, jitter: 10 };
const slowRoad = { seed: 25, toHost: far, toGuest: far };

describeDuels(
  "guests 25 ms away whose clocks are 3 s off",
  sessionField({ guests: 2, proxy: slowRoad, clocksMs: [3000, -3000] }),
  {
    commits: 60,
  },
);

describeDuels("clocks 3 s apart", sessionField({ guests: 2, clocksMs: [3000, -3000] }), { kinds: ["lines"] });

describeDuels("the fuse-native driver", sessionField({ guests: 2, driver: "fuse-native" }), {
  kinds: ["commits"],
  commits: 90,
  // Old and new opens of a path share libfuse's pages: git may find its index torn, and says so.
  known: /index uses |index file corrupt|bad index file|bad signature/,
});

describeDuels("a writer in the host's real folder beside its mount", sessionField({ guests: 1 }, true), {
  kinds: ["commits", "lines"],
  commits: 90,
});
