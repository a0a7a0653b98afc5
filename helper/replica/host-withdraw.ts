import type { Decided } from "./api.ts";
import { applyOp, type Applied } from "./apply.ts";
import { conceal, leavingBefore, leavingOp } from "./born-git-dir.ts";
import { keysOf, watch } from "./changes.ts";
import type { HostState } from "./host-state.ts";
import { hostPeer, type PeerId, type Version } from "./ids.ts";
import { judge } from "./judge.ts";
import type { Op } from "./op.ts";

/** R-BORN: orders the removal of what `op`, if it is going to apply, makes private. */
export function withdraw(state: HostState, by: PeerId, op: Op): readonly Decided[] {
  const { ns, git, backing, numbers, seen } = state;
  const decided: Decided[] = [];
  const leaving = leavingBefore(ns, git, op);
  if (leaving.length === 0 || judge(state, by, op).t === "refuse") return decided;
  for (const each of leaving) {
    const leave = leavingOp(each, op.time);
    const diff = watch(seen, keysOf(leave));
    if (by !== hostPeer && backing.apply(leave) !== undefined) return decided;
    const seq = numbers.nextPosition();
    const id = numbers.nextOp();
    const ordered: Applied = { t: "applied", seq, id, by: hostPeer, op: leave, version: 0 as Version, grant: false };
    if (by === hostPeer) conceal(ns, each, op.time);
    else applyOp(ns, ordered);
    decided.push({ ordered, shared: true, changes: diff() });
  }
  return decided;
}
