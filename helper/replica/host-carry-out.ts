import type { Errno } from "../base/errno.ts";
import { applyOp } from "./apply.ts";
import { takeSeed } from "./host-private.ts";
import type { HostState } from "./host-state.ts";
import { hostPeer, type PeerId, type Version } from "./ids.ts";
import type { Verdict } from "./judge.ts";
import type { Inode } from "./namespace.ts";
import type { Op, Place } from "./op.ts";

/** R-DISK: lets the real folder do what was judged, and what must happen there before it. Returns the errno of its no. */
export function carryOut(state: HostState, by: PeerId, verdict: Extract<Verdict, { t: "apply" }>): Errno | undefined {
  const { backing, numbers } = state;
  const { op } = verdict;
  for (const { node, at } of verdict.revive) {
    const failed = backing.revive(node, at, 0o755);
    if (failed !== undefined) return failed;
  }
  if (op.t === "seed") {
    if (by === hostPeer) return undefined;
    return takeSeed({ ...state, newNode: () => numbers.newNode(), version: numbers.nextOp() as number as Version }, op);
  }
  const emptied = op.t === "rmdir" ? op.at : op.t === "rename" && op.victim !== null ? op.to : undefined;
  const failed = emptied === undefined ? undefined : clearHidden(state, emptied, op);
  if (failed !== undefined) return failed;
  if (!state.conditions) clearWay(state, op);
  return backing.apply(op);
}

/** Private files in a directory that a peer removes go first, one by one (R-PRIV). */
function clearHidden(state: HostState, at: Place, because: Op): Errno | undefined {
  const dir = state.ns.at(at);
  for (const [name, id] of dir?.children ?? []) {
    const place = { parent: (dir as Inode).id, name };
    const inode = state.ns.get(id);
    if (inode === undefined) continue;
    const failed = clearHidden(state, place, because) ?? removeHidden(state, place, inode, because);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

function removeHidden(state: HostState, at: Place, inode: Inode, { time }: Op): Errno | undefined {
  const op: Op =
    inode.kind === "dir"
      ? { t: "rmdir", at, node: inode.id, time }
      : { t: "unlink", at, node: inode.id, seen: inode.version, time };
  const failed = state.backing.apply(op);
  if (failed !== undefined) return failed;
  const { position: seq } = state.numbers;
  const id = state.numbers.nextOp();
  applyOp(state.ns, { t: "applied", seq, id, by: hostPeer, op, version: 0 as Version, grant: false }, true);
  return undefined;
}

/** Test-only, without conditions: the last one wins. */
function clearWay({ ns, backing }: HostState, op: Op): void {
  if (!("at" in op) || op.t === "unlink" || op.t === "rmdir") return;
  const inWay = ns.at(op.at);
  if (inWay === undefined) return;
  const { id: node, version: seen } = inWay;
  backing.apply({ t: inWay.kind === "dir" ? "rmdir" : "unlink", at: op.at, node, seen, time: op.time });
}
