/** R-OWN: a guest's own work tree as values that outlive the session, and from those again what it was. */
import type { FileName } from "../base/name.ts";
import { newborn } from "./apply.ts";
import { takeOverDir } from "./guest-here.ts";
import type { GuestView } from "./guest-view.ts";
import { rootNode, type NodeId } from "./ids.ts";
import type { Inode } from "./namespace.ts";
import type { Kind, Place } from "./op.ts";
import { copyOf } from "./overlay.ts";
import type { OwnEntry, OwnTree } from "./own-entry.ts";
import { isWithin, pathOf } from "./tree.ts";

type Path = readonly FileName[];

/** With the shared directories it is in. Lazy: what is read after the tree has changed (`revision`) is of no one moment. */
export function exportOwn(view: GuestView): OwnTree {
  return { entries: ownEntries(view), gone: goneNames(view) };
}

function* ownEntries(view: GuestView): Generator<OwnEntry> {
  const { names, nodes } = view.privates;
  for (const [shared, path] of sharedDirs(view)) {
    const inode = view.node(shared);
    if (path.length > 0 && inode !== undefined) yield entryOf(view, inode, path);
    const dirs: [NodeId, Path][] = [[shared, path]];
    for (let next = dirs.pop(); next !== undefined; next = dirs.pop()) {
      const [dir, above] = next;
      for (const [name, id] of names.get(dir) ?? []) {
        const own = nodes.get(id);
        if (own === undefined) continue;
        const below = [...above, name];
        yield entryOf(view, own, below);
        if (own.kind === "dir") dirs.push([id, below]);
      }
    }
  }
}

function* goneNames(view: GuestView): Generator<Path> {
  for (const [dir, names] of view.privates.gone) {
    const path = holdsOwn(view, dir) ? pathOf(view, dir) : undefined;
    if (path !== undefined) for (const name of names) yield [...path, name];
  }
}

/** Those with something own in them, and all above, outermost first. */
function sharedDirs(view: GuestView): readonly (readonly [NodeId, Path])[] {
  const found = new Map<NodeId, Path>();
  for (const dir of view.privates.names.keys()) {
    if (view.isPrivateNode(dir) || !holdsOwn(view, dir)) continue;
    let path = pathOf(view, dir);
    for (let id = dir; path !== undefined && !found.has(id); path = path.slice(0, -1)) {
      if (!view.isPrivateNode(id)) found.set(id, path);
      if (id === rootNode) break;
      id = view.placeOf(id)?.parent ?? rootNode;
    }
  }
  return [...found].sort(([, a], [, b]) => a.length - b.length);
}

function entryOf(view: GuestView, inode: Inode, path: Path): OwnEntry {
  const { id, kind, mode, atime, mtime, size, target, version } = inode;
  const isDir = kind === "dir";
  const isShared = isDir && (view.privates.isKept(id) || !view.isPrivateNode(id));
  const of = isDir && !isShared && view.confirmed.isLive(id) ? confirmedPath(view, id) : undefined;
  return { path, kind, mode, atime, mtime, size, target, node: id, version, of, isShared };
}

function confirmedPath({ confirmed }: GuestView, id: NodeId): Path | undefined {
  return pathOf({ placeOf: (node) => confirmed.get(node)?.at }, id);
}

/** Whether the node is one of the tree that is kept. */
export function isOwn(view: GuestView, id: NodeId): boolean {
  const at = view.isPrivateNode(id) ? view.placeOf(id) : undefined;
  return at !== undefined && holdsOwn(view, at.parent);
}

/** Not what R-PRIV keeps in a shared git dir. A repository of this guest's own is its own wholly. */
function holdsOwn(view: GuestView, dir: NodeId): boolean {
  const { role, gitDir } = view.git.info(dir);
  return role === "work" || (gitDir !== undefined && view.isPrivateNode(gitDir));
}

export interface Restoring {
  /** Undefined: there are no more. */
  readonly newNode: (at: Place) => NodeId | undefined;
  /** Takes the bytes of the entry, a file, for this node: their number, or undefined where they cannot be had. */
  readonly adopt: (entry: OwnEntry, node: NodeId) => number | undefined;
}

/** Before anything else happens in the view. Returns what has no place in it now, told to nobody and for the next time. */
export function importOwn(view: GuestView, tree: OwnTree, restoring: Restoring): readonly OwnEntry[] {
  const entries = [...tree.entries];
  // Found before anything of this guest's own hides them.
  const hosts = new Map(entries.map((entry) => [entry, entry.of && takeable(view, entry.of)]));
  const dirs = new Map<string, NodeId>();
  const files = new Map<NodeId, NodeId>();

  function parentOf(path: Path): NodeId | undefined {
    const above = path.slice(0, -1);
    const key = above.join("/");
    const known = dirs.get(key);
    if (known !== undefined) return known;
    const found = walk(above, (at) => view.lookup(at));
    if (found === undefined || view.kindOf(found) !== "dir") return undefined;
    dirs.set(key, found);
    return found;
  }

  function placeOf(path: Path): Place | undefined {
    const parent = parentOf(path);
    const name = path.at(-1);
    return parent === undefined || name === undefined ? undefined : { parent, name };
  }

  /** The host's directory the entry was. */
  function hostDir(entry: OwnEntry, at: Place): Inode | undefined {
    const id = hosts.get(entry);
    const isFree = id !== undefined && !view.privates.nodes.has(id) && !isWithin(view, at.parent, id);
    return isFree ? view.node(id) : undefined;
  }

  function born(entry: OwnEntry, at: Place): Inode | undefined {
    const node = restoring.newNode(at);
    const size = node !== undefined && entry.kind === "file" ? restoring.adopt(entry, node) : entry.size;
    if (node === undefined || size === undefined) return undefined;
    const { kind, mode, mtime, target } = entry;
    const inode = newborn({ node, kind, mode, time: mtime, version: view.privates.newVersion() });
    inode.size = size;
    inode.target = target;
    return inode;
  }

  function restore(entry: OwnEntry): boolean {
    const at = placeOf(entry.path);
    if (at === undefined) return false;
    const there = view.lookup(at);
    const isThere = there !== undefined && view.kindOf(there) === "dir" && entry.kind === "dir";
    if (view.privates.child(at.parent, at.name) !== undefined) return isThere;
    if (entry.isShared) return isThere || (there === undefined && keep(entry, at));
    return mayHold(view, at, entry.kind) ? put(entry, at) : isThere;
  }

  function keep(entry: OwnEntry, at: Place): boolean {
    const inode = view.git.info(at.parent).role === "work" ? born(entry, at) : undefined;
    if (inode !== undefined) view.privates.keep(inode, at);
    return inode !== undefined;
  }

  function put(entry: OwnEntry, at: Place): boolean {
    const shared = view.sharedChild(at.parent, at.name);
    const covered = shared !== undefined && view.kindOf(shared) === "dir" ? 1 : 0;
    const known = entry.kind === "file" ? files.get(entry.node) : undefined;
    const inode = known === undefined ? (hostDir(entry, at) ?? born(entry, at)) : undefined;
    if (known === undefined && inode === undefined) return false;
    takeOverDir(view, at.parent);
    if (known !== undefined) view.privates.addName(known, at);
    if (inode === undefined) return true;
    const own = copyOf(inode);
    own.mode = entry.mode;
    own.atime = entry.atime;
    own.mtime = entry.mtime;
    view.privates.takeOver(own, [at]);
    if (entry.kind === "file") files.set(entry.node, own.id);
    countDirs(at.parent, (entry.kind === "dir" ? 1 : 0) - covered);
    return true;
  }

  function countDirs(parent: NodeId, by: number): void {
    const own = view.privates.nodes.get(parent);
    if (own !== undefined) own.nlink += by;
  }

  function remove(path: Path): void {
    const at = placeOf(path);
    if (at === undefined || view.privates.child(at.parent, at.name) !== undefined) return;
    const shared = view.sharedChild(at.parent, at.name);
    const kind = shared === undefined ? undefined : view.kindOf(shared);
    const kinds: readonly Kind[] = kind === undefined ? ["file", "dir"] : [kind];
    if (!holdsOwn(view, at.parent) || !kinds.some((each) => view.classes.isIgnored(at, each))) return;
    takeOverDir(view, at.parent);
    view.privates.hideName(at);
    if (kind === "dir") countDirs(at.parent, -1);
  }

  const homeless = entries.filter((entry) => !restore(entry));
  for (const path of tree.gone) remove(path);
  view.dirsMoved();
  return homeless;
}

/** The host's directory there, if a guest may take it over. */
function takeable(view: GuestView, path: Path): NodeId | undefined {
  const parent = walk(path.slice(0, -1), (at) => view.lookup(at));
  const name = path.at(-1);
  if (parent === undefined || name === undefined) return undefined;
  const at = { parent, name };
  const id = view.lookup(at);
  const isTakeable = id !== undefined && view.kindOf(id) === "dir" && view.classes.isIgnored(at, "dir");
  return isTakeable ? id : undefined;
}

/** By the rules in force, not by what another layer has there. */
function mayHold(view: GuestView, at: Place, kind: Kind): boolean {
  if (!holdsOwn(view, at.parent)) return false;
  return view.isNeverTold(at) || view.git.info(at.parent).role !== "work" || view.classes.isIgnored(at, kind);
}

function walk(path: Path, child: (at: Place) => NodeId | undefined): NodeId | undefined {
  return path.reduce<NodeId | undefined>(
    (parent, name) => (parent === undefined ? undefined : child({ parent, name })),
    rootNode,
  );
}
