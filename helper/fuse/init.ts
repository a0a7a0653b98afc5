import { initFlag, size } from "./abi.ts";
import type { Device } from "./api.ts";
import { body, type Message, uniqueOf } from "./message.ts";

/** struct fuse_init_in */
export interface InitRequest {
  readonly unique: number;
  readonly major: number;
  readonly minor: number;
  readonly maxReadahead: number;
  readonly flags: bigint;
}

export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
}

export type Negotiated =
  | { readonly t: "settled"; readonly protocol: Device["protocol"]; readonly reply: Uint32Array }
  /** The kernel speaks a later major version: it asks again in ours. */
  | { readonly t: "again"; readonly reply: Uint32Array }
  | { readonly t: "too-old"; readonly reply: Uint32Array };

/** FUSE_MAX_PAGES of 4 KiB: the most a kernel lets through without a sysctl (fs/fuse, max_pages_limit = 256). */
const maxPages = 256;
export const largestWrite = maxPages * 4096;

/** 7.31 = Linux 5.4: the oldest kernel with what is relied on (NO_OPENDIR era, CACHE_SYMLINKS, MAX_PAGES). */
const oldestMinor = 31;
const ourMajor = 7;
const ourMinor = 45;
const maxBackground = 128;

/**
 * What is wanted where the kernel offers it. Left off on purpose, each with a measured or documented reason:
 * WRITEBACK_CACHE (old size and bytes served after a remote truncate), AUTO_INVAL_DATA (re-reads after each local write),
 * EXPLICIT_INVAL_DATA (a remote append reads as NUL bytes), EXPORT_SUPPORT, POSIX_ACL, SPLICE_*, ASYNC_DIO,
 * REQUEST_TIMEOUT, PASSTHROUGH and io_uring (ioctls Node cannot issue).
 */
const wanted =
  initFlag.asyncRead |
  initFlag.bigWrites |
  initFlag.doReaddirplus |
  initFlag.readdirplusAuto |
  initFlag.parallelDirops |
  initFlag.maxPages |
  initFlag.cacheSymlinks |
  initFlag.handleKillprivV2 |
  initFlag.abortError |
  initFlag.initExt |
  initFlag.directIoAllowMmap;

/** Pure: one INIT and the kernel's version in, the settled protocol and the reply's bytes out. */
export function negotiate(init: InitRequest, kernel: KernelVersion, maxWrite: number = largestWrite): Negotiated {
  if (init.major > ourMajor) return { t: "again", reply: initReply(init, 0n, 0) };
  if (init.major < ourMajor || init.minor < oldestMinor) return { t: "too-old", reply: protocolError(init.unique) };

  let flags = wanted & init.flags;
  // Before 5.19 the kernel kept the old size and pages after an open that truncated.
  if (atLeast(kernel, 5, 19)) flags |= initFlag.atomicOTrunc & init.flags;
  // Without MAX_PAGES a request carries at most 32 pages.
  const write = flags & initFlag.maxPages ? maxWrite : Math.min(maxWrite, 32 * 4096);
  const minor = Math.min(init.minor, ourMinor);
  return { t: "settled", protocol: { minor, maxWrite: write, flags }, reply: initReply(init, flags, write) };
}

export function readInit(message: Message): InitRequest {
  const { words } = message;
  const low = BigInt(words[body + 3] as number);
  // struct fuse_init_in ends after `flags` up to 7.35; flags2 counts only where INIT_EXT announces it.
  const high = low & initFlag.initExt ? BigInt(words[body + 4] as number) : 0n;
  return {
    unique: uniqueOf(message),
    major: words[body] as number,
    minor: words[body + 1] as number,
    maxReadahead: words[body + 2] as number,
    flags: (high << 32n) | low,
  };
}

/** `6.18.44-custom` → 6.18 */
export function parseKernelVersion(release: string): KernelVersion {
  const match = /^(\d+)\.(\d+)/.exec(release);
  return { major: Number(match?.[1] ?? 0), minor: Number(match?.[2] ?? 0) };
}

export function atLeast(kernel: KernelVersion, major: number, minor: number): boolean {
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}

/** struct fuse_init_out behind its header. */
function initReply(init: InitRequest, flags: bigint, maxWrite: number): Uint32Array {
  const words = new Uint32Array((size.outHeader + size.initOut) / 4);
  words[0] = words.byteLength;
  words[2] = init.unique >>> 0;
  words[3] = Math.floor(init.unique / 0x1_0000_0000);
  words[4] = ourMajor;
  words[5] = ourMinor;
  words[6] = init.maxReadahead;
  words[7] = Number(flags & 0xffff_ffffn);
  words[8] = maxBackground | (((maxBackground * 3) / 4) << 16);
  words[9] = maxWrite;
  words[10] = 1;
  words[11] = maxPages;
  words[12] = Number(flags >> 32n);
  return words;
}

/** -EPROTO, which is what the mount then answers to everybody. */
function protocolError(unique: number): Uint32Array {
  return new Uint32Array([size.outHeader, -71, unique >>> 0, Math.floor(unique / 0x1_0000_0000)]);
}
