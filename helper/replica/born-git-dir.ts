import type { Errno } from "../base/errno.ts";
import type { Time } from "../base/time.ts";
import { modified } from "./apply.ts";
import { type GitPlaces, markers, privateNames } from "./git-place.ts";
import { hide } from "./host-private.ts";
import type { Inode, Namespace } from "./namespace.ts";
import type { Op, Place } from "./op.ts";

/** A shared file or directory at a place that is about to be private. Children come before their directory. */
export interface Leaving {
  readonly at: Place;
  readonly inode: Inode;
}

/**
 * R-BORN: what `op` would make private by giving a directory the last of HEAD, objects and refs (`git init --bare x`, whose
 * name does not tell): config, hooks and the like, which were shared until now.
 */
export function leavingBefore(ns: Namespace, git: GitPlaces, op: Op): readonly Leaving[] {
  const at = op.t === "rename" ? op.to : "at" in op && op.t !== "unlink" && op.t !== "rmdir" ? op.at : undefined;
  if (at === undefined || !markers.has(at.name) || git.info(at.parent).role !== "work") return [];
  const dir = ns.get(at.parent);
  for (const name of markers) if (name !== at.name && ns.child(at.parent, name) === undefined) return [];
  const found: Leaving[] = [];
  for (const [name, id] of dir?.children ?? []) {
    if (privateNames.has(name)) collect(ns, { parent: at.parent, name }, ns.get(id), found);
  }
  return found;
}

function collect(ns: Namespace, at: Place, inode: Inode | undefined, found: Leaving[]): void {
  if (inode === undefined || inode.hidden) return;
  for (const [name, id] of inode.children ?? []) collect(ns, { parent: inode.id, name }, ns.get(id), found);
  found.push({ at, inode });
}

export function leavingOp({ at, inode }: Leaving, time: Time): Op {
  if (inode.kind === "dir") return { t: "rmdir", at, node: inode.id, time };
  return { t: "unlink", at, node: inode.id, seen: inode.version, time };
}

/** The host's own stay where they are, for the host alone; its shared directory looks as if they had gone. */
export function conceal(ns: Namespace, { at, inode }: Leaving, time: Time): Errno | undefined {
  const parent = ns.get(at.parent);
  hide(ns, inode);
  if (parent === undefined || parent.hidden) return undefined;
  modified(parent, time);
  if (inode.kind === "dir") parent.nlink--;
  return undefined;
}
