/**
 * Numbers of the FUSE protocol (Linux include/uapi/linux/fuse.h, 7.45): opcodes, flags, struct sizes in bytes.
 * Structs are little-endian here and naturally aligned; decode.ts and encode.ts address them in 32-bit words.
 */

/** enum fuse_opcode */
export const opcode = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  readlink: 5,
  symlink: 6,
  mknod: 8,
  mkdir: 9,
  unlink: 10,
  rmdir: 11,
  rename: 12,
  link: 13,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  setxattr: 21,
  getxattr: 22,
  listxattr: 23,
  removexattr: 24,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  fsyncdir: 30,
  getlk: 31,
  setlk: 32,
  setlkw: 33,
  access: 34,
  create: 35,
  interrupt: 36,
  bmap: 37,
  destroy: 38,
  ioctl: 39,
  poll: 40,
  notifyReply: 41,
  batchForget: 42,
  fallocate: 43,
  readdirplus: 44,
  rename2: 45,
  lseek: 46,
  copyFileRange: 47,
  syncfs: 50,
  tmpfile: 51,
  statx: 52,
} as const;

/** FUSE_* flags of INIT; bits from 32 up travel in flags2 and count only beside INIT_EXT. */
export const initFlag = {
  asyncRead: 1n << 0n,
  atomicOTrunc: 1n << 3n,
  exportSupport: 1n << 4n,
  bigWrites: 1n << 5n,
  spliceWrite: 1n << 7n,
  spliceMove: 1n << 8n,
  spliceRead: 1n << 9n,
  autoInvalData: 1n << 12n,
  doReaddirplus: 1n << 13n,
  readdirplusAuto: 1n << 14n,
  asyncDio: 1n << 15n,
  writebackCache: 1n << 16n,
  parallelDirops: 1n << 18n,
  posixAcl: 1n << 20n,
  abortError: 1n << 21n,
  maxPages: 1n << 22n,
  cacheSymlinks: 1n << 23n,
  explicitInvalData: 1n << 25n,
  handleKillprivV2: 1n << 28n,
  initExt: 1n << 30n,
  directIoAllowMmap: 1n << 36n,
  passthrough: 1n << 37n,
  overIoUring: 1n << 41n,
  requestTimeout: 1n << 42n,
} as const;

/** FOPEN_* flags of the answer to open and create. */
export const openFlag = { directIo: 1 << 0, keepCache: 1 << 1, noFlush: 1 << 5 } as const;

/** FATTR_*: which fields of fuse_setattr_in count. */
export const setattrValid = {
  mode: 1 << 0,
  uid: 1 << 1,
  gid: 1 << 2,
  size: 1 << 3,
  atime: 1 << 4,
  mtime: 1 << 5,
  handle: 1 << 6,
  atimeNow: 1 << 7,
  mtimeNow: 1 << 8,
  killSuidGid: 1 << 11,
} as const;

/** FUSE_WRITE_* */
export const writeFlag = { cache: 1 << 0, killSuidGid: 1 << 2 } as const;
/** FUSE_GETATTR_FH */
export const getattrHandle = 1 << 0;
/** FUSE_FSYNC_FDATASYNC */
export const fsyncDataOnly = 1 << 0;

/** enum fuse_notify_code: travels in the error field of a header whose unique is 0. */
export const notifyCode = { invalidateInode: 2, invalidateEntry: 3 } as const;

export const size = {
  inHeader: 40,
  outHeader: 16,
  attributes: 88,
  entryOut: 128,
  attributesOut: 104,
  openOut: 16,
  writeOut: 8,
  statfsOut: 80,
  initOut: 64,
  dirent: 24,
  setattrIn: 88,
  writeIn: 40,
} as const;

/** Fixed part of each request's body in bytes; names and data follow it. */
export const bodyBytes: Readonly<Record<number, number>> = {
  [opcode.lookup]: 1,
  [opcode.forget]: 8,
  [opcode.getattr]: 16,
  [opcode.setattr]: size.setattrIn,
  [opcode.symlink]: 2,
  [opcode.mknod]: 16,
  [opcode.mkdir]: 8,
  [opcode.unlink]: 1,
  [opcode.rmdir]: 1,
  [opcode.rename]: 8,
  [opcode.link]: 8,
  [opcode.open]: 8,
  [opcode.read]: 40,
  [opcode.write]: size.writeIn,
  [opcode.release]: 24,
  [opcode.fsync]: 16,
  [opcode.flush]: 24,
  [opcode.opendir]: 8,
  [opcode.readdir]: 40,
  [opcode.releasedir]: 24,
  [opcode.fsyncdir]: 16,
  [opcode.create]: 16,
  [opcode.interrupt]: 8,
  [opcode.batchForget]: 8,
  [opcode.fallocate]: 32,
  [opcode.readdirplus]: 40,
  [opcode.rename2]: 16,
  [opcode.tmpfile]: 16,
};
