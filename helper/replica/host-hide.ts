import { applyOp, type Applied } from "./apply.ts";
import type { GitPlaces } from "./git-place.ts";
import { asHidden } from "./host-private.ts";
import { placesOf, type Namespace } from "./namespace.ts";
import type { Op, Place } from "./op.ts";

type Rename = Extract<Op, { t: "rename" }>;

/** By this or another of its names: what is there, or would be, never goes with a directory that a peer removes. */
export function isHiddenAt(ns: Namespace, git: GitPlaces, at: Place): boolean {
  const inode = ns.at(at);
  return git.isHidden(at) || (inode?.hidden === true && placesOf(inode).some((place) => git.isHidden(place)));
}

/**
 * R-HIDE: a rename at the host that gives a shared file a hidden name, as `sed -i .env` and editors do that save through a new file.
 * What has more names than one stays shared by the others, and a directory would take names away that guests work in.
 */
export function entersHiding(ns: Namespace, git: GitPlaces, op: Op): op is Rename {
  if (op.t !== "rename" || git.info(op.from.parent).role !== "work" || git.info(op.to.parent).role !== "work")
    return false;
  const inode = ns.get(op.node);
  return inode !== undefined && inode.kind !== "dir" && inode.nlink === 1 && !inode.hidden && asHidden(ns, git, op.to);
}

/** What everybody is told of it. */
export function departure({ from: at, node, time }: Rename, ns: Namespace): Op {
  return { t: "unlink", at, node, seen: ns.get(node)?.version ?? (0 as never), time };
}

/** After the departure was applied: the file is there for the host alone, over what had the name. */
export function arrive(ns: Namespace, { to: at, node, time }: Rename, departed: Applied): void {
  const inode = ns.get(node);
  if (inode === undefined) return;
  inode.hidden = true;
  applyOp(ns, { ...departed, op: { t: "link", at, node, time } }, true);
}
