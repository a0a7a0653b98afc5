import { fail, ok } from "../base/result.ts";
import type { HostReplica } from "./api.ts";
import { watch } from "./changes.ts";
import { isHiddenAt } from "./host-hide.ts";
import { decide } from "./host-decide.ts";
import { endLease } from "./host-lease.ts";
import { HostPipeline, ignored } from "./host-pipeline.ts";
import { asHidden } from "./host-private.ts";
import { createHostState, keysToWatch, type HostOptions } from "./host-state.ts";
import { withdraw } from "./host-withdraw.ts";
import { hostPeer } from "./ids.ts";
import { takeSnapshot } from "./snapshot.ts";
import { createPlaceQuestions } from "./view.ts";

/**
 * The truth. Operations come in by one of three doors: the host's own mount (`local`), a guest (`submit`, host-pipeline.ts) or
 * the real folder (`adopt`); all are decided by host-decide.ts, and change host-state.ts.
 */
export function createHostReplica(options: HostOptions): HostReplica {
  const state = createHostState(options);
  const pipeline = new HostPipeline(state);
  const { ns, tree, git, numbers, bursts, seeds, seen } = state;

  return {
    ...createPlaceQuestions(tree, git, () => ns.locks),
    get position() {
      return numbers.position;
    },
    lookup: (at) => seen.lookup(at),
    node: (id) => seen.node(id),
    list: (dir) => Array.from(ns.get(dir)?.children ?? [], ([name, node]) => ({ name, node })),
    placeOf: (id) => ns.get(id)?.at,
    isPrivate: (at) => asHidden(ns, git, at),
    isHidden: (at) => isHiddenAt(ns, git, at),
    isPrivateNode: (id) => ns.get(id)?.hidden ?? false,
    forget(id) {
      if (!ns.isLive(id)) ns.nodes.delete(id);
    },
    nextOp: () => numbers.nextOp(),
    nextRange: () => numbers.nextRange(),
    newNode: () => numbers.newNode(),
    local(op) {
      const outcome = decide(state, { by: hostPeer, id: numbers.nextOp(), op });
      if (outcome.t === "refuse") return { result: fail(outcome.errno), decided: ignored };
      const { applied, shared } = outcome;
      return { result: ok(applied), decided: { ordered: applied, shared, changes: [] } };
    },
    busy(node, busy) {
      if (busy) bursts.set(node, hostPeer);
      else if (bursts.get(node) === hostPeer) bursts.delete(node);
    },
    withdraw: (by, op) => (pipeline.isReadOnly(by) ? [] : withdraw(state, by, op)),
    submit: (by, submitted) => pipeline.submit(by, submitted),
    adopt(op) {
      const diff = watch(seen, keysToWatch(state, op));
      const outcome = decide(state, { by: hostPeer, id: numbers.nextOp(), op, real: true });
      return outcome.t === "refuse" ? ignored : { ordered: outcome.applied, shared: outcome.shared, changes: diff() };
    },
    snapshot: () => takeSnapshot(ns, seeds, numbers.position),
    gone: (peer) => endLease(state, peer),
    setReadOnly: (peer, readOnly) => pipeline.setReadOnly(peer, readOnly),
  };
}
