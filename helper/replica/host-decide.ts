import { errno } from "../base/errno.ts";
import { applyOp, type Applied } from "./apply.ts";
import { carryOut } from "./host-carry-out.ts";
import { arrive, departure, entersHiding } from "./host-hide.ts";
import { crossesBorder, isHiddenOp, isPlanting, markNewGitDir } from "./host-private.ts";
import type { HostState } from "./host-state.ts";
import { hostPeer, type OpId, type PeerId, type Seq, type Version } from "./ids.ts";
import { judge, loosen, type Refusal, type Verdict } from "./judge.ts";
import type { Op } from "./op.ts";
import { setSeed } from "./snapshot.ts";

export type Outcome =
  | { readonly t: "applied"; readonly applied: Applied; readonly shared: boolean }
  | ({ readonly t: "refuse" } & Refusal);

export interface Deciding {
  readonly by: PeerId;
  readonly id: OpId;
  readonly op: Op;
  /** Found in the folder: it is so, and is not judged. */
  readonly real?: boolean;
}

/** Judges, lets the backing do it, applies and numbers. Private paths and nodes without a name take no position. */
export function decide(state: HostState, { by, id, op, real = false }: Deciding): Outcome {
  const { ns, git } = state;
  const verdict = state.conditions && !real ? verdictOf(state, by, op) : loosened(state, op);
  if (verdict.t === "refuse") return verdict;
  if (by === hostPeer && "node" in op) state.borrowed.delete(op.node);
  const hiding = by === hostPeer && entersHiding(ns, git, verdict.op) ? verdict.op : undefined;
  const told = hiding === undefined ? verdict : { ...verdict, op: departure(hiding, ns) };
  const hidden = isHiddenOp(ns, git, told.op);
  const dead = "node" in told.op && !("at" in told.op) && !ns.isLive(told.op.node) && told.op.t !== "rename";
  const failed = real ? undefined : landed(state, by, op, verdict);
  if (failed !== undefined) return { t: "refuse", ...failed };
  const shared = !hidden && !dead;
  const seq = shared ? state.numbers.nextPosition() : state.numbers.position;
  const applied = appliedOf(state, { by, id, verdict: told, seq });
  if (applied.op.t === "seed") setSeed(state.seeds, applied.op.dir, applied.op.name, applied.op.bytes);
  applyOp(ns, applied, hidden);
  if (hiding !== undefined) arrive(ns, hiding, applied);
  if (applied.grant && applied.op.t === "create") state.revoked.granted(applied.op.at, by);
  noteBurst(state, by, applied.op);
  if (by === hostPeer) markNewGitDir(ns, git, applied.op);
  return { t: "applied", applied, shared };
}

function verdictOf(state: HostState, by: PeerId, op: Op): Verdict {
  const { ns, git } = state;
  if (crossesBorder(ns, git, op) && !(by === hostPeer && entersHiding(ns, git, op)))
    return { t: "refuse", reason: "stale", errno: errno.EXDEV };
  if (by !== hostPeer && (isHiddenOp(ns, git, op) || isPlanting(ns, git, op)))
    return { t: "refuse", reason: "not-owner", errno: errno.EPERM };
  return judge(state, by, op);
}

function loosened({ ns }: HostState, op: Op): Verdict {
  const loose = loosen(ns, op);
  return loose === undefined
    ? { t: "refuse", reason: "gone", errno: errno.ENOENT }
    : { t: "apply", op: loose, revive: [] };
}

/** R-DISK */
function landed(state: HostState, by: PeerId, op: Op, verdict: Extract<Verdict, { t: "apply" }>): Refusal | undefined {
  const failed = carryOut(state, by, verdict);
  if (failed === undefined) return undefined;
  if (failed !== errno.EEXIST) return { reason: "disk", errno: failed };
  // What stood in the way may have been adopted meanwhile: then the rules say what that means (R-OBJ, R-PRECOND).
  const again = state.conditions ? verdictOf(state, by, op) : undefined;
  return again?.t === "refuse" ? again : { reason: "exists", errno: failed };
}

function appliedOf(
  state: HostState,
  decided: {
    readonly by: PeerId;
    readonly id: OpId;
    readonly verdict: Extract<Verdict, { t: "apply" }>;
    readonly seq: Seq;
  },
): Applied {
  const { ns, git } = state;
  const { by, id, seq } = decided;
  const { op, revive } = decided.verdict;
  const grant = op.t === "create" && git.isLock(op.at) && !isHiddenOp(ns, git, op);
  const base: Applied = { t: "applied", seq, id, by, op, version: versionOf(state, id, op), grant };
  const placed: Applied = op.t === "append" ? { ...base, offset: ns.get(op.node)?.size ?? 0 } : base;
  return revive.length === 0 ? placed : { ...placed, revived: revive };
}

/** R-VERSION */
function versionOf({ ns, numbers, ignore }: HostState, id: OpId, op: Op): Version {
  switch (op.t) {
    case "create":
    case "mkdir":
    case "symlink":
    case "write":
    case "truncate":
      return id as number as Version;
    case "append":
      return (ns.get(op.node)?.version === op.seen || ignore.has("version")
        ? id
        : numbers.nextOp()) as number as Version;
    default:
      return 0 as Version;
  }
}

/** R-BURST */
function noteBurst({ bursts }: HostState, by: PeerId, op: Op): void {
  if (op.t !== "write" || by === hostPeer) return;
  if (op.more) bursts.set(op.node, by);
  else if (bursts.get(op.node) === by) bursts.delete(op.node);
}
