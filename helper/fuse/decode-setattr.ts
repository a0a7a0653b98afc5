import type { Time } from "../base/time.ts";
import { setattrValid as valid } from "./abi.ts";
import type { SetAttributes } from "./api.ts";
import { body, i64, u64 } from "./message.ts";

/** struct fuse_setattr_in: `valid` says which fields count; times are signed seconds. FATTR_CTIME comes only with write-back caching. */
export function readSetAttributes(words: Uint32Array): SetAttributes {
  const flags = words[body] as number;
  return {
    ...(flags & valid.handle ? { handle: u64(words, body + 2) } : undefined),
    ...(flags & valid.size ? { size: u64(words, body + 4) } : undefined),
    ...(flags & valid.atime
      ? { atime: flags & valid.atimeNow ? "now" : timeAt(words, body + 8, body + 14) }
      : undefined),
    ...(flags & valid.mtime
      ? { mtime: flags & valid.mtimeNow ? "now" : timeAt(words, body + 10, body + 15) }
      : undefined),
    ...(flags & valid.mode ? { mode: words[body + 17] as number } : undefined),
    ...(flags & valid.uid ? { uid: words[body + 19] as number } : undefined),
    ...(flags & valid.gid ? { gid: words[body + 20] as number } : undefined),
    killSuidGid: (flags & valid.killSuidGid) !== 0,
  };
}

function timeAt(words: Uint32Array, seconds: number, nanoseconds: number): Time {
  return { sec: i64(words, seconds), nsec: words[nanoseconds] as number };
}
