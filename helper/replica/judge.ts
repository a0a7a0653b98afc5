import { unreachable } from "../base/brand.ts";
import { errno, type Errno } from "../base/errno.ts";
import { mustFileName } from "../base/name.ts";
import type { GitPlaces } from "./git-place.ts";
import { firstMadeNode, hostPeer, rootNode, type NodeId, type PeerId } from "./ids.ts";
import { type Inode, type Namespace, placesOf } from "./namespace.ts";
import type { Op, Place, RefusalReason } from "./op.ts";
import { isHiddenAt } from "./host-hide.ts";
import { isPrivateId } from "./private-layer.ts";
import { isWithin, type Tree } from "./tree.ts";

export interface Refusal {
  readonly reason: RefusalReason;
  readonly errno: Errno;
}
export type Verdict =
  | { readonly t: "apply"; readonly op: Op; readonly revive: readonly { readonly node: NodeId; readonly at: Place }[] }
  | ({ readonly t: "refuse" } & Refusal);

/** What a verdict depends on: the host's truth. */
export interface Truth {
  readonly ns: Namespace;
  readonly tree: Tree;
  readonly git: GitPlaces;
  /** R-BURST: who writes the node now. */
  readonly bursts: ReadonlyMap<NodeId, PeerId>;
  /** R-REVIVE: where a removed directory was. */
  readonly graves: { get(dir: NodeId): Place | undefined };
  /** R-LEASE: who lost the lock at this place and has not been granted it anew. */
  readonly revoked: { has(lock: Place, peer: PeerId): boolean };
  /** Test-only: rules left out. */
  readonly ignore: ReadonlySet<Rule>;
}

/** Rules whose absence the simulation must notice. */
export type Rule = "stop" | "seen" | "base" | "version";

/** link(2): EMLINK; ext4's limit. */
export const mostLinks = 65_000;

const refuse = (reason: RefusalReason, number: Errno): Verdict => ({ t: "refuse", reason, errno: number });
const apply = (op: Op): Verdict => ({ t: "apply", op, revive: none });
const none: readonly [] = [];
/** EIO, not ESTALE: the kernel answers ESTALE by doing the call again, on what the caller has not seen. */
const stale = refuse("stale", errno.EIO);
const gone = refuse("gone", errno.ENOENT);
const exists = refuse("exists", errno.EEXIST);
const notEmpty = refuse("not-empty", errno.ENOTEMPTY);
const locked = refuse("locked", errno.EPERM);
const notOwner = refuse("not-owner", errno.EPERM);
const same = refuse("same", errno.EEXIST);

/** R-PRECOND, R-GRANT, R-PROTECT, R-BURST, R-OBJ, R-REVIVE: does what the sender saw still hold? */
export function judge(truth: Truth, by: PeerId, op: Op): Verdict {
  const { ns, git } = truth;
  switch (op.t) {
    case "create":
    case "mkdir":
    case "symlink":
      if (lockedByOther(truth, op.at, by)) return locked;
      if (by !== hostPeer && (ns.nodes.has(op.node) || !isMade(op.node))) return stale;
      return entering(truth, by, op, op.at);
    case "link": {
      const inode = ns.get(op.node);
      if (inode === undefined || inode.at === undefined) return gone;
      if (inode.kind === "dir") return refuse("stale", errno.EPERM);
      if (inode.nlink >= mostLinks) return refuse("stale", errno.EMLINK);
      if (lockedByOther(truth, op.at, by)) return locked;
      if (git.isObject(op.at) && ns.at(op.at) !== undefined) return same;
      return entering(truth, by, op, op.at);
    }
    case "unlink": {
      const inode = ns.at(op.at);
      if (inode === undefined) return gone;
      if (inode.id !== op.node) return stale;
      if (inode.kind === "dir") return refuse("stale", errno.EISDIR);
      // The owner lets go of its own lock whatever became of the bytes in it.
      if (inode.owner !== undefined) return inode.owner === by ? apply(op) : notOwner;
      if (lockedByOther(truth, op.at, by)) return locked;
      return inode.version === op.seen || truth.ignore.has("seen") ? apply(op) : stale;
    }
    case "rmdir": {
      const inode = ns.at(op.at);
      if (inode === undefined) return gone;
      if (inode.id !== op.node) return stale;
      if (inode.kind !== "dir") return refuse("stale", errno.ENOTDIR);
      return isEmpty(truth, inode, by) ? apply(op) : notEmpty;
    }
    case "rename":
      return judgeRename(truth, by, op);
    case "write":
    case "truncate": {
      const bad = judgeContent(truth, by, op.node);
      if (bad !== undefined) return bad;
      const writer = truth.bursts.get(op.node);
      if (writer !== undefined && writer !== by && by !== hostPeer) return stale;
      return ns.get(op.node)?.version === op.base || truth.ignore.has("base") ? apply(op) : stale;
    }
    case "append":
      return judgeContent(truth, by, op.node) ?? apply(op);
    case "setattr":
      return ns.isLive(op.node) || (by === hostPeer && ns.nodes.has(op.node)) ? apply(op) : gone;
    case "seed":
      return ns.isLiveDir(op.dir) ? apply(op) : gone;
    default:
      return unreachable(op);
  }
}

/** R-ID: neither a number of the scan's nor one that is private to some guest. */
function isMade(node: NodeId): boolean {
  return node >= firstMadeNode && !isPrivateId(node);
}

function judgeRename(truth: Truth, by: PeerId, op: Extract<Op, { t: "rename" }>): Verdict {
  const { ns, git } = truth;
  const inode = ns.at(op.from);
  if (inode === undefined) return gone;
  if (inode.id !== op.node) return stale;
  if (inode.owner !== undefined && inode.owner !== by) return notOwner;
  if (lockedByOther(truth, op.to, by) || lockedByOther(truth, op.from, by)) return locked;
  if (inode.kind === "dir" && isWithin(truth.tree, op.to.parent, inode.id)) return refuse("stale", errno.EINVAL);
  const victim = ns.at(op.to);
  // R-OBJ: the object is there; only the source goes.
  if (victim !== undefined && victim !== inode && git.isObject(op.to)) {
    return apply({ t: "unlink", at: op.from, node: inode.id, seen: inode.version, time: op.time });
  }
  if (victim === undefined) return op.victim === null ? entering(truth, by, op, op.to) : stale;
  if (
    victim === inode ||
    op.victim === null ||
    victim.id !== op.victim.node ||
    (victim.version !== op.victim.seen && !truth.ignore.has("seen"))
  )
    return stale;
  if (victim.owner !== undefined && victim.owner !== by) return notOwner;
  if (victim.kind !== "dir") return inode.kind === "dir" ? refuse("stale", errno.ENOTDIR) : apply(op);
  if (inode.kind !== "dir") return refuse("stale", errno.EISDIR);
  return isEmpty(truth, victim, by) ? apply(op) : notEmpty;
}

function judgeContent(truth: Truth, by: PeerId, node: NodeId): Verdict | undefined {
  const inode = truth.ns.get(node);
  // The host's own handles may write what has no name any more; nobody else is told.
  if (inode === undefined || (inode.at === undefined && by !== hostPeer)) return gone;
  if (inode.kind !== "file") return stale;
  if (inode.owner !== undefined && inode.owner !== by) return notOwner;
  for (const at of placesOf(inode)) if (lockedByOther(truth, at, by)) return locked;
  return undefined;
}

/** The name must be free and its directory live, or one that comes back (R-REVIVE). */
function entering(truth: Truth, by: PeerId, op: Op, at: Place): Verdict {
  if (truth.ns.child(at.parent, at.name) !== undefined) return exists;
  if (truth.tree.kindOf(at.parent) === "dir" && isReachable(truth.tree, at.parent))
    return { t: "apply", op, revive: none };
  if (by === hostPeer) return gone;
  const revive: { node: NodeId; at: Place }[] = [];
  for (let dir = at.parent; !truth.ns.isLiveDir(dir); ) {
    const grave = truth.graves.get(dir);
    if (grave === undefined || truth.ns.child(grave.parent, grave.name) !== undefined) return gone;
    revive.unshift({ node: dir, at: grave });
    dir = grave.parent;
  }
  return { t: "apply", op, revive };
}

function isReachable(tree: Tree, dir: NodeId): boolean {
  return dir === rootNode || tree.placeOf(dir) !== undefined;
}

/** Names private to peers do not count; but what the host itself would lose unseen does (R-PRIV), and its hidden files do (R-HIDE). */
function isEmpty({ ns, git }: Truth, dir: Inode, by: PeerId): boolean {
  if (dir.children === undefined || dir.children.size === 0) return true;
  if (by === hostPeer) return false;
  for (const [name, id] of dir.children)
    if (ns.get(id)?.hidden !== true || isHiddenAt(ns, git, { parent: dir.id, name })) return false;
  return true;
}

/** R-PROTECT */
function lockedByOther(truth: Truth, at: Place, by: PeerId): boolean {
  if (!truth.git.isProtected(at) || at.name.length > 250) return false;
  const lock: Place = { parent: at.parent, name: mustFileName(`${at.name}.lock`) };
  const owner = truth.ns.at(lock)?.owner;
  return owner === undefined ? truth.revoked.has(lock, by) : owner !== by;
}

/** Test-only: what a system without conditions would do, which is to apply everything, the last one winning. */
export function loosen(ns: Namespace, op: Op): Op | undefined {
  switch (op.t) {
    case "create":
    case "mkdir":
    case "symlink":
      return ns.isLiveDir(op.at.parent) && !ns.nodes.has(op.node) ? op : undefined;
    case "link":
      return ns.isLiveDir(op.at.parent) && ns.isLive(op.node) ? op : undefined;
    case "unlink":
    case "rmdir": {
      const inode = ns.at(op.at);
      if (inode === undefined || (inode.kind === "dir") !== (op.t === "rmdir")) return undefined;
      if (inode.children !== undefined && inode.children.size > 0) return undefined;
      return op.t === "unlink" ? { ...op, node: inode.id, seen: inode.version } : { ...op, node: inode.id };
    }
    case "rename": {
      const inode = ns.at(op.from);
      const victim = ns.at(op.to);
      if (
        inode === undefined ||
        inode === victim ||
        inode.kind === "dir" ||
        victim?.kind === "dir" ||
        !ns.isLiveDir(op.to.parent)
      )
        return undefined;
      return { ...op, node: inode.id, victim: victim === undefined ? null : { node: victim.id, seen: victim.version } };
    }
    case "write":
    case "truncate": {
      const inode = ns.get(op.node);
      return inode?.at === undefined ? undefined : { ...op, base: inode.version };
    }
    default:
      return op;
  }
}
