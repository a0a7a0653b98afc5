import { fstatSync, ftruncateSync, lstatSync, openSync, closeSync, constants } from "node:fs";
import { unreachable } from "../base/brand.ts";
import { errno, type Errno } from "../base/errno.ts";
import { ok, type Result } from "../base/result.ts";
import type { SpaceFigures } from "../mount/workspace.ts";
import type { Backing } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import { type Extent, isContentOp, type Op, type Place } from "../replica/op.ts";
import { attempt, failure } from "./attempt.ts";
import { readFully, writeAll } from "./file-io.ts";
import { setAttributes } from "./host-attributes.ts";
import { fsyncNode, readLater, spaceOf } from "./host-async.ts";
import * as names from "./host-names.ts";
import { Opened, type FolderHooks, type FolderView } from "./opened-folder.ts";
import { realStat, type RealStat } from "./real-stat.ts";

/**
 * The host's real folder: an ordinary checkout, written in place, reached through a directory descriptor opened before the
 * folder was over-mounted. Linux only (/proc/self/fd). Names, modes and sizes are decided by the namespace; here they become
 * real. Nothing is followed out of the folder (real-paths.ts). One thread; synchronous where the page cache answers.
 *
 * `apply` is all or nothing, with one exception: a write that overwrites old bytes and then finds the disk full (a sparse
 * file or a copy-on-write file system) keeps what it overwrote; the file gets its old size back.
 */
export class HostFolder implements Backing {
  /** For scan.ts. */
  readonly opened: Opened;
  #available: number | undefined;
  #disposed = false;

  constructor(opened: Opened) {
    this.opened = opened;
  }

  /** Before the first operation. */
  bind(view: FolderView, hooks: FolderHooks = {}): void {
    this.opened.bind(view, hooks);
  }

  apply(op: Op): Errno | undefined {
    const failed = attempt(() => {
      this.#apply(op);
      // One fstat per write, so that the next difference is somebody else's.
      if (isContentOp(op) || op.t === "setattr") this.settle(op.node);
    });
    if (failed === errno.EEXIST) this.opened.occupied(op.t === "rename" ? op.to : "at" in op ? op.at : undefined);
    return failed;
  }

  revive(node: NodeId, at: Place, mode: number): Errno | undefined {
    return attempt(() => names.mkdir(this.opened, node, at, mode));
  }

  /**
   * Bytes of a file, or of a past one that is kept. Clipped to the size in the namespace; where the real file turns out
   * shorter (a stray process), EIO rather than zeros.
   */
  read(node: NodeId, offset: number, length: number): Uint8Array | Errno {
    const wanted = this.#clip(node, offset, length);
    const past = this.opened.past.bytes(node);
    if (past !== undefined) return past.slice(offset, offset + wanted);
    const bytes = Buffer.allocUnsafe(wanted);
    if (wanted === 0) return bytes;
    let got = 0;
    const failed = attempt(() => {
      got = readFully(this.opened.descriptor(node, false).fd, bytes, offset);
    });
    return failed ?? (got < wanted ? errno.EIO : bytes);
  }

  /** As `read`, off the request loop: for large or cold ranges. */
  async readAsync(node: NodeId, offset: number, length: number): Promise<Result<Uint8Array>> {
    const wanted = this.#clip(node, offset, length);
    const past = this.opened.past.bytes(node);
    if (past !== undefined || wanted === 0) return ok(past?.slice(offset, offset + wanted) ?? new Uint8Array(0));
    return readLater(this.opened, node, offset, wanted);
  }

  /** A write to a file without a name, through a handle still open: outside the order, since nobody else can see it. */
  writePast(node: NodeId, offset: number, bytes: Uint8Array): Errno | undefined {
    return attempt(() => {
      if (this.opened.past.bytes(node) !== undefined) this.opened.past.writeBytes(node, offset, bytes);
      else writeAll(this.opened.descriptor(node, true).fd, bytes, offset);
    });
  }

  truncatePast(node: NodeId, size: number): Errno | undefined {
    return attempt(() => {
      if (this.opened.past.bytes(node) !== undefined) this.opened.past.resizeBytes(node, size);
      else ftruncateSync(this.opened.descriptor(node, true).fd, size);
    });
  }

  /** Nobody asks for the past content of the node any more. */
  drop(node: NodeId): void {
    this.opened.past.drop(node);
  }

  /** What this helper wrote is done: from now on a change of size or times is somebody else's. `apply` settles by itself. */
  settle(node: NodeId): void {
    const { stamps, files } = this.opened;
    if (!stamps.isBusy(node)) return;
    const open = files.known(node);
    if (open !== undefined) stamps.leave(node, fstatSync(open.fd));
    else this.restamp(node);
  }

  /** What is there now is taken as ours (after it was adopted). */
  restamp(node: NodeId): void {
    attempt(() => {
      this.opened.stamps.leave(node, lstatSync(this.opened.paths.path(this.opened.placeOf(node))));
    });
  }

  /** True when the real file is not as this helper last left it: a stray process has replaced, written or removed it. */
  protectedChanged(node: NodeId): boolean {
    let changed = false;
    const failed = attempt(() => {
      const { paths, stamps } = this.opened;
      changed = stamps.differs(node, lstatSync(paths.path(this.opened.placeOf(node))));
    });
    return failed !== undefined || changed;
  }

  /**
   * Opens the file and keeps it open for reads to come, whoever replaces it. False if what is there is not what this helper
   * left: a stray process was faster.
   */
  holdUnchanged(node: NodeId): boolean {
    const { files, stamps } = this.opened;
    let isOurs = false;
    const failed = attempt(() => {
      const { fd } = this.opened.descriptor(node, false);
      isOurs = fstatSync(fd).ino === (stamps.of(node)?.ino ?? fstatSync(fd).ino);
    });
    if (failed === undefined && isOurs) files.keep(node);
    // What was held before it was replaced is what readers of the old file go on with.
    else files.close(node);
    return isOurs && !this.protectedChanged(node);
  }

  /** A file that was found and is not adopted: nothing of it stays here. */
  leave(node: NodeId): void {
    this.opened.files.close(node);
    this.opened.stamps.forget(node);
  }

  /** What is really at a place, symlinks not followed. */
  stat(at: Place): RealStat | Errno {
    let found: RealStat | undefined;
    const failed = attempt(() => {
      found = realStat(this.opened.paths.path(at));
    });
    return failed ?? found ?? errno.EIO;
  }

  fsync(node: NodeId): Promise<Result<void>> {
    return fsyncNode(this.opened, node);
  }

  async space(): Promise<Result<SpaceFigures>> {
    const space = await spaceOf(this.opened);
    if (space.ok) this.#available = Number(space.value.available) * space.value.blockSize;
    return space;
  }

  /** Free bytes as of the last `space()`, less what was written since; undefined before the first. */
  get available(): number | undefined {
    return this.#available;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.opened.dispose();
  }

  #apply(op: Op): void {
    switch (op.t) {
      case "create":
        return names.create(this.opened, op);
      case "mkdir":
        return names.mkdir(this.opened, op.node, op.at, op.mode);
      case "symlink":
        return names.symlink(this.opened, op);
      case "link":
        return names.link(this.opened, op);
      case "unlink":
        return names.unlink(this.opened, op);
      case "rmdir":
        return names.rmdir(this.opened, op.node, op.at);
      case "rename":
        return names.rename(this.opened, op);
      case "write":
        return this.#write(op.node, op.extents);
      case "append":
        return this.#write(op.node, [{ ...op.extent, offset: this.#size(op.node) }]);
      case "truncate":
        return this.#truncate(op.node, op.size);
      case "setattr":
        return setAttributes(this.opened, op);
      case "seed":
        return this.#seed(op);
      default:
        return unreachable(op);
    }
  }

  #write(node: NodeId, extents: readonly Extent[]): void {
    const { fd } = this.opened.descriptor(node, true);
    this.opened.stamps.touch(node);
    try {
      for (const extent of extents) {
        if (extent.bytes === undefined) throw failure("EIO", "extent without bytes");
        writeAll(fd, extent.bytes, extent.offset);
        if (this.#available !== undefined) this.#available = Math.max(0, this.#available - extent.length);
      }
    } catch (error) {
      const size = this.#size(node);
      if (fstatSync(fd).size > size) ftruncateSync(fd, size);
      throw error;
    }
  }

  #truncate(node: NodeId, size: number): void {
    const { fd } = this.opened.descriptor(node, true);
    this.opened.stamps.touch(node);
    ftruncateSync(fd, size);
  }

  /** The config of a git dir born at a peer. A real file that the tree does not know is never overwritten (EEXIST). */
  #seed(op: Extract<Op, { t: "seed" }>): void {
    const at = { parent: op.dir, name: op.name };
    const known = this.opened.lookup(at);
    if (known !== undefined) {
      this.#truncate(known, 0);
      return this.#write(known, [{ offset: 0, length: op.bytes.length, bytes: op.bytes }]);
    }
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const fd = openSync(this.opened.paths.path(at), flags, 0o644);
    try {
      writeAll(fd, op.bytes, 0);
    } finally {
      closeSync(fd);
    }
  }

  #size(node: NodeId): number {
    return this.opened.node(node)?.size ?? 0;
  }

  #clip(node: NodeId, offset: number, length: number): number {
    const size = this.opened.node(node)?.size;
    return size === undefined ? length : Math.max(0, Math.min(length, size - offset));
  }
}

/** Opens the folder before it is covered by the mount. Throws when there is no such directory. */
export function openHostFolder(realPath: string): HostFolder {
  return new HostFolder(new Opened(realPath));
}
