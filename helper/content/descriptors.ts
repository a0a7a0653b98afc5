import { closeSync } from "node:fs";
import type { NodeId } from "../replica/ids.ts";

/** An open file of the helper's own. `pins` counts asynchronous calls under way: a pinned descriptor is closed after them. */
export interface Descriptor {
  readonly fd: number;
  readonly writable: boolean;
  pins: number;
  /** Let go of while pinned. */
  orphan: boolean;
}

/** The most recently used open files, one per node, so that a sequence of reads and writes costs one call each. */
export class Descriptors {
  readonly #open = new Map<NodeId, Descriptor>();
  readonly #limit: number;
  #newest: NodeId | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#open.size;
  }

  get(node: NodeId): Descriptor | undefined {
    const found = this.#open.get(node);
    if (found === undefined || node === this.#newest) return found;
    // A Map keeps insertion order: the first key is the one unused for longest.
    this.#open.delete(node);
    this.#open.set(node, found);
    this.#newest = node;
    return found;
  }

  /** Takes over `fd`; whatever was open for the node is closed. */
  put(node: NodeId, fd: number, writable: boolean): Descriptor {
    return this.adopt(node, { fd, writable, pins: 0, orphan: false });
  }

  /** As `put`, with what another of these has handed over. */
  adopt(node: NodeId, descriptor: Descriptor): Descriptor {
    this.close(node);
    this.shrink(this.#limit - 1);
    this.#open.set(node, descriptor);
    this.#newest = node;
    return descriptor;
  }

  /** Hands the descriptor over to the caller, who closes it. */
  take(node: NodeId): Descriptor | undefined {
    const found = this.#open.get(node);
    this.#open.delete(node);
    return found;
  }

  close(node: NodeId): void {
    const found = this.take(node);
    if (found !== undefined) letGo(found);
  }

  /** Closes the oldest until at most `count` are open. Says whether any was. */
  shrink(count: number): boolean {
    let closed = false;
    for (const node of this.#open.keys()) {
      if (this.#open.size <= count) break;
      this.close(node);
      closed = true;
    }
    return closed;
  }

  dispose(): void {
    this.shrink(0);
  }
}

/** Closes now, or when the last asynchronous call on it has ended (`unpin`). */
export function letGo(descriptor: Descriptor): void {
  if (descriptor.pins > 0) descriptor.orphan = true;
  else closeSync(descriptor.fd);
}

export function unpin(descriptor: Descriptor): void {
  descriptor.pins--;
  if (descriptor.pins === 0 && descriptor.orphan) closeSync(descriptor.fd);
}
