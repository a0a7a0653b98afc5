import { assert } from "../base/brand.ts";
import type { FileName } from "../base/name.ts";
import { epoch, type Time } from "../base/time.ts";
import { rootNode, scannedVersion, type NodeId, type PeerId, type Version } from "./ids.ts";
import type { Kind, Node, Place } from "./op.ts";

/** One node, mutable inside the core; outside it is read as `Node` and valid until the next mutation. */
export class Inode implements Node {
  readonly id: NodeId;
  readonly kind: Kind;
  mode = 0;
  size = 0;
  nlink = 0;
  ino: number;
  atime: Time = epoch;
  mtime: Time = epoch;
  ctime: Time = epoch;
  version: Version = scannedVersion;
  target = "";
  owner: PeerId | undefined = undefined;
  /** Belongs to one peer alone (R-PRIV): never told, not in snapshots. */
  hidden = false;
  /** Most nodes have one name: the rest of a hard link's names are in `also`. */
  at: Place | undefined = undefined;
  also: Place[] | undefined = undefined;
  readonly children: Map<FileName, NodeId> | undefined;

  constructor(id: NodeId, kind: Kind) {
    this.id = id;
    this.kind = kind;
    this.ino = id;
    this.children = kind === "dir" ? new Map() : undefined;
  }
}

/** Told after the fact, for caches that hang on names. */
export interface NameListener {
  /** The name now names `now`, before `was`; a directory that was elsewhere counts as moved. */
  named(dir: NodeId, name: FileName, was: Inode | undefined, now: Inode | undefined): void;
}

/** Nodes and names of one layer. Knows structure, no rules: nlink and times are apply.ts's. */
export class Namespace {
  readonly nodes = new Map<NodeId, Inode>();
  /** Granted locks (R-GRANT). */
  readonly locks = new Map<NodeId, PeerId>();
  #listener: NameListener | undefined;

  listen(listener: NameListener): void {
    this.#listener = listener;
  }

  get(id: NodeId): Inode | undefined {
    return this.nodes.get(id);
  }

  child(dir: NodeId, name: FileName): NodeId | undefined {
    return this.nodes.get(dir)?.children?.get(name);
  }

  at(place: Place): Inode | undefined {
    const id = this.child(place.parent, place.name);
    return id === undefined ? undefined : this.nodes.get(id);
  }

  add(inode: Inode): void {
    this.nodes.set(inode.id, inode);
  }

  /** A directory with a way to the root, or the root. */
  isLiveDir(id: NodeId): boolean {
    const inode = this.nodes.get(id);
    return inode !== undefined && inode.kind === "dir" && (id === rootNode || inode.at !== undefined);
  }

  isLive(id: NodeId): boolean {
    return id === rootNode || this.nodes.get(id)?.at !== undefined;
  }

  /** The name must be free. */
  name(at: Place, inode: Inode): void {
    const children = this.nodes.get(at.parent)?.children;
    assert(children !== undefined && !children.has(at.name), "a name is given once, in a directory");
    children.set(at.name, inode.id);
    if (inode.at === undefined) inode.at = at;
    else (inode.also ??= []).push(at);
    this.#listener?.named(at.parent, at.name, undefined, inode);
  }

  unname(at: Place): Inode | undefined {
    const children = this.nodes.get(at.parent)?.children;
    const id = children?.get(at.name);
    const inode = id === undefined ? undefined : this.nodes.get(id);
    if (children === undefined || inode === undefined) return undefined;
    children.delete(at.name);
    forgetPlace(inode, at);
    this.#listener?.named(at.parent, at.name, inode, undefined);
    return inode;
  }

  setOwner(inode: Inode, owner: PeerId | undefined): void {
    if (inode.owner === owner) return;
    inode.owner = owner;
    if (owner === undefined) this.locks.delete(inode.id);
    else this.locks.set(inode.id, owner);
  }
}

export function samePlace(a: Place, b: Place): boolean {
  return a.parent === b.parent && a.name === b.name;
}

export function placesOf(inode: Inode): readonly Place[] {
  if (inode.at === undefined) return [];
  return inode.also === undefined ? [inode.at] : [inode.at, ...inode.also];
}

function forgetPlace(inode: Inode, at: Place): void {
  const rest = inode.also;
  if (inode.at !== undefined && samePlace(inode.at, at)) inode.at = rest?.shift();
  else if (rest !== undefined) {
    const index = rest.findIndex((place) => samePlace(place, at));
    if (index >= 0) rest.splice(index, 1);
  }
  if (rest?.length === 0) inode.also = undefined;
}
