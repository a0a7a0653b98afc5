/**
 * What the kernel knows: per node its lookup count (every entry reply and READDIRPLUS row adds one, FORGET subtracts) and
 * how many handles are open. Node ids towards the kernel are the workspace's, which are never reused: generation stays 0.
 */
import type { FileName } from "../base/name.ts";
import { rootNode, type NodeId, type Version } from "../replica/ids.ts";
import type { Listing } from "./listing.ts";
import type { Cookies } from "./listing-cookies.ts";

export interface Known {
  readonly node: NodeId;
  count: number;
  handles: number;
  /** Where the kernel saw it last: a hint, to be checked against the workspace. */
  parent: NodeId;
  name: FileName | undefined;
  /** The content version the kernel's pages hold, as far as they are there. */
  pagesVersion: Version | undefined;
  /** Invalidations of its pages not yet written. */
  pendingPages: number;
  /** Of a directory: the kernel may keep a listing of it that no invalidation has taken since. */
  listed: boolean;
  /** Of a directory: the rows that are being read. */
  listing: Listing | undefined;
  /** Was once answered with a time to live, and so may be kept by name although its class forbids it now: a plain directory became a git dir. */
  kept: boolean;
  /** Of a directory: absent names in it were. */
  absentKept: boolean;
  /** A peer took its name away and the kernel was not told yet: OPEN answers ESTALE. */
  replaced: boolean;
  cookies: Cookies | undefined;
}

export class Lookups {
  readonly #known = new Map<NodeId, Known>();
  readonly #forgotten: (node: NodeId) => void;

  /** `forgotten`: the kernel holds neither a reference to the node nor a handle of it. */
  constructor(forgotten: (node: NodeId) => void) {
    this.#forgotten = forgotten;
    // The kernel never looks the root up and forgets it only with the mount.
    this.#enter(rootNode, rootNode, undefined).count = 1;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Undefined: the kernel holds nothing of this node. */
  get(node: NodeId): Known | undefined {
    return this.#known.get(node);
  }

  /** An entry reply for `node` is about to be written. `ttl`: how long the kernel may go by it. */
  answered(node: NodeId, parent: NodeId, name: FileName, ttl: number): Known {
    const known = this.#known.get(node) ?? this.#enter(node, parent, name);
    known.count++;
    if (node !== rootNode) {
      known.parent = parent;
      known.name = name;
    }
    known.replaced = false;
    if (ttl > 0) known.kept = true;
    return known;
  }

  forget(node: NodeId, count: number): void {
    const known = this.#known.get(node);
    if (known === undefined || node === rootNode) return;
    known.count = Math.max(0, known.count - count);
    this.#dropIfUnused(known);
  }

  /** A handle was opened. */
  pin(node: NodeId): Known {
    const known = this.#known.get(node) ?? this.#enter(node, rootNode, undefined);
    known.handles++;
    return known;
  }

  unpin(node: NodeId): void {
    const known = this.#known.get(node);
    if (known === undefined) return;
    known.handles--;
    this.#dropIfUnused(known);
  }

  /** A node lost its name: if the kernel never saw it, nobody will forget it later. */
  forgetUnseen(node: NodeId): void {
    if (!this.#known.has(node)) this.#forgotten(node);
  }

  #enter(node: NodeId, parent: NodeId, name: FileName | undefined): Known {
    const known: Known = {
      node,
      count: 0,
      handles: 0,
      parent,
      name,
      pagesVersion: undefined,
      pendingPages: 0,
      listed: false,
      listing: undefined,
      kept: false,
      absentKept: false,
      replaced: false,
      cookies: undefined,
    };
    this.#known.set(node, known);
    return known;
  }

  #dropIfUnused(known: Known): void {
    if (known.count > 0 || known.handles > 0) return;
    this.#known.delete(known.node);
    this.#forgotten(known.node);
  }
}
