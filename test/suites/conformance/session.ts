/** The suite's targets in a live session: the host's own mount, or a guest's. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type SessionOptions, startSession } from "../../harness/peers.ts";
import { type OpenTarget, pairmountAnswers } from "./target.ts";

export function sessionTarget(side: "host" | "guest", options: SessionOptions = { guests: 1 }): OpenTarget {
  return async () => {
    const session = await startSession(options);
    const peer = side === "host" ? session.host : session.guests[0];
    if (peer === undefined) throw new Error("the session has no guest");
    const dir = join(peer.root, "tests");
    mkdirSync(dir);
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    return { dir, answers: pairmountAnswers, otherUsers: owner.uid === 0, owner, close: session.close };
  };
}
