/** Live peers for the coherence suite. */
import { type SessionOptions, startSession } from "../../harness/peers.ts";
import type { OpenPeers } from "./peers.ts";

/** `order`: which peer is A and which is B; 0 is the host. */
export function sessionPeers(order: readonly number[], options: SessionOptions = { guests: 1 }): OpenPeers {
  return async () => {
    const session = await startSession(options);
    const chosen = order.map((index) => session.peers[index]).filter((peer) => peer !== undefined);
    return {
      mounts: chosen.map((peer) => peer.root),
      // The host cannot crash alone: its session ends with it.
      ...(chosen[1] !== session.host && {
        async crash(mount: number) {
          const peer = chosen[mount];
          if (peer === undefined) throw new Error(`no peer ${mount}`);
          process.kill(peer.helper.pid, "SIGKILL");
          await peer.helper.stop();
        },
      }),
      close: session.close,
    };
  };
}
