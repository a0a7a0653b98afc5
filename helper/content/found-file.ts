import { closeSync, constants, openSync } from "node:fs";
import { readFully } from "./file-io.ts";
import { openedStat, type RealStat } from "./real-stat.ts";

/** A file found behind the mount: stat and bytes belong together, whatever takes the name a moment later. The caller closes `fd`. */
export interface FoundFile {
  readonly fd: number;
  readonly stat: RealStat;
  readonly bytes: Uint8Array;
}

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Undefined if it is longer than `most` or no file any more. Throws what open(2) and pread(2) throw. */
export function lookInto(path: Buffer, most: number): FoundFile | undefined {
  const fd = openSync(path, flags);
  let found: FoundFile | undefined;
  try {
    const stat = openedStat(fd);
    if (stat.kind !== "file" || stat.size > most) return undefined;
    const bytes = new Uint8Array(stat.size);
    const size = readFully(fd, bytes, 0);
    found = { fd, stat: { ...stat, size }, bytes: bytes.subarray(0, size) };
    return found;
  } finally {
    if (found === undefined) closeSync(fd);
  }
}
