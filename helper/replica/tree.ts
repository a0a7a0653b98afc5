import type { FileName } from "../base/name.ts";
import { rootNode, type NodeId } from "./ids.ts";
import type { Kind, Place } from "./op.ts";

/** The least that paths and git places need of a tree. */
export interface Tree {
  child(dir: NodeId, name: FileName): NodeId | undefined;
  kindOf(id: NodeId): Kind | undefined;
  placeOf(id: NodeId): Place | undefined;
}

/** A guest's view can hold a loop for a moment (two directories moved into each other, one undecided). */
const deepest = 2048;

/** Names from the root, or undefined when the node has no way to it. */
export function pathOf(tree: Pick<Tree, "placeOf">, id: NodeId): readonly FileName[] | undefined {
  const names: FileName[] = [];
  for (let node = id; node !== rootNode; ) {
    const place = tree.placeOf(node);
    if (place === undefined || names.length > deepest) return undefined;
    names.push(place.name);
    node = place.parent;
  }
  return names.reverse();
}

/** Is `dir` the node itself or somewhere below it? */
export function isWithin(tree: Tree, dir: NodeId, ancestor: NodeId): boolean {
  let node: NodeId | undefined = dir;
  for (let depth = 0; node !== undefined && depth <= deepest; depth++) {
    if (node === ancestor) return true;
    if (node === rootNode) return false;
    node = tree.placeOf(node)?.parent;
  }
  return false;
}
