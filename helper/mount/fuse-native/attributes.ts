/** stat, chmod, chown, utimens, truncate, readlink, statfs. */
import { errno } from "../../base/errno.ts";
import { done, fail, ok, type Answer, type Result } from "../../base/result.ts";
import type { Time } from "../../base/time.ts";
import type { Kind, Node, SpaceFigures, Workspace } from "../workspace.ts";
import type { NativeOperations } from "./binding.ts";
import { byPath, findAttributes, findNode, nodeOfFile, type NativeContext } from "./context.ts";
import { textOf } from "./names.ts";

/** S_IFMT */
const typeBits: { readonly [K in Kind]: number } = { file: 0o100000, dir: 0o040000, symlink: 0o120000 };
const directorySize = 4096;
/** DESIGN "Session time": an index is shown early, so that git checks content once more than needed. */
const indexEarlyMs = 2000;
/** chown(2): -1 leaves it. */
const unchanged = 0xffff_ffff;
const most32Bits = 0xffff_ffffn;

/** As fuse-native packs it: 32-bit inode numbers, times in whole milliseconds, sizes of 64 bits. */
export interface NativeStat {
  readonly ino: number;
  readonly mode: number;
  readonly size: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly blksize: number;
  readonly blocks: number;
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
}

export function presentStat({ workspace, owner }: Pick<NativeContext, "workspace" | "owner">, node: Node): NativeStat {
  const size = node.kind === "file" ? node.size : node.kind === "dir" ? directorySize : node.target.length;
  const early = node.kind === "file" && workspace.isIndex(node.id) ? indexEarlyMs : 0;
  return {
    ino: node.ino % 2 ** 32,
    mode: typeBits[node.kind] | node.mode,
    size,
    nlink: node.nlink,
    uid: owner.uid,
    gid: owner.gid,
    blksize: 4096,
    blocks: Math.ceil(size / 512),
    atime: milliseconds(node.atime),
    mtime: Math.max(0, milliseconds(node.mtime) - early),
    ctime: milliseconds(node.ctime),
  };
}

/** The package counts unsigned: before 1970 is shown as 1970, as a file system with such times does (timestamp_truncate). */
function milliseconds(time: Time): number {
  return Math.max(0, time.sec * 1000 + Math.floor(time.nsec / 1e6));
}

export function attributeOperations(context: NativeContext): NativeOperations {
  const { workspace } = context;
  return {
    getattr: byPath(
      context,
      "getattr",
      (path: string) => findAttributes(context, path),
      (reply, node) => reply(0, presentStat(context, node)),
    ),
    chmod: byPath(context, "chmod", (path: string, mode: number) => setByPath(context, path, { mode: mode & 0o7777 })),
    chown: byPath(context, "chown", (path: string, uid: number, gid: number) => chown(context, path, uid, gid)),
    // The package passes atime twice (fuse-native.c, utimens): mtime becomes the same. libfuse calls it only when both are set.
    utimens: byPath(context, "utimens", (path: string, atime: number) =>
      setByPath(context, path, { atime: timeOf(atime), mtime: timeOf(atime) }),
    ),
    truncate: byPath(context, "truncate", (path: string, size: number) => setByPath(context, path, { size })),
    ftruncate: context.desk.serve("ftruncate", (path: string, fh: number, size: number) => {
      const node = nodeOfFile(context, path, fh);
      return node.ok ? workspace.setAttributes(node.value, { size }) : node;
    }),
    readlink: byPath(
      context,
      "readlink",
      (path: string) => readlink(context, path),
      (reply, target) => reply(0, target),
    ),
    statfs: context.desk.serve(
      "statfs",
      () => workspace.space(),
      (reply, figures: SpaceFigures) => reply(0, presentSpace(figures)),
    ),
  };
}

function setByPath(
  context: NativeContext,
  path: string,
  wanted: Parameters<Workspace["setAttributes"]>[1],
): Answer<void> {
  const node = findNode(context, path);
  return node.ok ? context.workspace.setAttributes(node.value, wanted) : node;
}

/** Everything belongs to the mounting user, on every peer; saying so again is no change. */
function chown(context: NativeContext, path: string, uid: number, gid: number): Result<void> {
  const { owner } = context;
  const node = findNode(context, path);
  if (!node.ok) return node;
  const same = (uid === unchanged || uid === owner.uid) && (gid === unchanged || gid === owner.gid);
  return same ? done : fail(errno.EPERM);
}

/** Times before 1970 come as numbers near 2^64, from which nothing can be told. */
function timeOf(ms: number): Time {
  if (ms > Number.MAX_SAFE_INTEGER) return { sec: 0, nsec: 0 };
  return { sec: Math.floor(ms / 1000), nsec: (ms % 1000) * 1e6 };
}

function readlink(context: NativeContext, path: string): Result<string> {
  const node = findAttributes(context, path);
  if (!node.ok) return node;
  if (node.value.kind !== "symlink") return fail(errno.EINVAL);
  const target = textOf(node.value.target);
  return target === undefined ? fail(errno.EIO) : ok(target);
}

/** The package's figures have 32 bits: larger blocks are shown where there are more. */
function presentSpace(space: SpaceFigures): Record<string, number> {
  let shift = 0n;
  while (space.blocks >> shift > most32Bits) shift++;
  const blockSize = space.blockSize * 2 ** Number(shift);
  const least = (figure: bigint): number => Number(figure > most32Bits ? most32Bits : figure);
  return {
    bsize: blockSize,
    frsize: blockSize,
    blocks: least(space.blocks >> shift),
    bfree: least(space.free >> shift),
    bavail: least(space.available >> shift),
    files: least(space.files),
    ffree: least(space.filesFree),
    favail: least(space.filesFree),
    namemax: 255,
  };
}
