/** Paths on the own mount, for the echo worker. The namespace knows parents of nodes; names come from what the kernel looked up. */
import type { FileName } from "../base/name.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { Lookups } from "./lookups.ts";
import type { Place, Workspace } from "./workspace.ts";

const deepest = 1000;

/** Bytes of the path below the mount (latin1, `/a/b`), or undefined if it is not connected to the root. */
export function pathOf(workspace: Workspace, lookups: Lookups, at: Place): string | undefined {
  let path = `/${at.name}`;
  let dir = at.parent;
  for (let depth = 0; dir !== rootNode; depth++) {
    const place = depth < deepest ? placeOf(workspace, lookups, dir) : undefined;
    if (place === undefined) return undefined;
    path = `/${place.name}${path}`;
    dir = place.parent;
  }
  return path;
}

/** One place of a node that is true now: where the kernel saw it last, else by search in its parent. */
export function placeOf(workspace: Workspace, lookups: Lookups, node: NodeId): Place | undefined {
  const known = lookups.get(node);
  if (known?.name !== undefined) {
    const hint = { parent: known.parent, name: known.name };
    if (workspace.lookup(hint) === node) return hint;
  }
  const parent = workspace.parent(node);
  if (parent === undefined) return undefined;
  const name: FileName | undefined = workspace.list(parent).find((entry) => entry.node === node)?.name;
  return name === undefined ? undefined : { parent, name };
}
