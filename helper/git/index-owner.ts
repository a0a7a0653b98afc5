/**
 * Git's index with another owner in it. Every entry stores the uid and gid its file was seen with; a peer whose mount shows
 * another owner would find every entry changed. Formats: gitformat-index(5), versions 2 to 4, SHA-1 and SHA-256.
 */
import { createHash } from "node:crypto";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The same index with `a` and `b` exchanged in every entry, and its checksum made anew. Doing it twice gives the first bytes
 * again, and an entry owned by neither stays as it is: what one peer takes for changed, every peer does. Anything that is not a whole and
 * sound index is returned as it came, as is one where nothing is to be exchanged. Never another size.
 *
 * Not touched: the stat data of the untracked cache (UNTR), which git uses at the path it was made at only, and the shared
 * half of a split index, which is named by its checksum.
 */
export function exchangeIndexOwner(index: Uint8Array, a: Owner, b: Owner): Uint8Array {
  const bytes = Buffer.from(index.buffer, index.byteOffset, index.byteLength);
  const format = formats.find((each) => isSound(bytes, each));
  const entries = format === undefined ? undefined : entriesOf(bytes, format);
  if (format === undefined || entries === undefined) return index;
  const exchanged = Buffer.from(bytes);
  let changes = 0;
  for (const at of entries) {
    changes += exchange(exchanged, at + uidOffset, a.uid, b.uid) + exchange(exchanged, at + gidOffset, a.gid, b.gid);
  }
  if (changes === 0) return index;
  const trailer = exchanged.subarray(-format.hashSize);
  // index.skipHash leaves zeros there, and zeros stay.
  if (!isZero(trailer)) checksum(exchanged, format).copy(trailer);
  return exchanged;
}

interface Format {
  readonly hash: "sha1" | "sha256";
  readonly hashSize: number;
}

const formats: readonly Format[] = [
  { hash: "sha1", hashSize: 20 },
  { hash: "sha256", hashSize: 32 },
];
const headerSize = 12;
/** ctime, mtime, dev, ino, mode, uid, gid, size. */
const statSize = 40;
const uidOffset = 28;
const gidOffset = 32;
const nameLengthMask = 0xfff;
const extendedFlag = 0x4000;

function exchange(bytes: Buffer, at: number, a: number, b: number): number {
  const was = bytes.readUInt32BE(at);
  const now = was === a ? b : was === b ? a : was;
  bytes.writeUInt32BE(now, at);
  return now === was ? 0 : 1;
}

/** The checksum tells a whole index from the beginning of one, and its hash function; where it is left out, the structure must do. */
function isSound(bytes: Buffer, format: Format): boolean {
  if (bytes.length < headerSize + format.hashSize || bytes.toString("latin1", 0, 4) !== "DIRC") return false;
  const trailer = bytes.subarray(-format.hashSize);
  return isZero(trailer) || checksum(bytes, format).equals(trailer);
}

function checksum(bytes: Buffer, { hash, hashSize }: Format): Buffer {
  return createHash(hash).update(bytes.subarray(0, -hashSize)).digest();
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Where each entry begins, if all of the file is entries and extensions. */
function entriesOf(bytes: Buffer, { hashSize }: Format): readonly number[] | undefined {
  const version = bytes.readUInt32BE(4);
  const count = bytes.readUInt32BE(8);
  const end = bytes.length - hashSize;
  if (version < 2 || version > 4) return undefined;
  const starts: number[] = [];
  let at: number | undefined = headerSize;
  let name = 0;
  while (starts.length < count) {
    const begin: number = at;
    const flagsAt = begin + statSize + hashSize;
    if (flagsAt + 2 > end) return undefined;
    const flags = bytes.readUInt16BE(flagsAt);
    if (flags & extendedFlag && version === 2) return undefined;
    const nameAt = flagsAt + (flags & extendedFlag ? 4 : 2);
    const named: Named | undefined =
      version === 4 ? shortened(bytes, nameAt, end, name) : whole(bytes, nameAt, end, begin);
    if (named === undefined || Math.min(named.length, nameLengthMask) !== (flags & nameLengthMask)) return undefined;
    starts.push(begin);
    name = named.length;
    at = named.next;
  }
  return areExtensions(bytes, at, end) ? starts : undefined;
}

interface Named {
  /** Of the whole name. */
  readonly length: number;
  /** Where the next entry begins. */
  readonly next: number;
}

/** Versions 2 and 3: the name, then 1 to 8 zeros that make the entry's length a multiple of eight. */
function whole(bytes: Buffer, nameAt: number, end: number, begin: number): Named | undefined {
  const nul = bytes.indexOf(0, nameAt);
  const next = begin + ((nul - begin + 8) & ~7);
  return nul < nameAt || next > end ? undefined : { length: nul - nameAt, next };
}

/** Version 4: how much of the name before to drop, as in an offset delta (gitformat-pack(5)), then what follows, then a zero. */
function shortened(bytes: Buffer, nameAt: number, end: number, before: number): Named | undefined {
  let at = nameAt;
  let byte = bytes[at++] ?? 0;
  let dropped = byte & 0x7f;
  while (byte & 0x80 && at < end && dropped <= before) {
    byte = bytes[at++] ?? 0;
    dropped = (dropped + 1) * 128 + (byte & 0x7f);
  }
  const nul = bytes.indexOf(0, at);
  if (dropped > before || nul < at || nul >= end) return undefined;
  return { length: before - dropped + nul - at, next: nul + 1 };
}

/** Signature, length, content; the last one ends where the checksum begins. */
function areExtensions(bytes: Buffer, begin: number, end: number): boolean {
  let at = begin;
  while (at + 8 <= end) at += 8 + bytes.readUInt32BE(at + 4);
  return at === end;
}
