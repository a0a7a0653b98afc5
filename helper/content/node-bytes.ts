/** Where a guest's cache puts bytes: in memory while they are few, in a file of the node's once they are more. */
import {
  constants,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { errno, type Errno } from "../base/errno.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { NodeId } from "../replica/ids.ts";
import { attempt } from "./attempt.ts";
import { Descriptors } from "./descriptors.ts";
import { readFully, writeAll } from "./file-io.ts";
import { linkOrCopy } from "./link-or-copy.ts";

/** Files up to this size stay in memory, until all of them together reach the limit: a refs directory is thousands of such. */
const smallFile = 4096;
const memoryLimit = 32 * 1024 * 1024;
const shards = 256;

/** What is stored of one node. `memory` or, once it has bytes there, the file; never both. Changed by `NodeBytes` alone. */
export interface Stored {
  memory: Uint8Array | undefined;
  /** Length of the file; undefined while there is none. */
  fileLength: number | undefined;
}

export const nothingStored: Readonly<Stored> = { memory: undefined, fileLength: undefined };

/** Bytes by node, nothing of what they mean: the caller keeps a `Stored` for each node, and knows which bytes of it count. */
export class NodeBytes {
  readonly #dir: string;
  readonly #open = new Descriptors(256);
  #memory = 0;

  /** The directory is emptied now, and removed by `dispose`. Throws where it cannot be made. */
  constructor(dir: string) {
    this.#dir = dir;
    rmSync(dir, { recursive: true, force: true });
    for (let shard = 0; shard < shards; shard++)
      mkdirSync(join(dir, shardName(shard)), { recursive: true, mode: 0o700 });
  }

  /** After an errno what is stored is as long as before. */
  write(node: NodeId, stored: Stored, offset: number, bytes: Uint8Array): Errno | undefined {
    const end = offset + bytes.length;
    if (stored.fileLength === undefined && end <= smallFile && this.#memory + end <= memoryLimit) {
      const old = stored.memory;
      if (old === undefined || old.length < end) {
        const grown = new Uint8Array(end);
        if (old !== undefined) grown.set(old);
        this.#setMemory(stored, grown);
      }
      stored.memory?.set(bytes, offset);
      return undefined;
    }
    return attempt(() => {
      const fd = this.#file(node, stored);
      const before = stored.fileLength ?? 0;
      try {
        writeAll(fd, bytes, offset);
      } catch (error) {
        ftruncateSync(fd, before);
        throw error;
      }
      stored.fileLength = Math.max(before, end);
    });
  }

  /** Exactly `length` bytes; beyond what is stored they are zeros. EIO when the file cannot be read. */
  read(node: NodeId, { memory, fileLength }: Readonly<Stored>, offset: number, length: number): Result<Uint8Array> {
    const bytes = Buffer.allocUnsafe(length);
    let got = 0;
    if (memory !== undefined) {
      const part = memory.subarray(offset, offset + length);
      bytes.set(part);
      got = part.length;
    } else if (fileLength !== undefined && offset < fileLength) {
      const part = bytes.subarray(0, Math.min(length, fileLength - offset));
      const failed = attempt(() => {
        got = readFully(this.#descriptor(node), part, offset);
      });
      if (failed !== undefined) return fail(failed);
      if (got < part.length) return fail(errno.EIO);
    }
    bytes.fill(0, got);
    return ok(bytes);
  }

  /** Of what is stored at most `size` bytes are left. */
  cut(node: NodeId, stored: Stored, size: number): Errno | undefined {
    if (stored.memory !== undefined) this.#setMemory(stored, stored.memory.slice(0, size));
    if (stored.fileLength === undefined || stored.fileLength <= size) return undefined;
    return attempt(() => {
      ftruncateSync(this.#descriptor(node), size);
      stored.fileLength = size;
    });
  }

  clear(node: NodeId, stored: Stored): void {
    this.#setMemory(stored, undefined);
    this.#open.close(node);
    if (stored.fileLength === undefined) return;
    attempt(() => unlinkSync(this.#path(node)));
    stored.fileLength = undefined;
  }

  copyTo(node: NodeId, { memory, fileLength }: Readonly<Stored>, path: string): Errno | undefined {
    return attempt(() => {
      // A reflink where the file system has them; the kernel copies otherwise.
      if (fileLength !== undefined) copyFileSync(this.#path(node), path, constants.COPYFILE_FICLONE);
      else writeFileSync(path, memory ?? new Uint8Array(0));
    });
  }

  /** Makes it a file of at least `size` bytes that is at `path`, too, in the place of what is there (`linkOrCopy`). */
  keepAt(node: NodeId, stored: Stored, path: string, size: number): Errno | undefined {
    return attempt(() => {
      if (stored.fileLength === undefined || stored.fileLength < size) {
        ftruncateSync(this.#file(node, stored), size);
        stored.fileLength = size;
      }
      linkOrCopy(this.#path(node), path);
    });
  }

  /** The file at `path`, by a link or a copy, is what is stored of a node that has nothing yet. Returns how many bytes it is. */
  adopt(node: NodeId, stored: Stored, path: string): Result<number> {
    let size = 0;
    const failed = attempt(() => {
      linkOrCopy(path, this.#path(node));
      ({ size } = statSync(this.#path(node)));
    });
    if (failed !== undefined) return fail(failed);
    stored.fileLength = size;
    return ok(size);
  }

  dispose(): void {
    this.#open.dispose();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** The node's file, made when first needed; what was in memory moves there. */
  #file(node: NodeId, stored: Stored): number {
    if (stored.fileLength !== undefined) return this.#descriptor(node);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC;
    const { fd } = this.#open.put(node, openSync(this.#path(node), flags, 0o600), true);
    const { memory } = stored;
    if (memory !== undefined) writeAll(fd, memory, 0);
    stored.fileLength = memory?.length ?? 0;
    this.#setMemory(stored, undefined);
    return fd;
  }

  #descriptor(node: NodeId): number {
    const known = this.#open.get(node);
    return known?.fd ?? this.#open.put(node, openSync(this.#path(node), constants.O_RDWR), true).fd;
  }

  #setMemory(stored: Stored, memory: Uint8Array | undefined): void {
    this.#memory += (memory?.length ?? 0) - (stored.memory?.length ?? 0);
    stored.memory = memory;
  }

  #path(node: NodeId): string {
    return join(this.#dir, shardName(node % shards), String(node));
  }
}

function shardName(shard: number): string {
  return shard.toString(16).padStart(2, "0");
}
