import type { Errno } from "../base/errno.ts";
import type { Backing } from "./api.ts";
import { modified, newborn } from "./apply.ts";
import { misleadsGit } from "./common-dir.ts";
import { type GitPlaces, markers } from "./git-place.ts";
import type { NodeId, Version } from "./ids.ts";
import { placesOf, type Inode, type Namespace } from "./namespace.ts";
import type { Op, Place } from "./op.ts";

/**
 * R-PRIV at the host: private paths are real files here, flagged `hidden` when they come to be at such a place, and stay so
 * wherever a renamed git dir takes them: nobody is ever told of them.
 */
export function asHidden(ns: Namespace, git: GitPlaces, at: Place): boolean {
  return (ns.at(at) ?? ns.get(at.parent))?.hidden === true || (ns.at(at) === undefined && git.isPrivate(at));
}

export function isHiddenOp(ns: Namespace, git: GitPlaces, op: Op): boolean {
  switch (op.t) {
    case "create":
    case "mkdir":
    case "symlink":
      return asHidden(ns, git, op.at);
    case "seed":
      return false;
    default:
      return ns.get(op.node)?.hidden === true;
  }
}

/** Rename and link from private to shared or back: EXDEV. */
export function crossesBorder(ns: Namespace, git: GitPlaces, op: Op): boolean {
  if (op.t !== "rename" && op.t !== "link") return false;
  const inode = ns.get(op.node);
  return inode !== undefined && inode.hidden !== asHidden(ns, git, op.t === "link" ? op.at : op.to);
}

/**
 * Would this operation of a guest turn files it sent into the host's config or hooks? Moving a plain directory to where it
 * is a git dir, giving a directory the last of HEAD, objects and refs while it holds such names, a seed that is no config,
 * or a word to git to look for them elsewhere.
 */
export function isPlanting(ns: Namespace, git: GitPlaces, op: Op): boolean {
  if (misleadsGit(ns, git, op)) return true;
  if (op.t === "seed") return op.name !== "config" || git.info(op.dir).role !== "root";
  if (op.t === "rename") {
    const moved = ns.get(op.node);
    if (moved?.kind === "dir" && git.info(moved.id).role === "work") {
      if (git.info(op.to.parent).role !== "work") return true;
      if (op.to.name.endsWith(".git") && holdsPrivateNames(ns, moved)) return true;
    }
  }
  const at = op.t === "rename" ? op.to : "at" in op && op.t !== "unlink" && op.t !== "rmdir" ? op.at : undefined;
  if (at === undefined || !markers.has(at.name) || git.info(at.parent).role !== "work") return false;
  const dir = ns.get(at.parent);
  const others = [...markers].filter((name) => name !== at.name && dir?.children?.has(name));
  return dir !== undefined && others.length === markers.size - 1 && holdsPrivateNames(ns, dir);
}

const planted: readonly string[] = ["config", "config.worktree", "hooks"];

function holdsPrivateNames(ns: Namespace, dir: Inode): boolean {
  for (const [name, id] of dir.children ?? []) if (planted.includes(name) && ns.get(id)?.hidden !== true) return true;
  return false;
}

/** After the scan: flags what is private and counts links the way every peer does. */
export function markScanned(ns: Namespace, git: GitPlaces): void {
  for (const inode of ns.nodes.values()) if (placesOf(inode).some((at) => git.isPrivate(at))) hide(ns, inode);
  for (const inode of ns.nodes.values()) {
    if (inode.children === undefined) inode.nlink = placesOf(inode).length;
    else {
      inode.nlink = 2;
      for (const id of inode.children.values()) {
        const child = ns.get(id);
        if (child?.kind === "dir" && (inode.hidden || !child.hidden)) inode.nlink++;
      }
    }
  }
}

/** After an operation of the host itself that may have made a directory a git dir. */
export function markNewGitDir(ns: Namespace, git: GitPlaces, op: Op): void {
  const at = op.t === "rename" ? op.to : "at" in op ? op.at : undefined;
  if (at === undefined) return;
  const dir =
    op.t === "rename" && ns.get(op.node)?.kind === "dir" ? op.node : markers.has(at.name) ? at.parent : undefined;
  const inode = dir === undefined ? undefined : ns.get(dir);
  if (inode === undefined || git.info(inode.id).role !== "root") return;
  for (const [name, id] of inode.children ?? []) {
    const child = ns.get(id);
    if (child !== undefined && git.isPrivate({ parent: inode.id, name })) hide(ns, child);
  }
}

export function hide(ns: Namespace, inode: Inode): void {
  inode.hidden = true;
  for (const id of inode.children?.values() ?? []) {
    const child = ns.get(id);
    if (child !== undefined && !child.hidden) hide(ns, child);
  }
}

/** A config for a git dir born at a guest: becomes the host's own file unless the host has written one. */
export function takeSeed(
  host: {
    readonly ns: Namespace;
    readonly backing: Backing;
    readonly borrowed: Set<NodeId>;
    readonly newNode: () => NodeId;
    readonly version: Version;
  },
  op: Extract<Op, { t: "seed" }>,
): Errno | undefined {
  const { ns, borrowed, version } = host;
  const at = { parent: op.dir, name: op.name };
  const present = ns.at(at);
  if (present !== undefined && !borrowed.has(present.id)) return undefined;
  const failed = host.backing.apply(op);
  if (failed !== undefined) return failed;
  const inode = present ?? newborn({ node: host.newNode(), kind: "file", mode: 0o644, time: op.time, version });
  if (present === undefined) {
    inode.hidden = true;
    ns.add(inode);
    ns.name(at, inode);
    borrowed.add(inode.id);
  }
  inode.size = op.bytes.length;
  inode.version = version;
  modified(inode, op.time);
  return undefined;
}
