/** Where a work tree says what it ignores, where its repositories are, and what has certain names: one look at all its names, without touching the disk. */
import { mustFileName, type FileName } from "../base/name.ts";
import type { SnapshotNode, View } from "../replica/api.ts";
import { dotGit } from "../replica/git-place.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { Kind } from "../replica/op.ts";

/** A name in a tree. */
export interface Entry {
  readonly name: FileName;
  readonly kind: Kind;
  /** Of its directory, from the root (latin1); undefined in a git dir. Asked for few. */
  dir(): string | undefined;
}

/** Paths from the root (latin1), sorted. */
export interface RulesSources {
  /** Directories that hold `.git`, with what that is. */
  readonly repositories: readonly { readonly dir: string; readonly kind: Kind }[];
  /** Directories that hold a `.gitignore`. */
  readonly ignoring: readonly string[];
  /** What has a name asked for, with a `/` after directories. */
  readonly named: readonly string[];
}

export const gitIgnore = mustFileName(".gitignore");

export function findSources(
  entries: Iterable<Entry>,
  isNamed: (name: FileName) => boolean = () => false,
): RulesSources {
  const repositories: { dir: string; kind: Kind }[] = [];
  const ignoring: string[] = [];
  const named: string[] = [];
  for (const entry of entries) {
    const { name, kind } = entry;
    const isRepository = name === dotGit;
    // Git does not follow a link there.
    const isIgnoring = name === gitIgnore && kind === "file";
    const isAskedFor = isNamed(name);
    const dir = isRepository || isIgnoring || isAskedFor ? entry.dir() : undefined;
    if (dir === undefined) continue;
    if (isRepository) repositories.push({ dir, kind });
    if (isIgnoring) ignoring.push(dir);
    if (isAskedFor) named.push(`${pathBelow(dir, name)}${kind === "dir" ? "/" : ""}`);
  }
  repositories.sort((a, b) => (a.dir < b.dir ? -1 : 1));
  return { repositories, ignoring: ignoring.sort(), named: named.sort() };
}

/** Of what a scan found: node n is the n-th (R-ID). */
export function* scannedEntries(nodes: readonly SnapshotNode[]): Generator<Entry> {
  const dirOf = (id: NodeId): string | undefined => {
    const names: FileName[] = [];
    for (let node = id; node !== rootNode; ) {
      const at = nodes[node - rootNode]?.places[0];
      if (at === undefined || at.name.endsWith(".git")) return undefined;
      names.push(at.name);
      node = at.parent;
    }
    return names.reverse().join("/");
  };
  for (const { kind, places } of nodes)
    for (const { parent, name } of places) yield { name, kind, dir: () => dirOf(parent) };
}

/** Of the tree as it is now. */
export function* viewEntries(view: Pick<View, "list" | "node">): Generator<Entry> {
  const open: { readonly id: NodeId; readonly dir: string }[] = [{ id: rootNode, dir: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { dir } = next;
    for (const { name, node } of view.list(next.id)) {
      const kind = view.node(node)?.kind;
      if (kind !== undefined) yield { name, kind, dir: () => dir };
      if (kind === "dir" && !name.endsWith(".git")) open.push({ id: node, dir: pathBelow(dir, name) });
    }
  }
}

export function pathBelow(dir: string, name: string): string {
  return dir === "" ? name : `${dir}/${name}`;
}
