/** Where a work tree says what it ignores, where its repositories are, and what has certain names: one look at all its names, without touching the disk. */
import { mustFileName, type FileName } from "../base/name.ts";
import type { SnapshotNode, View } from "../replica/api.ts";
import { dotGit } from "../replica/git-place.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { Kind } from "../replica/op.ts";

/** A name in a tree. */
export interface Entry {
  readonly name: FileName;
  readonly parent: NodeId;
  readonly kind: Kind;
  /** Of its directory, from the root (latin1); undefined in a git dir. Asked for few. */
  dir(): string | undefined;
}

export interface Named {
  readonly path: string;
  readonly name: FileName;
  readonly parent: NodeId;
  readonly kind: Kind;
}

/** Paths from the root (latin1), sorted. */
export interface RulesSources {
  /** Directories that hold `.git`, with what that is. */
  readonly repositories: readonly { readonly dir: string; readonly kind: Kind }[];
  /** Directories that hold a `.gitignore`. */
  readonly ignoring: readonly string[];
  /** What has a name asked for. */
  readonly named: readonly Named[];
}

export const gitIgnore = mustFileName(".gitignore");

export function findSources(
  entries: Iterable<Entry>,
  isNamed: (name: FileName) => boolean = () => false,
): RulesSources {
  const repositories: { dir: string; kind: Kind }[] = [];
  const ignoring: string[] = [];
  const named: Named[] = [];
  for (const entry of entries) {
    const { name, parent, kind } = entry;
    const isRepository = name === dotGit;
    // Git does not follow a link there.
    const isIgnoring = name === gitIgnore && kind === "file";
    const isAskedFor = isNamed(name);
    const dir = isRepository || isIgnoring || isAskedFor ? entry.dir() : undefined;
    if (dir === undefined) continue;
    if (isRepository) repositories.push({ dir, kind });
    if (isIgnoring) ignoring.push(dir);
    if (isAskedFor) named.push({ path: pathBelow(dir, name), name, parent, kind });
  }
  repositories.sort((a, b) => (a.dir < b.dir ? -1 : 1));
  return { repositories, ignoring: ignoring.sort(), named: named.sort((a, b) => (a.path < b.path ? -1 : 1)) };
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
    for (const { parent, name } of places) yield { name, parent, kind, dir: () => dirOf(parent) };
}

/** The directory at a path, of what a scan found. */
export function scannedDirs(nodes: readonly SnapshotNode[]): (path: string) => NodeId | undefined {
  let known: ReadonlyMap<string, NodeId> | undefined;
  return (path) => {
    known ??= new Map(
      nodes.flatMap(({ id, kind, places: [at] }) => (kind === "dir" && at ? [[`${at.parent}/${at.name}`, id]] : [])),
    );
    let dir: NodeId | undefined = rootNode;
    for (const name of path === "" ? [] : path.split("/")) dir = dir && known.get(`${dir}/${name}`);
    return dir;
  };
}

/** Of the tree as it is now. */
export function* viewEntries(view: Pick<View, "list" | "node">): Generator<Entry> {
  const open: { readonly id: NodeId; readonly dir: string }[] = [{ id: rootNode, dir: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { dir } = next;
    for (const { name, node } of view.list(next.id)) {
      const kind = view.node(node)?.kind;
      if (kind !== undefined) yield { name, parent: next.id, kind, dir: () => dir };
      if (kind === "dir" && !name.endsWith(".git")) open.push({ id: node, dir: pathBelow(dir, name) });
    }
  }
}

export function pathBelow(dir: string, name: string): string {
  return dir === "" ? name : `${dir}/${name}`;
}
