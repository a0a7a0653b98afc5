import { unreachable } from "../base/brand.ts";
import { compareTime, nextTime, type Time } from "../base/time.ts";
import type { NodeId, Version } from "./ids.ts";
import { Inode, type Namespace } from "./namespace.ts";
import { makes, type Kind, type Op, type Ordered, type Place } from "./op.ts";

export type Applied = Extract<Ordered, { t: "applied" }>;

export const directorySize = 4096;
/** A revived directory's permissions: every peer must choose the same, and none may know the old ones any more. */
export const revivedMode = 0o755;

/**
 * The one function from an operation to the namespace: host and guests run it on the same operations in the same order,
 * so their confirmed layers are prefixes of one history (R-ONE). It never judges. A name in the way is displaced.
 * `hidden`: the operation is on private paths; a shared parent then shows nothing of it (R-PRIV).
 */
export function applyOp(ns: Namespace, applied: Applied, hidden = false): void {
  const { op } = applied;
  for (const { node, at } of applied.revived ?? []) revive(ns, node, at, op.time);
  switch (op.t) {
    case "create":
    case "mkdir":
    case "symlink": {
      const inode = bornBy(op, applied.version);
      inode.hidden = hidden;
      ns.add(inode);
      enter(ns, op.at, inode, op.time);
      if (op.t === "create" && applied.grant) ns.setOwner(inode, applied.by);
      return;
    }
    case "link": {
      const inode = ns.get(op.node);
      if (inode === undefined) return;
      enter(ns, op.at, inode, op.time);
      inode.nlink++;
      changed(inode, op.time);
      return;
    }
    case "unlink":
    case "rmdir":
      leave(ns, op.at, op.time);
      return;
    case "rename":
      return rename(ns, op);
    case "write": {
      const inode = ns.get(op.node);
      if (inode === undefined) return;
      for (const extent of op.extents) inode.size = Math.max(inode.size, extent.offset + extent.length);
      return written(inode, op.time, applied.version);
    }
    case "append": {
      const inode = ns.get(op.node);
      if (inode === undefined) return;
      inode.size = Math.max(inode.size, (applied.offset ?? inode.size) + op.extent.length);
      return written(inode, op.time, applied.version);
    }
    case "truncate": {
      const inode = ns.get(op.node);
      if (inode === undefined) return;
      inode.size = op.size;
      return written(inode, op.time, applied.version);
    }
    case "setattr": {
      const inode = ns.get(op.node);
      if (inode !== undefined) setAttributes(inode, op);
      return;
    }
    case "seed":
      return;
    default:
      unreachable(op);
  }
}

export function setAttributes(inode: Inode, op: Extract<Op, { t: "setattr" }>): void {
  if (op.mode !== undefined) inode.mode = op.mode;
  if (op.atime !== undefined) inode.atime = op.atime;
  if (op.mtime !== undefined) inode.mtime = op.mtime;
  changed(inode, op.time);
}

/** R-TIME: ctime grows strictly. */
export function changed(inode: Inode, time: Time): void {
  inode.ctime = grow(inode.ctime, time);
}

/** R-TIME: bytes of a file, or names of a directory. */
export function modified(inode: Inode, time: Time): void {
  inode.mtime = grow(inode.mtime, time);
  changed(inode, time);
}

export function written(inode: Inode, time: Time, version: Version): void {
  inode.version = version;
  modified(inode, time);
}

function grow(old: Time, time: Time): Time {
  return compareTime(time, old) > 0 ? time : nextTime(old);
}

/** A node as it is born, without a name. */
export function newborn(made: {
  readonly node: NodeId;
  readonly kind: Kind;
  readonly mode: number;
  readonly time: Time;
  readonly version: Version;
}): Inode {
  const inode = new Inode(made.node, made.kind);
  inode.mode = made.mode;
  inode.nlink = made.kind === "dir" ? 2 : 1;
  inode.size = made.kind === "dir" ? directorySize : 0;
  inode.atime = inode.mtime = inode.ctime = made.time;
  inode.version = made.version;
  return inode;
}

/** What an operation that makes a node makes, of `version`. */
export function bornBy(
  op:
    | { readonly t: "create" | "mkdir"; readonly node: NodeId; readonly mode: number; readonly time: Time }
    | { readonly t: "symlink"; readonly node: NodeId; readonly target: string; readonly time: Time },
  version: Version,
): Inode {
  const { t, node, time } = op;
  const inode = newborn({ node, kind: makes[t], mode: t === "symlink" ? 0o777 : op.mode, time, version });
  if (t === "symlink") {
    inode.target = op.target;
    inode.size = op.target.length;
  }
  return inode;
}

function rename(ns: Namespace, op: Extract<Op, { t: "rename" }>): void {
  const inode = ns.get(op.node);
  if (inode === undefined) return;
  const from = ns.get(op.from.parent);
  ns.unname(op.from);
  if (from !== undefined && shows(from, inode)) {
    modified(from, op.time);
    if (inode.kind === "dir") from.nlink--;
  }
  enter(ns, op.to, inode, op.time);
  changed(inode, op.time);
  ns.setOwner(inode, undefined);
}

function enter(ns: Namespace, at: Place, inode: Inode, time: Time): void {
  if (ns.child(at.parent, at.name) !== undefined) leave(ns, at, time);
  ns.name(at, inode);
  const parent = ns.get(at.parent);
  if (parent === undefined || !shows(parent, inode)) return;
  modified(parent, time);
  if (inode.kind === "dir") parent.nlink++;
}

function leave(ns: Namespace, at: Place, time: Time): void {
  const inode = ns.unname(at);
  if (inode === undefined) return;
  if (inode.kind === "dir") {
    // What is left in it is private to a peer, or hidden there; it goes with the directory.
    for (const name of inode.children?.keys() ?? []) leave(ns, { parent: inode.id, name }, time);
    inode.nlink = 0;
  } else inode.nlink--;
  changed(inode, time);
  if (inode.at === undefined) ns.setOwner(inode, undefined);
  const parent = ns.get(at.parent);
  if (parent === undefined || !shows(parent, inode)) return;
  modified(parent, time);
  if (inode.kind === "dir") parent.nlink--;
}

/** R-REVIVE. A peer that never knew the directory gets the same one. */
function revive(ns: Namespace, node: NodeId, at: Place, time: Time): void {
  const inode = newborn({ node, kind: "dir", mode: revivedMode, time, version: 0 as Version });
  ns.add(inode);
  enter(ns, at, inode, time);
}

function shows(parent: Inode, child: Inode): boolean {
  return parent.hidden || !child.hidden;
}
