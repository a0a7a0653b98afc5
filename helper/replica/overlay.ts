import type { FileName } from "../base/name.ts";
import { bornBy, changed, modified, setAttributes, written } from "./apply.ts";
import type { NodeId, OpId, Version } from "./ids.ts";
import { Inode, samePlace } from "./namespace.ts";
import type { Op, Place } from "./op.ts";

/** A node with something of this peer undecided. Each group shows the overlay while its count is above 0 (R-VIEW). */
export interface OverNode {
  readonly shown: Inode;
  /** mode, atime, nlink */
  attrs: number;
  /** size, version; an open burst counts. */
  content: number;
  /** The order changed the bytes underneath: what the cache holds is nobody's version once this drains. */
  diverged: boolean;
  /** Content changes so far, and how many of them the recovery store has (R-PARK). */
  written: number;
  parked: number;
  /** Written after this peer took its last name away: told to nobody. */
  ghost: boolean;
  /** Where it was last seen, for the recovery store. */
  path: readonly FileName[];
}

interface OverName {
  node: NodeId | undefined;
  count: number;
}

/** What one pending operation holds of each kind. */
export interface Holds {
  readonly names: readonly Place[];
  readonly attrs: readonly NodeId[];
  readonly content: NodeId | undefined;
}

/** The undecided tail of this peer, per key: no undo, no replay (R-DROP). */
export class Overlay {
  readonly names = new Map<NodeId, Map<FileName, OverName>>();
  readonly nodes = new Map<NodeId, OverNode>();
  /** Overlay names by the node they name. */
  readonly claims = new Map<NodeId, Place[]>();
  readonly #find: (id: NodeId) => Inode | undefined;

  /** `find`: the node as shown without an overlay. */
  constructor(find: (id: NodeId) => Inode | undefined) {
    this.#find = find;
  }

  name(at: Place): OverName | undefined {
    return this.names.get(at.parent)?.get(at.name);
  }

  /** The node's overlay, begun from what is shown now. */
  open(id: NodeId): OverNode | undefined {
    const known = this.nodes.get(id);
    if (known !== undefined) return known;
    const found = this.#find(id);
    return found === undefined ? undefined : this.#begin(copyOf(found));
  }

  #begin(shown: Inode): OverNode {
    const entry: OverNode = {
      shown,
      attrs: 0,
      content: 0,
      diverged: false,
      written: 0,
      parked: 0,
      ghost: false,
      path: [],
    };
    this.nodes.set(shown.id, entry);
    return entry;
  }

  setName(at: Place, node: NodeId | undefined): void {
    let dir = this.names.get(at.parent);
    if (dir === undefined) this.names.set(at.parent, (dir = new Map()));
    const known = dir.get(at.name);
    if (known === undefined) dir.set(at.name, { node, count: 1 });
    else {
      this.#unclaim(known.node, at);
      known.node = node;
      known.count++;
    }
    if (node === undefined) return;
    const claims = this.claims.get(node);
    if (claims === undefined) this.claims.set(node, [at]);
    else claims.push(at);
  }

  dropName(at: Place): void {
    const dir = this.names.get(at.parent);
    const known = dir?.get(at.name);
    if (dir === undefined || known === undefined || --known.count > 0) return;
    this.#unclaim(known.node, at);
    dir.delete(at.name);
    if (dir.size === 0) this.names.delete(at.parent);
  }

  #unclaim(node: NodeId | undefined, at: Place): void {
    const claims = node === undefined ? undefined : this.claims.get(node);
    if (node === undefined || claims === undefined) return;
    const index = claims.findIndex((place) => samePlace(place, at));
    if (index >= 0) claims.splice(index, 1);
    if (claims.length === 0) this.claims.delete(node);
  }

  /** Shows a told operation at once, as `applyOp` will on the confirmed layer, and counts what it holds. */
  show(op: Op, id: OpId): Holds {
    const holds = this.#effect(op, id as number as Version);
    for (const node of holds.attrs) {
      const entry = this.open(node);
      if (entry !== undefined) entry.attrs++;
    }
    const entry = holds.content === undefined ? undefined : this.open(holds.content);
    if (entry !== undefined) entry.content++;
    return holds;
  }

  #effect(op: Op, version: Version): Holds {
    switch (op.t) {
      case "create":
      case "mkdir":
      case "symlink": {
        const shown = bornBy(op, version);
        this.#begin(shown);
        this.setName(op.at, op.node);
        this.#parent(op.at, op, shown.kind === "dir" ? 1 : 0);
        return { names: [op.at], attrs: [op.at.parent, op.node], content: op.t === "create" ? op.node : undefined };
      }
      case "link":
        this.setName(op.at, op.node);
        this.#parent(op.at, op, 0);
        this.#links(op.node, op, 1);
        return { names: [op.at], attrs: [op.at.parent, op.node], content: undefined };
      case "unlink":
      case "rmdir":
        this.setName(op.at, undefined);
        this.#parent(op.at, op, op.t === "rmdir" ? -1 : 0);
        this.#links(op.node, op, -1);
        return { names: [op.at], attrs: [op.at.parent, op.node], content: undefined };
      case "rename":
        return this.#rename(op);
      case "write":
      case "append":
        return { names: [], attrs: [], content: op.node };
      case "truncate": {
        const entry = this.open(op.node);
        if (entry !== undefined) {
          entry.shown.size = op.size;
          entry.written++;
          written(entry.shown, op.time, version);
        }
        return { names: [], attrs: [], content: op.node };
      }
      case "setattr": {
        const entry = this.open(op.node);
        if (entry !== undefined) setAttributes(entry.shown, op);
        return { names: [], attrs: [op.node], content: undefined };
      }
      case "seed":
        return { names: [], attrs: [], content: undefined };
    }
  }

  #rename(op: Extract<Op, { t: "rename" }>): Holds {
    const dir = this.open(op.node)?.shown.kind === "dir" ? 1 : 0;
    this.setName(op.from, undefined);
    this.setName(op.to, op.node);
    this.#parent(op.from, op, -dir);
    if (op.victim !== null) {
      this.#links(op.victim.node, op, -1);
      this.#parent(op.to, op, -dir);
    }
    this.#parent(op.to, op, dir);
    this.#links(op.node, op, 0);
    const attrs = [op.from.parent, op.to.parent, op.node];
    if (op.victim !== null) attrs.push(op.victim.node);
    return { names: [op.from, op.to], attrs, content: undefined };
  }

  #parent(at: Place, op: Op, subdirs: number): void {
    const entry = this.open(at.parent);
    if (entry === undefined) return;
    modified(entry.shown, op.time);
    entry.shown.nlink += subdirs;
  }

  #links(node: NodeId, op: Op, by: number): void {
    const entry = this.open(node);
    if (entry === undefined) return;
    changed(entry.shown, op.time);
    entry.shown.nlink = entry.shown.kind === "dir" && by < 0 ? 0 : entry.shown.nlink + by;
  }

  release(holds: Holds): void {
    for (const at of holds.names) this.dropName(at);
    for (const node of holds.attrs) {
      const entry = this.nodes.get(node);
      if (entry !== undefined) entry.attrs--;
    }
    const entry = holds.content === undefined ? undefined : this.nodes.get(holds.content);
    if (entry !== undefined) entry.content--;
  }
}

export function copyOf(from: Inode): Inode {
  const copy = new Inode(from.id, from.kind);
  copyShared(from, copy);
  copyContent(from, copy);
  copyTimes(from, copy);
  copy.owner = from.owner;
  return copy;
}

/** A drained group shows the confirmed layer again. Ownership of locks is never pending. */
export function refresh(entry: OverNode, confirmed: Inode): void {
  if (entry.attrs === 0) copyShared(confirmed, entry.shown);
  if (entry.content === 0) copyContent(confirmed, entry.shown);
  if (entry.attrs === 0 && entry.content === 0) copyTimes(confirmed, entry.shown);
  entry.shown.owner = confirmed.owner;
}

function copyShared(from: Inode, to: Inode): void {
  to.mode = from.mode;
  to.nlink = from.nlink;
  to.atime = from.atime;
  to.ino = from.ino;
  to.target = from.target;
}

function copyContent(from: Inode, to: Inode): void {
  to.size = from.size;
  to.version = from.version;
}

function copyTimes(from: Inode, to: Inode): void {
  to.mtime = from.mtime;
  to.ctime = from.ctime;
}
