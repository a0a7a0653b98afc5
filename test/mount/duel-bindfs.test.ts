/** Can the duels fail? One directory behind ordinary kernel caches loses acknowledged commits, with a clean fsck. */
import { describe } from "vitest";
import { bindfsField, hasBindfs } from "../suites/duel/bindfs.ts";
import { describeLosing } from "../suites/duel/suite.ts";

describe.skipIf(!hasBindfs)("without a barrier behind the lock", () => {
  describeLosing("three bindfs mounts of one directory", bindfsField(3), ["commits", "swaps", "lines"]);
});
