/** The kernel's reply structs (include/uapi/linux/fuse.h), written in 32-bit words from word `at`. */
import { size } from "./abi.ts";
import type { Entry, FuseAttributes, Opened } from "./api.ts";
import { putI64 } from "./message.ts";

/** struct fuse_out_header: `error` is given positive and sent negative. */
export function putHeader(words: Uint32Array, length: number, error: number, unique: number): void {
  words[0] = length;
  words[1] = -error;
  putI64(words, 2, unique);
}

/** struct fuse_entry_out */
export function putEntry(words: Uint32Array, at: number, entry: Entry): void {
  putI64(words, at, entry.node);
  putI64(words, at + 2, entry.generation);
  putTtl(words, at + 4, at + 8, entry.entryTtl);
  putTtl(words, at + 6, at + 9, entry.attributeTtl);
  putAttributes(words, at + 10, entry.attributes);
}

/** struct fuse_attr. Blocks as on a file without holes; device numbers are never presented. */
export function putAttributes(words: Uint32Array, at: number, value: FuseAttributes): void {
  const { atime, mtime, ctime } = value;
  putI64(words, at, value.ino);
  putI64(words, at + 2, value.size);
  putI64(words, at + 4, Math.ceil(value.size / 512));
  putI64(words, at + 6, atime.sec);
  putI64(words, at + 8, mtime.sec);
  putI64(words, at + 10, ctime.sec);
  words[at + 12] = atime.nsec;
  words[at + 13] = mtime.nsec;
  words[at + 14] = ctime.nsec;
  words[at + 15] = value.mode;
  words[at + 16] = value.nlink;
  words[at + 17] = value.uid;
  words[at + 18] = value.gid;
  words[at + 19] = 0;
  words[at + 20] = preferredBlock;
  words[at + 21] = 0;
}

const preferredBlock = 4096;

/** struct fuse_open_out */
export function putOpened(words: Uint32Array, at: number, opened: Opened): void {
  putI64(words, at, opened.handle);
  words[at + 2] = opened.flags;
  words[at + 3] = 0;
}

/** 1.5 s → 1 and 500,000,000 */
export function putTtl(words: Uint32Array, seconds: number, nanoseconds: number, ttl: number): void {
  const whole = Math.floor(ttl);
  putI64(words, seconds, whole);
  words[nanoseconds] = Math.round((ttl - whole) * 1e9);
}

/** No entry: nodeid 0 tells the kernel to take no reference (fs/fuse/readdir.c, fuse_direntplus_link). */
export function clearEntry(words: Uint32Array, at: number): void {
  words.fill(0, at, at + size.entryOut / 4);
}
