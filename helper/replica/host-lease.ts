import type { Decided } from "./api.ts";
import { keysOf, watch } from "./changes.ts";
import { decide } from "./host-decide.ts";
import type { HostState } from "./host-state.ts";
import { hostPeer, type PeerId } from "./ids.ts";
import type { Op } from "./op.ts";

/** R-LEASE: a peer that is gone loses its bursts and its locks. */
export function endLease(state: HostState, peer: PeerId): readonly Decided[] {
  const { ns, bursts, revoked, numbers, seen } = state;
  for (const [node, writer] of bursts) if (writer === peer) bursts.delete(node);
  const decided: Decided[] = [];
  for (const [node, owner] of ns.locks) {
    const lock = ns.get(node);
    if (owner !== peer || lock?.at === undefined) continue;
    revoked.add(lock.at, peer);
    const op: Op = { t: "unlink", at: lock.at, node, seen: lock.version, time: lock.ctime };
    const diff = watch(seen, keysOf(op));
    ns.setOwner(lock, undefined);
    const outcome = decide(state, { by: hostPeer, id: numbers.nextOp(), op });
    if (outcome.t === "applied") decided.push({ ordered: outcome.applied, shared: outcome.shared, changes: diff() });
  }
  return decided;
}
