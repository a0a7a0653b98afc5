import { fstatSync, lstatSync, type BigIntStats } from "node:fs";
import { timeOfNs, type Time } from "../base/time.ts";
import type { Kind } from "../replica/op.ts";
import { stampOf, type Stamp } from "./stamps.ts";

/** An object of the real folder, itself (a symlink is not followed). */
export interface RealStat {
  /** `other`: a socket, FIFO or device; the session does not share those. */
  readonly kind: Kind | "other";
  readonly dev: bigint;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly size: number;
  readonly atime: Time;
  readonly mtime: Time;
  readonly ctime: Time;
  readonly stamp: Stamp;
}

/** Throws what lstat(2) throws. */
export function realStat(path: Buffer): RealStat {
  return fromStats(lstatSync(path, { bigint: true }));
}

/** Throws what fstat(2) throws. */
export function openedStat(fd: number): RealStat {
  return fromStats(fstatSync(fd, { bigint: true }));
}

function fromStats(stats: BigIntStats): RealStat {
  return {
    kind: stats.isFile() ? "file" : stats.isDirectory() ? "dir" : stats.isSymbolicLink() ? "symlink" : "other",
    dev: stats.dev,
    ino: Number(stats.ino),
    mode: Number(stats.mode) & 0o7777,
    nlink: Number(stats.nlink),
    size: Number(stats.size),
    atime: timeOfNs(stats.atimeNs),
    mtime: timeOfNs(stats.mtimeNs),
    ctime: timeOfNs(stats.ctimeNs),
    stamp: stampOf(stats),
  };
}
