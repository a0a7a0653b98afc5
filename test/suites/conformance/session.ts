/** The suite's targets in a live session: the host's own mount, or a guest's. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSession } from "../../harness/peers.ts";
import { type OpenTarget, pairmountAnswers } from "./target.ts";

export function sessionTarget(side: "host" | "guest"): OpenTarget {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "pairmount-shared-"));
    chmodSync(folder, 0o755);
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    try {
      const session = await startSession({ folder, guests: 1 });
      const peer = side === "host" ? session.host : session.guests[0];
      if (peer === undefined) throw new Error("the session has no guest");
      const dir = join(peer.root, "tests");
      mkdirSync(dir);
      return {
        dir,
        answers: pairmountAnswers,
        otherUsers: process.getuid?.() === 0,
        owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
        async close() {
          await session.close();
          remove();
        },
      };
    } catch (error) {
      remove();
      throw error;
    }
  };
}
