import { size } from "./abi.ts";

/** One request as read from the kernel: the same memory as bytes and as 32-bit words (the host is little-endian, as every platform Node's FUSE targets). */
export interface Message {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
}

/** The kernel refuses reads into less than header + fuse_write_in + max_write (fs/fuse/dev.c, fuse_dev_do_read). */
export function createMessage(maxWrite: number): Message {
  const memory = new ArrayBuffer(maxWrite + 4096);
  return { bytes: Buffer.from(memory), words: new Uint32Array(memory) };
}

export function lengthOf(message: Message): number {
  return message.words[0] as number;
}

export function opcodeOf(message: Message): number {
  return message.words[1] as number;
}

export function uniqueOf(message: Message): number {
  return u64(message.words, 2);
}

/** Exact below 2^53; offsets and sizes beyond are rounded, and so still larger than any file here. */
export function u64(words: Uint32Array, at: number): number {
  return (words[at + 1] as number) * 0x1_0000_0000 + (words[at] as number);
}

/** `ff ff ff ff ff ff ff ff` → -1 */
export function i64(words: Uint32Array, at: number): number {
  return ((words[at + 1] as number) | 0) * 0x1_0000_0000 + (words[at] as number);
}

/** Two's complement: also right for negative integers above -2^53. */
export function putI64(words: Uint32Array, at: number, value: number): void {
  words[at] = value >>> 0;
  words[at + 1] = Math.floor(value / 0x1_0000_0000);
}

/** First word after the request's header. */
export const body = size.inHeader / 4;
