/**
 * The kernel's FUSE protocol (Linux, 7.31 and up) as values: what the kernel asks, and what may be answered. Bytes, no meaning.
 *
 * decode.ts turns one buffer read from /dev/fuse into a Request; encode.ts turns an answer into what is written back;
 * device.ts reads and writes. Node ids and handles are numbers below 2^53: both are ours, never the kernel's.
 */
import type { Errno } from "../base/errno.ts";
import type { FileName } from "../base/name.ts";
import type { Time } from "../base/time.ts";

/** Who asks. `pid` is the calling *thread's* id, 0 for RELEASE, FORGET and write-back. `unique` names the request (even numbers, < 2^53). */
export interface Caller {
  readonly unique: number;
  readonly node: number;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

/** Attributes SETATTR may set. `now` = the kernel asks for the current time (FATTR_ATIME_NOW …). */
export interface SetAttributes {
  readonly handle?: number;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly atime?: Time | "now";
  readonly mtime?: Time | "now";
  readonly killSuidGid: boolean;
}

export type Request = Caller &
  (
    | { readonly op: "lookup"; readonly name: FileName }
    | { readonly op: "forget"; readonly forgets: readonly { readonly node: number; readonly count: number }[] }
    | { readonly op: "getattr"; readonly handle?: number }
    | { readonly op: "setattr"; readonly set: SetAttributes }
    | { readonly op: "readlink" }
    | { readonly op: "symlink"; readonly name: FileName; readonly target: string }
    | {
        readonly op: "mknod";
        readonly name: FileName;
        readonly mode: number;
        readonly rdev: number;
        readonly umask: number;
      }
    | { readonly op: "mkdir"; readonly name: FileName; readonly mode: number; readonly umask: number }
    | { readonly op: "unlink" | "rmdir"; readonly name: FileName }
    | {
        readonly op: "rename";
        readonly name: FileName;
        readonly toDir: number;
        readonly toName: FileName;
        readonly flags: number;
      }
    | { readonly op: "link"; readonly target: number; readonly name: FileName }
    | { readonly op: "open" | "opendir"; readonly flags: number }
    | {
        readonly op: "create";
        readonly name: FileName;
        readonly flags: number;
        readonly mode: number;
        readonly umask: number;
      }
    | { readonly op: "tmpfile"; readonly flags: number; readonly mode: number; readonly umask: number }
    | {
        readonly op: "read";
        readonly handle: number;
        readonly offset: number;
        readonly size: number;
        readonly flags: number;
      }
    /** `data` is a view into the read buffer: valid only until the handler returns. `cached` = FUSE_WRITE_CACHE (mmap, write-back). */
    | {
        readonly op: "write";
        readonly handle: number;
        readonly offset: number;
        readonly data: Uint8Array;
        readonly cached: boolean;
        readonly flags: number;
        readonly killSuidGid: boolean;
      }
    | { readonly op: "statfs" }
    | { readonly op: "flush"; readonly handle: number }
    | { readonly op: "release" | "releasedir"; readonly handle: number; readonly flags: number }
    | { readonly op: "fsync" | "fsyncdir"; readonly handle: number; readonly dataOnly: boolean }
    | {
        readonly op: "readdir" | "readdirplus";
        readonly handle: number;
        readonly offset: number;
        readonly size: number;
      }
    | { readonly op: "interrupt"; readonly target: number }
    | {
        readonly op: "fallocate";
        readonly handle: number;
        readonly offset: number;
        readonly length: number;
        readonly mode: number;
      }
    | { readonly op: "destroy" }
    /** Whatever is not offered (xattr, locks, ioctl, poll, lseek, copy_file_range, access, bmap, statx …), by opcode: answer ENOSYS. */
    | { readonly op: "other"; readonly opcode: number }
    /** Could not be decoded: answer this errno (ENAMETOOLONG for a name over 255 bytes, EINVAL otherwise). */
    | { readonly op: "invalid"; readonly errno: Errno }
  );

export type RequestOf<O extends Request["op"]> = Extract<Request, { op: O }>;

/** Attributes as answered. `mode` holds the type bits too. `blocks` in 512-byte units. */
export interface FuseAttributes {
  readonly ino: number;
  readonly size: number;
  readonly atime: Time;
  readonly mtime: Time;
  readonly ctime: Time;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
}

/** Seconds, may be fractional. */
export interface Entry {
  readonly node: number;
  readonly generation: number;
  readonly entryTtl: number;
  readonly attributeTtl: number;
  readonly attributes: FuseAttributes;
}

/** Answer to open and create. Flags: FOPEN_KEEP_CACHE etc. from abi.ts. */
export interface Opened {
  readonly handle: number;
  readonly flags: number;
}

/** One row of a directory listing; `next` is the offset the kernel resumes at *after* this row. `type` is DT_* (4 dir, 8 file, 10 link). */
export interface DirectoryRow {
  readonly name: string;
  readonly ino: number;
  readonly next: number;
  readonly type: number;
  /** readdirplus: null = no entry reply for this row (`.` and `..`), counts no lookup. */
  readonly entry?: Entry | null;
}

export interface FileSystemFigures {
  readonly blockSize: number;
  readonly blocks: bigint;
  readonly free: bigint;
  readonly available: bigint;
  readonly files: bigint;
  readonly filesFree: bigint;
}

/** Writes one answer each. Every request but forget and interrupt is answered exactly once. ENOENT from the write (request gone) is normal. */
export interface Replies {
  error(unique: number, errno: Errno): void;
  ok(unique: number): void;
  entry(unique: number, entry: Entry): void;
  attributes(unique: number, ttl: number, attributes: FuseAttributes): void;
  bytes(unique: number, bytes: Uint8Array): void;
  written(unique: number, size: number): void;
  opened(unique: number, opened: Opened): void;
  created(unique: number, entry: Entry, opened: Opened): void;
  figures(unique: number, figures: FileSystemFigures): void;
  /** As many rows as fit `size` bytes; returns how many were used. */
  listing(unique: number, size: number, rows: readonly DirectoryRow[], plus: boolean): number;
}

/** Buffers of notifications, written by the invalidation worker (never by the serving thread). `length` -1 = to the end; 0 with offset -1… see encode. */
export interface Notifications {
  /** FUSE_NOTIFY_INVAL_INODE; `data: false` drops attributes only (offset -1). */
  invalidateNode(node: number, data: boolean): Uint8Array;
  /** FUSE_NOTIFY_INVAL_ENTRY */
  invalidateEntry(parent: number, name: FileName): Uint8Array;
}

/** One mounted connection. */
export interface Device {
  /** The descriptor of /dev/fuse, for the workers. */
  readonly fd: number;
  readonly replies: Replies;
  /** What INIT settled. */
  readonly protocol: { readonly minor: number; readonly maxWrite: number; readonly flags: bigint };
  /** Resolves when the kernel said goodbye (ENODEV, DESTROY) or dispose was called. */
  readonly ended: Promise<void>;
  dispose(): void;
}

/** `serve(fd, handler)` in device.ts: answers INIT itself, then calls the handler for each request on this thread, in order. */
export type RequestHandler = (request: Request) => void;
