/** Live peers for the suite: a host, a guest, and a second guest for the tests that end one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SessionOptions, startSession } from "../../harness/peers.ts";
import type { OpenPeers } from "./peers.ts";

/** `order`: which peer is A and which is B; 0 is the host. */
export function sessionPeers(order: readonly number[], options: Omit<SessionOptions, "folder"> = { guests: 1 }): OpenPeers {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "pairmount-shared-"));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    try {
      const session = await startSession({ folder, ...options });
      const chosen = order.map((index) => session.peers[index]).filter((peer) => peer !== undefined);
      return {
        mounts: chosen.map((peer) => peer.root),
        async crash(mount) {
          const peer = chosen[mount];
          if (peer === undefined || peer === session.host) throw new Error("only a guest can crash alone");
          process.kill(peer.helper.pid, "SIGKILL");
          await peer.helper.stop();
        },
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
