/**
 * The port between the mount (meaning of kernel requests) and everything below it (replica, content, peers).
 *
 * The mount owns: names of handles towards the kernel, lookup counts, cache policy, invalidation, watcher echo.
 * The workspace owns: the tree as this peer sees it, the bytes, what is told to or asked of the host.
 * Everything runs on one thread. View calls are answered from memory, synchronously, and never fail to see an earlier
 * mutation of this peer. Mutations take effect (for later view calls) before their Result is returned, or before their
 * promise resolves. Promises never reject and always settle: a request waits while there is progress and fails with EIO
 * seconds after progress stops.
 */
import type { FileName } from "../base/name.ts";
import type { Answer, Result } from "../base/result.ts";
import type { Errno } from "../base/errno.ts";
import type { Time } from "../base/time.ts";
import type { NodeId, Seq } from "../replica/ids.ts";
import type { Kind, Node, Place } from "../replica/op.ts";
import type { PathClass, ViewChange } from "../replica/view-change.ts";

/** One open file of this mount. Unique per open; opening N times gives N independent handles. */
export interface FileHandle {
  readonly node: NodeId;
  readonly writable: boolean;
  readonly append: boolean;
}

/** Implemented by the mount. */
export interface ViewObserver {
  /** The view is already new. Must not call back into the workspace's mutations. */
  changed(changes: readonly ViewChange[]): void;
  /**
   * Resolves when every invalidation for changes reported so far is *written* to the kernel, those in directories with a
   * parked request excepted (they would deadlock; such directories are git dirs with TTL 0). The barrier behind a grant.
   */
  invalidated(): Promise<void>;
}

export interface CreateOptions {
  readonly mode: number;
  /** O_EXCL. In git directories such a create asks the host and may take a round trip. */
  readonly exclusive: boolean;
  /** Who asks, where the kernel says it: a thread's number in this process's pid namespace. */
  readonly thread?: number;
}

export interface Attributes {
  readonly mode?: number;
  readonly size?: number;
  readonly atime?: Time;
  readonly mtime?: Time;
}

export interface SpaceFigures {
  readonly blockSize: number;
  readonly blocks: bigint;
  readonly free: bigint;
  readonly available: bigint;
  readonly files: bigint;
  readonly filesFree: bigint;
}

export interface Workspace {
  /** Position of the last applied operation; only grows. */
  readonly position: Seq;

  // --- The view: synchronous, from memory -------------------------------------------------------------------------
  lookup(at: Place): NodeId | undefined;
  /** Undefined only for ids never seen or forgotten; an unlinked node stays until `forget`. */
  node(id: NodeId): Node | undefined;
  /** Entries of a directory without `.` and `..`, in no order; the caller may keep the array. */
  list(dir: NodeId): readonly { readonly name: FileName; readonly node: NodeId }[];
  /** Parent of a directory (root's is root), or of a file through one of its names. */
  parent(id: NodeId): NodeId | undefined;
  /** Cache class of an entry, and of the node it names. */
  classOf(at: Place): PathClass;
  classOfDir(dir: NodeId): PathClass;
  classOfNode(id: NodeId): PathClass;
  /** True where the node is shown as a git index: its mtime is presented two seconds early (DESIGN "Session time"). */
  isIndex(id: NodeId): boolean;

  // --- Names. Errors: what POSIX says for the call, plus EIO (host lost), EPERM (a lock held by another peer), EXDEV
  //     (across the border of private paths), EROFS (read-only guest), ENOSPC, EDQUOT. --------------------------------
  /** EEXIST where the name is there (also without `exclusive`: the mount looks first). */
  create(at: Place, options: CreateOptions): Answer<NodeId>;
  mkdir(at: Place, mode: number): Answer<NodeId>;
  symlink(at: Place, target: string): Answer<NodeId>;
  link(node: NodeId, at: Place): Answer<void>;
  unlink(at: Place): Answer<void>;
  rmdir(at: Place): Answer<void>;
  /** `noReplace`: EEXIST if `to` is there. */
  rename(from: Place, to: Place, noReplace: boolean): Answer<void>;
  /** `size` truncates or extends with zeros. Times of content operations are the workspace's; only explicit ones come here. */
  setAttributes(node: NodeId, attributes: Attributes): Answer<void>;

  // --- Content ----------------------------------------------------------------------------------------------------
  /** ENOENT/ESTALE when the node is gone. Does not truncate: the mount sends setAttributes({size: 0}) first. */
  open(node: NodeId, mode: { readonly writable: boolean; readonly append: boolean }): Result<FileHandle>;
  /** At most `length` bytes; fewer only at the end of the file. EIO rather than zeros or a short answer. */
  read(node: NodeId, offset: number, length: number): Answer<Uint8Array>;
  /** All bytes or an error; bytes are copied before return. Returns where they went (an append chooses). The handle may be
   *  one already released, or undefined (write-back of a mapping): the write still applies to the node. */
  write(node: NodeId, handle: FileHandle | undefined, offset: number, bytes: Uint8Array): Answer<number>;
  /** Ends the handle's burst: what was written becomes one operation. Called at every FLUSH and before FSYNC. */
  flush(node: NodeId, handle: FileHandle | undefined): Answer<void>;
  /** Resolves when the node's bytes are safe: real fsync at the host; at a guest, the host acknowledged all before. */
  fsync(node: NodeId): Promise<Result<void>>;
  release(handle: FileHandle): void;
  /** The kernel holds no reference and no handle is open: a dead node may go. */
  forget(node: NodeId): void;
  space(): Promise<Result<SpaceFigures>>;
  /** Free bytes beyond `size`, for fallocate without flags; a hint (ENOSPC). */
  observe(observer: ViewObserver): void;
}

export type { Errno, Kind, Node, NodeId, PathClass, Place, ViewChange };
