/** Where a work tree says what it ignores, and where its repositories are: one walk over the tree, without touching the disk. */
import { mustFileName, type FileName } from "../base/name.ts";
import type { SnapshotNode } from "../replica/api.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { Kind } from "../replica/op.ts";

export interface RulesTree {
  list(dir: NodeId): Iterable<{ readonly name: FileName; readonly node: NodeId }>;
  kindOf(node: NodeId): Kind | undefined;
}

/** Directories, as paths from the root (latin1). */
export interface RulesSources {
  /** That hold `.git`, with what that is. */
  readonly repositories: readonly { readonly dir: string; readonly kind: Kind }[];
  /** That hold a `.gitignore`. */
  readonly ignoring: readonly string[];
}

export const dotGit = mustFileName(".git");
export const gitIgnore = mustFileName(".gitignore");

export function findSources(tree: RulesTree): RulesSources {
  const repositories: { dir: string; kind: Kind }[] = [];
  const ignoring: string[] = [];
  const open: { readonly id: NodeId; readonly dir: string }[] = [{ id: rootNode, dir: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { name, node } of tree.list(next.id)) {
      const kind = tree.kindOf(node);
      if (kind === undefined) continue;
      if (name === dotGit) repositories.push({ dir: next.dir, kind });
      // Git does not follow a link there.
      else if (name === gitIgnore && kind === "file") ignoring.push(next.dir);
      else if (kind === "dir" && !name.endsWith(".git")) open.push({ id: node, dir: pathBelow(next.dir, name) });
    }
  }
  repositories.sort((a, b) => (a.dir < b.dir ? -1 : 1));
  return { repositories, ignoring: ignoring.sort() };
}

/** The tree a scan found. */
export function treeOf(nodes: readonly SnapshotNode[]): RulesTree {
  const kinds = new Map<NodeId, Kind>();
  const children = new Map<NodeId, { name: FileName; node: NodeId }[]>();
  for (const { id, kind, places } of nodes) {
    kinds.set(id, kind);
    if (kind === "dir") children.set(id, []);
    for (const { parent, name } of places) children.get(parent)?.push({ name, node: id });
  }
  return { list: (dir) => children.get(dir) ?? [], kindOf: (node) => kinds.get(node) };
}

export function pathBelow(dir: string, name: string): string {
  return dir === "" ? name : `${dir}/${name}`;
}
