import { assert } from "../base/brand.ts";
import type { Errno } from "../base/errno.ts";
import { ok, type Result } from "../base/result.ts";
import type { NodeId } from "../replica/ids.ts";
import { NodeBytes, nothingStored, type Stored } from "./node-bytes.ts";
import { Ranges, type Range } from "./ranges.ts";

export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** What is held of one node: never more is stored than `size`, so that what lies beyond reads as zeros. */
interface Entry extends Stored {
  /** Infinity while the end is not known. */
  size: number;
  readonly present: Ranges;
}

/**
 * Content of a guest: bytes by node, present in ranges, the rest fetched on demand. Pure storage: no versions, no network.
 * Of a node never heard of, everything is missing. Sizes given here only say where zeros begin (a write or extension beyond
 * the known end leaves zeros between, and they are present); `missing` and `read` trust the caller's range. A node that was
 * not registered by `ensure` or `reset` has no known end: then such a gap is missing, and fetched. All calls are synchronous.
 */
export class GuestCache {
  readonly #entries = new Map<NodeId, Entry>();
  readonly #bytes: NodeBytes;

  constructor(dir: string) {
    this.#bytes = new NodeBytes(dir);
  }

  has(node: NodeId): boolean {
    return this.#entries.has(node);
  }

  /** Registers a node not known yet, with `size` bytes, all missing; a node just created here has size 0. */
  ensure(node: NodeId, size: number): void {
    if (!this.#entries.has(node)) this.#add(node, size);
  }

  /** Everything known is void: `size` bytes, all missing. */
  reset(node: NodeId, size: number): void {
    const entry = this.#entries.get(node);
    if (entry === undefined) return this.ensure(node, size);
    entry.present.clear();
    this.#bytes.clear(node, entry);
    entry.size = size;
  }

  /** The bytes are the content there from now on. After an errno the range is missing. */
  write(node: NodeId, offset: number, bytes: Uint8Array): Errno | undefined {
    if (bytes.length === 0) return undefined;
    const entry = this.#entries.get(node) ?? this.#add(node, Number.POSITIVE_INFINITY);
    const end = offset + bytes.length;
    const failed = this.#bytes.write(node, entry, offset, bytes);
    if (failed !== undefined) {
      entry.present.remove(offset, end);
      return failed;
    }
    entry.present.add(Math.min(offset, entry.size), end);
    entry.size = Math.max(entry.size, end);
    return undefined;
  }

  /** Fetched bytes: only what is missing is taken, since what is present is newer. */
  fill(node: NodeId, offset: number, bytes: Uint8Array): Errno | undefined {
    for (const gap of this.missing(node, offset, bytes.length)) {
      const from = gap.offset - offset;
      const failed = this.write(node, gap.offset, bytes.subarray(from, from + gap.length));
      if (failed !== undefined) return failed;
    }
    return undefined;
  }

  /** Cuts, or extends with zeros, which are present. */
  truncate(node: NodeId, size: number): Errno | undefined {
    const entry = this.#entries.get(node);
    if (entry === undefined) return undefined;
    const before = entry.size;
    entry.size = size;
    if (size > before) entry.present.add(before, size);
    if (size >= before) return undefined;
    entry.present.remove(size, before);
    return this.#bytes.cut(node, entry, size);
  }

  /** The range changed at the host and its bytes did not come along. */
  markStale(node: NodeId, offset: number, length: number): void {
    const entry = this.#entries.get(node);
    if (entry === undefined || length === 0) return;
    if (offset > entry.size) entry.present.add(entry.size, offset);
    entry.present.remove(offset, offset + length);
    entry.size = Math.max(entry.size, offset + length);
  }

  missing(node: NodeId, offset: number, length: number): Span[] {
    const entry = this.#entries.get(node);
    if (entry === undefined) return length > 0 ? [{ offset, length }] : [];
    return entry.present.missing(offset, offset + length).map(({ from, to }) => ({ offset: from, length: to - from }));
  }

  covers(node: NodeId, offset: number, length: number): boolean {
    return length <= 0 || this.#entries.get(node)?.present.covers(offset, offset + length) === true;
  }

  /** Exactly `length` bytes, all of them present (`covers`), those of an extension zeros. EIO when they cannot be read. */
  read(node: NodeId, offset: number, length: number): Result<Uint8Array> {
    assert(this.covers(node, offset, length), "only what is present is read from the cache");
    const entry = this.#entries.get(node);
    if (entry === undefined || length <= 0) return ok(new Uint8Array(0));
    return this.#bytes.read(node, entry, offset, length);
  }

  present(node: NodeId): Range[] {
    return this.#entries.get(node)?.present.all() ?? [];
  }

  /** A copy of what is held, for parking: at `path`, with holes where bytes are missing (`present` tells which). */
  copyTo(node: NodeId, path: string): Errno | undefined {
    return this.#bytes.copyTo(node, this.#entries.get(node) ?? nothingStored, path);
  }

  /**
   * Makes the node's bytes, `size` of them, a file that is at `path`, too, in the place of what is there: what is written later shows
   * in it. Where the two are on different file systems it is a copy, and does not.
   */
  keepAt(node: NodeId, path: string, size: number): Errno | undefined {
    this.ensure(node, size);
    return this.#bytes.keepAt(node, this.#entries.get(node) as Entry, path, size);
  }

  /** The file, by a link or a copy, is the whole content of a node not known yet. Returns how many bytes it is. */
  adopt(node: NodeId, path: string): Result<number> {
    assert(!this.#entries.has(node), "content is adopted for a new node");
    const entry = createEntry(0);
    const adopted = this.#bytes.adopt(node, entry, path);
    if (!adopted.ok) return adopted;
    entry.size = adopted.value;
    entry.present.add(0, adopted.value);
    this.#entries.set(node, entry);
    return adopted;
  }

  drop(node: NodeId): void {
    const entry = this.#entries.get(node);
    if (entry === undefined) return;
    this.#bytes.clear(node, entry);
    this.#entries.delete(node);
  }

  dispose(): void {
    this.#entries.clear();
    this.#bytes.dispose();
  }

  #add(node: NodeId, size: number): Entry {
    const entry = createEntry(size);
    this.#entries.set(node, entry);
    return entry;
  }
}

function createEntry(size: number): Entry {
  return { size, present: new Ranges(), memory: undefined, fileLength: undefined };
}

/** The directory is this cache's alone: emptied now, and removed by `dispose`. Throws where it cannot be made. */
export function openGuestCache(dir: string): GuestCache {
  return new GuestCache(dir);
}
