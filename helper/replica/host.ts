import { errno, type Errno } from "../base/errno.ts";
import { fail, ok } from "../base/result.ts";
import type { Backing, Decided, HostReplica, SnapshotNode } from "./api.ts";
import { applyOp, type Applied } from "./apply.ts";
import { asksHost } from "./asks.ts";
import { keysOf, watch, type Keys } from "./changes.ts";
import { conceal, leavingBefore, leavingOp } from "./born-git-dir.ts";
import { createGitPlaces } from "./git-place.ts";
import {
  asHidden,
  crossesBorder,
  isHiddenOp,
  isPlanting,
  markNewGitDir,
  markScanned,
  takeSeed,
} from "./host-private.ts";
import {
  firstMadeNode,
  firstSeq,
  hostPeer,
  nodeRangeSize,
  opIdOf,
  rootNode,
  type NodeId,
  type OpId,
  type PeerId,
  type Seq,
  type Version,
} from "./ids.ts";
import { judge, loosen, type Refusal, type Rule, type Truth, type Verdict } from "./judge.ts";
import type { Inode } from "./namespace.ts";
import type { Op, Ordered, Place, RefusalReason } from "./op.ts";
import { setSeed, takeSnapshot, namespaceOf, type Seeds } from "./snapshot.ts";
import { RevokedLocks } from "./revoked-locks.ts";
import { createPlaceQuestions } from "./view.ts";

export interface HostOptions {
  /** What the scan found: root first, parents before children, private files included. nlink is recounted. */
  readonly scanned: readonly SnapshotNode[];
  readonly backing: Backing;
  /** Test-only: false applies everything, the last one winning. */
  readonly conditions?: boolean;
  /** Test-only: rules left out on purpose; the simulation must notice. */
  readonly ignore?: ReadonlySet<Rule>;
}

type Outcome =
  | { readonly t: "applied"; readonly applied: Applied; readonly shared: boolean }
  | ({ readonly t: "refuse" } & Refusal);
const ignored: Decided = { ordered: undefined, shared: false, changes: [] };

/** What the host remembers of one peer. */
interface PeerState {
  /** n of its last operation decided (R-OP). */
  decided: number;
  refusals: number;
  readOnly: boolean;
}

const opsOf = 2 ** 40;
/** Removed directories that can still come back. */
const mostGraves = 65_536;

export function createHostReplica(options: HostOptions): HostReplica {
  const { backing } = options;
  const conditions = options.conditions ?? true;
  const ns = namespaceOf(options.scanned);
  const tree = {
    child: ns.child.bind(ns),
    kindOf: (id: NodeId) => ns.get(id)?.kind,
    placeOf: (id: NodeId) => ns.get(id)?.at,
  };
  const git = createGitPlaces({ ...tree, placeOf: (id) => ns.get(id)?.at ?? graves.get(id) });
  const graves = new Map<NodeId, Place>();
  const bursts = new Map<NodeId, PeerId>();
  const peers = new Map<PeerId, PeerState>();
  const seeds: Seeds = new Map();
  /** Configs taken from a guest's seed and not written by the host since. */
  const borrowed = new Set<NodeId>();
  const revoked = new RevokedLocks();
  const truth: Truth = { ns, tree, git, bursts, graves, revoked, ignore: options.ignore ?? new Set() };
  let position: Seq = firstSeq;
  let ownOps = 0;
  let ranges = 0;
  let ownNext = takeRange();
  let ownEnd = ownNext + nodeRangeSize;

  markScanned(ns, git);
  ns.listen({
    named(dir, name, was, now) {
      const inode = now ?? was;
      if (inode?.kind === "dir") {
        if (now === undefined) bury(inode.id, { parent: dir, name });
        else if (graves.delete(now.id)) git.moved();
      }
      git.appeared(dir, name);
    },
  });

  const seen = {
    lookup: (at: Place) => ns.child(at.parent, at.name),
    node: (id: NodeId): Inode | undefined => ns.get(id),
  };

  function nextOp(): OpId {
    return opIdOf(hostPeer, ++ownOps);
  }

  function bury(dir: NodeId, at: Place): void {
    graves.set(dir, at);
    if (graves.size > mostGraves) for (const oldest of graves.keys()) return void graves.delete(oldest);
  }

  function takeRange(): number {
    return firstMadeNode + ranges++ * nodeRangeSize;
  }

  function stateOf(peer: PeerId): PeerState {
    let state = peers.get(peer);
    if (state === undefined) peers.set(peer, (state = { decided: 0, refusals: 0, readOnly: false }));
    return state;
  }

  /**
   * Judges, lets the backing do it, applies and numbers. Private paths and nodes without a name take no position. What is
   * `real` already (found in the folder) is not judged: it is so.
   */
  function decide(by: PeerId, id: OpId, op: Op, real: boolean): Outcome {
    const verdict = conditions && !real ? verdictOf(by, op) : loosened(op);
    if (verdict.t === "refuse") return verdict;
    if (by === hostPeer && "node" in op) borrowed.delete(op.node);
    const hidden = isHiddenOp(ns, git, verdict.op);
    const dead =
      "node" in verdict.op && !("at" in verdict.op) && !ns.isLive(verdict.op.node) && verdict.op.t !== "rename";
    if (!real) {
      const failed = carryOut(by, verdict);
      // What stood in the way may have been adopted meanwhile: then the rules say what that means (R-OBJ, R-PRECOND).
      const again = failed === errno.EEXIST && conditions ? verdictOf(by, op) : undefined;
      if (again?.t === "refuse") return again;
      if (failed !== undefined)
        return { t: "refuse", reason: failed === errno.EEXIST ? "exists" : "disk", errno: failed };
    }
    const shared = !hidden && !dead;
    if (shared) position = (position + 1) as Seq;
    const applied = appliedOf(by, id, verdict, position);
    if (applied.op.t === "seed") setSeed(seeds, applied.op.dir, applied.op.name, applied.op.bytes);
    applyOp(ns, applied, hidden);
    if (applied.grant && applied.op.t === "create") revoked.granted(applied.op.at, by);
    noteBurst(by, applied.op);
    if (by === hostPeer) markNewGitDir(ns, git, applied.op);
    return { t: "applied", applied, shared };
  }

  function verdictOf(by: PeerId, op: Op): Verdict {
    if (crossesBorder(ns, git, op)) return { t: "refuse", reason: "stale", errno: errno.EXDEV };
    if (by !== hostPeer && (isHiddenOp(ns, git, op) || isPlanting(ns, git, op)))
      return { t: "refuse", reason: "not-owner", errno: errno.EPERM };
    return judge(truth, by, op);
  }

  function loosened(op: Op): Verdict {
    const loose = loosen(ns, op);
    return loose === undefined
      ? { t: "refuse", reason: "gone", errno: errno.ENOENT }
      : { t: "apply", op: loose, revive: [] };
  }

  function carryOut(by: PeerId, verdict: Extract<Verdict, { t: "apply" }>): Errno | undefined {
    const { op } = verdict;
    for (const { node, at } of verdict.revive) {
      const failed = backing.revive(node, at, 0o755);
      if (failed !== undefined) return failed;
    }
    if (op.t === "seed")
      return by === hostPeer
        ? undefined
        : takeSeed({ ns, backing, borrowed, newNode, version: nextOp() as number as Version }, op);
    const emptied = op.t === "rmdir" ? op.at : op.t === "rename" && op.victim !== null ? op.to : undefined;
    const failed = emptied === undefined ? undefined : clearHidden(emptied, op);
    if (failed !== undefined) return failed;
    if (!conditions && "at" in op && op.t !== "unlink" && op.t !== "rmdir") {
      const inWay = ns.at(op.at);
      if (inWay !== undefined)
        backing.apply({
          t: inWay.kind === "dir" ? "rmdir" : "unlink",
          at: op.at,
          node: inWay.id,
          seen: inWay.version,
          time: op.time,
        });
    }
    return backing.apply(op);
  }

  /** Private files in a directory that a peer removes go first, one by one (R-PRIV). */
  function clearHidden(at: Place, op: Op): Errno | undefined {
    const dir = ns.at(at);
    for (const [name, id] of dir?.children ?? []) {
      const place = { parent: (dir as Inode).id, name };
      const inode = ns.get(id);
      if (inode === undefined) continue;
      const failed = clearHidden(place, op) ?? removeHidden(place, inode, op);
      if (failed !== undefined) return failed;
    }
    return undefined;
  }

  function removeHidden(at: Place, inode: Inode, because: Op): Errno | undefined {
    const { time } = because;
    const op: Op =
      inode.kind === "dir"
        ? { t: "rmdir", at, node: inode.id, time }
        : { t: "unlink", at, node: inode.id, seen: inode.version, time };
    const failed = backing.apply(op);
    if (failed === undefined)
      applyOp(
        ns,
        { t: "applied", seq: position, id: nextOp(), by: hostPeer, op, version: 0 as Version, grant: false },
        true,
      );
    return failed;
  }

  function appliedOf(by: PeerId, id: OpId, verdict: Extract<Verdict, { t: "apply" }>, seq: Seq): Applied {
    const { op, revive } = verdict;
    const base: Applied = {
      t: "applied",
      seq,
      id,
      by,
      op,
      version: versionOf(id, op),
      grant: op.t === "create" && git.isLock(op.at) && !isHiddenOp(ns, git, op),
    };
    const placed: Applied = op.t === "append" ? { ...base, offset: ns.get(op.node)?.size ?? 0 } : base;
    return revive.length === 0 ? placed : { ...placed, revived: revive };
  }

  /** R-VERSION */
  function versionOf(id: OpId, op: Op): Version {
    switch (op.t) {
      case "create":
      case "mkdir":
      case "symlink":
      case "write":
      case "truncate":
        return id as number as Version;
      case "append":
        return (ns.get(op.node)?.version === op.seen || truth.ignore.has("version")
          ? id
          : nextOp()) as number as Version;
      default:
        return 0 as Version;
    }
  }

  /** R-BURST */
  function noteBurst(by: PeerId, op: Op): void {
    if (op.t !== "write" || by === hostPeer) return;
    if (op.more) bursts.set(op.node, by);
    else if (bursts.get(op.node) === by) bursts.delete(op.node);
  }

  /** R-STOP; what only lets go of a lock, or asks for one, lands nothing and may pass. */
  function isStopped(state: PeerState, adopted: number, op: Op): boolean {
    if (!conditions || truth.ignore.has("stop") || adopted >= state.refusals) return false;
    if (op.t === "mkdir" || (op.t === "create" && git.isLock(op.at))) return false;
    if (op.t === "unlink" && ns.at(op.at)?.owner !== undefined) return false;
    return isGitOp(op);
  }

  function isGitOp(op: Op): boolean {
    switch (op.t) {
      case "rename":
        return git.isGit(op.from) || git.isGit(op.to);
      case "seed":
        return true;
      case "write":
      case "append":
      case "truncate":
      case "setattr": {
        const inode = ns.get(op.node);
        if (inode === undefined) return false;
        if (inode.kind === "dir") return git.classOfDir(inode.id) !== "work-tree";
        return (inode.at !== undefined && git.isGit(inode.at)) || (inode.also?.some((at) => git.isGit(at)) ?? false);
      }
      default:
        return git.isGit(op.at);
    }
  }

  /** Its sender waits for the answer, so nothing it does later rests on a yes. */
  function isAsked(op: Op): boolean {
    const { t } = op;
    return (
      (t === "create" || t === "mkdir" || t === "link" || t === "rename") &&
      asksHost(git, t === "create" ? { ...op, exclusive: op.at.name.endsWith(".lock") } : op, false)
    );
  }

  /** R-STOP: what was to go is gone, or a directory stays for what somebody else put there; nothing rests on either. */
  function isMoot({ t }: Op, reason: RefusalReason): boolean {
    return (t === "unlink" && reason === "gone") || (t === "rmdir" && (reason === "gone" || reason === "not-empty"));
  }

  /** Numbers are the peers' own to choose within their ranges: one that a guest took out of turn is passed over. */
  function newNode(): NodeId {
    do {
      if (ownNext >= ownEnd) {
        ownNext = takeRange();
        ownEnd = ownNext + nodeRangeSize;
      }
    } while (ns.nodes.has(ownNext++ as NodeId));
    return (ownNext - 1) as NodeId;
  }

  function submitFrom(by: PeerId, id: OpId, adopted: number, op: Op): Decided {
    const state = stateOf(by);
    if (id - by * opsOf !== state.decided + 1) return ignored;
    state.decided++;
    const diff = watch(seen, keysToWatch(op));
    const outcome = barred(state, adopted, op) ?? decide(by, id, op, false);
    if (outcome.t === "applied") return { ordered: outcome.applied, shared: outcome.shared, changes: diff() };
    if (outcome.reason !== "same" && !isAsked(op) && !isMoot(op, outcome.reason)) state.refusals++;
    if (op.t === "write" && bursts.get(op.node) === by) bursts.delete(op.node);
    const refused: Ordered = { t: "refused", id, errno: outcome.errno, reason: outcome.reason, count: state.refusals };
    return { ordered: refused, shared: false, changes: [] };
  }

  function barred(state: PeerState, adopted: number, op: Op): Outcome | undefined {
    if (state.readOnly) return { t: "refuse", reason: "read-only", errno: errno.EROFS };
    return isStopped(state, adopted, op) ? { t: "refuse", reason: "pipeline", errno: errno.EIO } : undefined;
  }

  /** Also the directories that would come back, and private files that would go. */
  function keysToWatch(op: Op): Keys {
    const keys = keysOf(op);
    if (op.t === "seed") keys.names.push({ parent: op.dir, name: op.name });
    const parent = op.t === "rename" ? op.to.parent : "at" in op ? op.at.parent : undefined;
    for (let dir = parent, depth = 0; dir !== undefined && dir !== rootNode && depth < 2048; depth++) {
      const grave: Place | undefined = ns.isLiveDir(dir) ? undefined : graves.get(dir);
      if (grave !== undefined) {
        keys.names.push(grave);
        keys.nodes.push(grave.parent, dir);
      }
      dir = grave?.parent;
    }
    return keys;
  }

  return {
    ...createPlaceQuestions(tree, git, () => ns.locks),
    get position() {
      return position;
    },
    lookup: seen.lookup,
    node: seen.node,
    list: (dir) => Array.from(ns.get(dir)?.children ?? [], ([name, node]) => ({ name, node })),
    placeOf: (id) => ns.get(id)?.at,
    isPrivate: (at) => asHidden(ns, git, at),
    isPrivateNode: (id) => ns.get(id)?.hidden ?? false,
    forget(id) {
      if (!ns.isLive(id)) ns.nodes.delete(id);
    },
    nextOp,
    nextRange: () => takeRange() as NodeId,
    newNode,
    local(op) {
      const id = nextOp();
      const outcome = decide(hostPeer, id, op, false);
      if (outcome.t === "refuse") return { result: fail(outcome.errno), decided: ignored };
      return {
        result: ok(outcome.applied),
        decided: { ordered: outcome.applied, shared: outcome.shared, changes: [] },
      };
    },
    busy(node, busy) {
      if (busy) bursts.set(node, hostPeer);
      else if (bursts.get(node) === hostPeer) bursts.delete(node);
    },
    withdraw(by, op) {
      const decided: Decided[] = [];
      const leaving = leavingBefore(ns, git, op);
      if (leaving.length === 0 || stateOf(by).readOnly || judge(truth, by, op).t === "refuse") return decided;
      for (const each of leaving) {
        const leave = leavingOp(each, op.time);
        const diff = watch(seen, keysOf(leave));
        if (by !== hostPeer && backing.apply(leave) !== undefined) return decided;
        position = (position + 1) as Seq;
        const id = nextOp();
        const ordered: Applied = {
          t: "applied",
          seq: position,
          id,
          by: hostPeer,
          op: leave,
          version: 0 as Version,
          grant: false,
        };
        if (by === hostPeer) conceal(ns, each, op.time);
        else applyOp(ns, ordered);
        decided.push({ ordered, shared: true, changes: diff() });
      }
      return decided;
    },
    submit: (by, submitted) => submitFrom(by, submitted.id, submitted.adopted, submitted.op),
    adopt(op) {
      const diff = watch(seen, keysToWatch(op));
      const outcome = decide(hostPeer, nextOp(), op, true);
      return outcome.t === "refuse" ? ignored : { ordered: outcome.applied, shared: outcome.shared, changes: diff() };
    },
    snapshot: () => takeSnapshot(ns, seeds, position),
    gone(peer) {
      for (const [node, writer] of bursts) if (writer === peer) bursts.delete(node);
      const decided: Decided[] = [];
      for (const [node, owner] of ns.locks) {
        const lock = ns.get(node);
        if (owner !== peer || lock?.at === undefined) continue;
        revoked.add(lock.at, peer);
        const op: Op = { t: "unlink", at: lock.at, node, seen: lock.version, time: lock.ctime };
        const diff = watch(seen, keysOf(op));
        ns.setOwner(lock, undefined);
        const outcome = decide(hostPeer, nextOp(), op, false);
        if (outcome.t === "applied")
          decided.push({ ordered: outcome.applied, shared: outcome.shared, changes: diff() });
      }
      return decided;
    },
    setReadOnly(peer, readOnly) {
      stateOf(peer).readOnly = readOnly;
    },
  };
}
