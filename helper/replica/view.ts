import type { FileName } from "../base/name.ts";
import type { NodeId, PeerId } from "./ids.ts";
import type { GitPlaces } from "./git-place.ts";
import type { Place } from "./op.ts";
import { pathOf, type Tree } from "./tree.ts";
import type { PathClass } from "./view-change.ts";

/** The questions about places that host and guest answer alike. */
export interface PlaceQuestions {
  parent(id: NodeId): NodeId | undefined;
  pathOf(id: NodeId): readonly FileName[] | undefined;
  classOf(at: Place): PathClass;
  classOfDir(dir: NodeId): PathClass;
  classOfNode(id: NodeId): PathClass;
  isIndex(id: NodeId): boolean;
  gitDirOf(dir: NodeId): NodeId | undefined;
  locks(): readonly { readonly node: NodeId; readonly owner: PeerId; readonly path: readonly FileName[] }[];
}

export function createPlaceQuestions(
  tree: Tree,
  git: GitPlaces,
  granted: () => ReadonlyMap<NodeId, PeerId>,
): PlaceQuestions {
  return {
    parent: (id) => (id === 1 ? id : tree.placeOf(id)?.parent),
    pathOf: (id) => pathOf(tree, id),
    classOf: (at) => git.classOf(at),
    classOfDir: (dir) => git.classOfDir(dir),
    classOfNode(id) {
      if (tree.kindOf(id) === "dir" && git.classOfDir(id) === "work-tree") return "work-tree";
      const place = tree.placeOf(id);
      return place === undefined ? "git-mutable" : git.classOf(place);
    },
    isIndex(id) {
      const place = tree.placeOf(id);
      return place !== undefined && git.isIndex(place);
    },
    gitDirOf: (dir) => git.info(dir).gitDir,
    locks() {
      const found: { node: NodeId; owner: PeerId; path: readonly FileName[] }[] = [];
      for (const [node, owner] of granted()) found.push({ node, owner, path: pathOf(tree, node) ?? [] });
      return found;
    },
  };
}
