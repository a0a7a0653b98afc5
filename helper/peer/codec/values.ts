import type { Errno } from "../../base/errno.ts";
import { type FileName, parseFileName } from "../../base/name.ts";
import type { Time } from "../../base/time.ts";
import type { NodeId, OpId, PeerId, Seq, Version } from "../../replica/ids.ts";
import type { Place } from "../../replica/op.ts";
import type { Reader, Writer } from "./bytes.ts";

/** Largest peer number: an operation's name, peer · 2^40 + n, stays an exact number. */
const lastPeer = 2 ** 13 - 1;

export function readNode(r: Reader): NodeId {
  const id = r.uint();
  return (id === 0 ? r.fail("no node") : id) as NodeId;
}
export const readOpId = (r: Reader): OpId => r.uint() as OpId;
export const readVersion = (r: Reader): Version => r.uint() as Version;
export const readSeq = (r: Reader): Seq => r.uint() as Seq;

export function readPeer(r: Reader): PeerId {
  const peer = r.u16();
  return (peer > lastPeer ? r.fail("no peer") : peer) as PeerId;
}
export function readErrno(r: Reader): Errno {
  const value = r.u16();
  return (value === 0 || value > 4095 ? r.fail("no errno") : value) as Errno;
}
export function readTime(r: Reader): Time {
  const sec = r.int();
  const nsec = r.u32();
  return nsec > 999_999_999 ? r.fail("no time") : { sec, nsec };
}
export function writeTime(w: Writer, time: Time): void {
  w.int(time.sec);
  w.u32(time.nsec);
}
export function readName(r: Reader): FileName {
  return parseFileName(r.latin1(255)) ?? r.fail("no file name");
}
export function readPlace(r: Reader): Place {
  return { parent: readNode(r), name: readName(r) };
}
export function writePlace(w: Writer, place: Place): void {
  w.uint(place.parent);
  w.latin1(place.name);
}
/** Permission bits; the type of a node is never on the wire as a mode. */
export function readMode(r: Reader): number {
  const mode = r.u16();
  return mode > 0o7777 ? r.fail("no mode") : mode;
}
/** A symlink's target: 1..4095 bytes without NUL (PATH_MAX less the NUL). */
export function readTarget(r: Reader): string {
  const target = r.latin1(4095);
  return target.length === 0 || target.includes("\0") ? r.fail("no symlink target") : target;
}
/** A size or the end of a range: the kernel's largest file offset is larger, but numbers here must be exact. */
export function readRange(r: Reader): { readonly offset: number; readonly length: number } {
  const offset = r.uint();
  const length = r.uint();
  return Number.isSafeInteger(offset + length) ? { offset, length } : r.fail("range too large");
}
