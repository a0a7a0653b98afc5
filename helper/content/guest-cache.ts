import {
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  constants,
} from "node:fs";
import { join } from "node:path";
import { assert } from "../base/brand.ts";
import { errno, type Errno } from "../base/errno.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { NodeId } from "../replica/ids.ts";
import { attempt } from "./attempt.ts";
import { Descriptors } from "./descriptors.ts";
import { linkOrCopy } from "./link-or-copy.ts";
import { readFully, writeAll } from "./file-io.ts";
import { Ranges, type Range } from "./ranges.ts";

/** Files up to this size stay in memory, until all of them together reach the limit: a refs directory is thousands of such. */
const smallFile = 4096;
const memoryLimit = 32 * 1024 * 1024;

export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** What is held of one node. `memory` or, once it has bytes there, the cache file; never both. */
interface Entry {
  /** Infinity while the end is not known. */
  size: number;
  readonly present: Ranges;
  memory: Uint8Array | undefined;
  /** Length of the cache file; undefined while there is none. Never more than `size`, so that what lies beyond reads as zeros. */
  fileLength: number | undefined;
}

/**
 * Content of a guest: bytes by node, present in ranges, the rest fetched on demand. Pure storage: no versions, no network.
 * Of a node never heard of, everything is missing. Sizes given here only say where zeros begin (a write or extension beyond
 * the known end leaves zeros between, and they are present); `missing` and `read` trust the caller's range. A node that was
 * not registered by `ensure` or `reset` has no known end: then such a gap is missing, and fetched. All calls are synchronous.
 */
export class GuestCache {
  readonly #dir: string;
  readonly #entries = new Map<NodeId, Entry>();
  readonly #open = new Descriptors(256);
  #memory = 0;

  constructor(dir: string) {
    this.#dir = dir;
    rmSync(dir, { recursive: true, force: true });
    for (let shard = 0; shard < 256; shard++) mkdirSync(join(dir, shardName(shard)), { recursive: true, mode: 0o700 });
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
    this.#clear(node, entry);
    entry.size = size;
  }

  /** The bytes are the content there from now on. After an errno the range is missing. */
  write(node: NodeId, offset: number, bytes: Uint8Array): Errno | undefined {
    if (bytes.length === 0) return undefined;
    const entry = this.#entries.get(node) ?? this.#add(node, Number.POSITIVE_INFINITY);
    const end = offset + bytes.length;
    const failed = this.#store(node, entry, offset, bytes);
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
    if (entry.memory !== undefined) this.#setMemory(entry, entry.memory.slice(0, size));
    if (entry.fileLength === undefined || entry.fileLength <= size) return undefined;
    return attempt(() => {
      ftruncateSync(this.#descriptor(node), size);
      entry.fileLength = size;
    });
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

  /** Exactly `length` bytes, all of them present (`covers`). EIO when the cache file cannot be read. */
  read(node: NodeId, offset: number, length: number): Result<Uint8Array> {
    assert(this.covers(node, offset, length), "only what is present is read from the cache");
    const entry = this.#entries.get(node);
    if (entry === undefined || length <= 0) return ok(new Uint8Array(0));
    const bytes = Buffer.allocUnsafe(length);
    let got = 0;
    if (entry.memory !== undefined) {
      const part = entry.memory.subarray(offset, offset + length);
      bytes.set(part);
      got = part.length;
    } else if (entry.fileLength !== undefined && offset < entry.fileLength) {
      const stored = bytes.subarray(0, Math.min(length, entry.fileLength - offset));
      const failed = attempt(() => {
        got = readFully(this.#descriptor(node), stored, offset);
      });
      if (failed !== undefined) return fail(failed);
      if (got < stored.length) return fail(errno.EIO);
    }
    // Present but never stored: zeros of an extension.
    bytes.fill(0, got);
    return ok(bytes);
  }

  present(node: NodeId): Range[] {
    return this.#entries.get(node)?.present.all() ?? [];
  }

  /** A copy of what is held, for parking: at `path`, with holes where bytes are missing (`present` tells which). */
  copyTo(node: NodeId, path: string): Errno | undefined {
    const entry = this.#entries.get(node);
    return attempt(() => {
      // A reflink where the file system has them; the kernel copies otherwise.
      if (entry?.fileLength !== undefined) copyFileSync(this.#path(node), path, constants.COPYFILE_FICLONE);
      else writeFileSync(path, entry?.memory ?? new Uint8Array(0));
    });
  }

  /**
   * Makes the node's bytes, `size` of them, a file that is at `path`, too, in the place of what is there: what is written later shows
   * in it. Where the two are on different file systems it is a copy, and does not.
   */
  keepAt(node: NodeId, path: string, size: number): Errno | undefined {
    this.ensure(node, size);
    const entry = this.#entries.get(node) as Entry;
    return attempt(() => {
      if (entry.fileLength === undefined || entry.fileLength < size) {
        ftruncateSync(this.#file(node, entry), size);
        entry.fileLength = size;
      }
      linkOrCopy(this.#path(node), path);
    });
  }

  /** The file, by a link or a copy, is the whole content of a node not known yet. Returns how many bytes it is. */
  adopt(node: NodeId, path: string): Result<number> {
    assert(!this.#entries.has(node), "content is adopted for a new node");
    let size = 0;
    const failed = attempt(() => {
      linkOrCopy(path, this.#path(node));
      ({ size } = statSync(this.#path(node)));
    });
    if (failed !== undefined) return fail(failed);
    const entry = this.#add(node, size);
    entry.present.add(0, size);
    entry.fileLength = size;
    return ok(size);
  }

  drop(node: NodeId): void {
    const entry = this.#entries.get(node);
    if (entry === undefined) return;
    this.#setMemory(entry, undefined);
    this.#open.close(node);
    if (entry.fileLength !== undefined) attempt(() => unlinkSync(this.#path(node)));
    this.#entries.delete(node);
  }

  dispose(): void {
    this.#open.dispose();
    this.#entries.clear();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #add(node: NodeId, size: number): Entry {
    const entry: Entry = { size, present: new Ranges(), memory: undefined, fileLength: undefined };
    this.#entries.set(node, entry);
    return entry;
  }

  #store(node: NodeId, entry: Entry, offset: number, bytes: Uint8Array): Errno | undefined {
    const end = offset + bytes.length;
    if (entry.fileLength === undefined && end <= smallFile && this.#memory + end <= memoryLimit) {
      const old = entry.memory;
      if (old === undefined || old.length < end) {
        const grown = new Uint8Array(end);
        if (old !== undefined) grown.set(old);
        this.#setMemory(entry, grown);
      }
      entry.memory?.set(bytes, offset);
      return undefined;
    }
    return attempt(() => {
      const fd = this.#file(node, entry);
      const before = entry.fileLength ?? 0;
      try {
        writeAll(fd, bytes, offset);
      } catch (error) {
        ftruncateSync(fd, before);
        throw error;
      }
      entry.fileLength = Math.max(before, end);
    });
  }

  /** The node's cache file, made when first needed; what was in memory moves there. */
  #file(node: NodeId, entry: Entry): number {
    if (entry.fileLength !== undefined) return this.#descriptor(node);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC;
    const { fd } = this.#open.put(node, openSync(this.#path(node), flags, 0o600), true);
    const { memory } = entry;
    if (memory !== undefined) writeAll(fd, memory, 0);
    entry.fileLength = memory?.length ?? 0;
    this.#setMemory(entry, undefined);
    return fd;
  }

  #descriptor(node: NodeId): number {
    const known = this.#open.get(node);
    return known?.fd ?? this.#open.put(node, openSync(this.#path(node), constants.O_RDWR), true).fd;
  }

  #clear(node: NodeId, entry: Entry): void {
    entry.present.clear();
    this.#setMemory(entry, undefined);
    if (entry.fileLength === undefined) return;
    this.#open.close(node);
    attempt(() => unlinkSync(this.#path(node)));
    entry.fileLength = undefined;
  }

  #setMemory(entry: Entry, memory: Uint8Array | undefined): void {
    this.#memory += (memory?.length ?? 0) - (entry.memory?.length ?? 0);
    entry.memory = memory;
  }

  #path(node: NodeId): string {
    return join(this.#dir, shardName(node % 256), String(node));
  }
}

/** The directory is this cache's alone: emptied now, and removed by `dispose`. Throws where it cannot be made. */
export function openGuestCache(dir: string): GuestCache {
  return new GuestCache(dir);
}

function shardName(shard: number): string {
  return shard.toString(16).padStart(2, "0");
}
