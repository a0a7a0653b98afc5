import type { Brand } from "../base/brand.ts";

/** A file-system object, the same number on every peer and never reused. 1 is the root; see SPEC.md "Identity". */
export type NodeId = Brand<number, "NodeId">;
/** A participant of one session: 0 is the host, guests count from 1 and a number is never given twice. */
export type PeerId = Brand<number, "PeerId">;
/** Position in the one order: the host numbers applied operations 1, 2, 3 … */
export type Seq = Brand<number, "Seq">;
/** An operation, named by its origin: `peer * 2^40 + n`. Each peer's n grows by one from 1. */
export type OpId = Brand<number, "OpId">;
/** Which bytes a node holds: the id of the last operation that changed them, or a number the host minted; 0 as scanned. */
export type Version = Brand<number, "Version">;

export const rootNode = 1 as NodeId;
export const hostPeer = 0 as PeerId;
export const firstSeq = 0 as Seq;
export const scannedVersion = 0 as Version;

const opsPerPeer = 2 ** 40;

export function opIdOf(peer: PeerId, n: number): OpId {
  return (peer * opsPerPeer + n) as OpId;
}
export function peerOfOp(id: OpId | Version): PeerId {
  return Math.floor(id / opsPerPeer) as PeerId;
}

/** Node ids made during a session are from 2^40 up, so that they are apart from real inode numbers; the low 32 bits, all
 *  that git's index keeps, differ between peers because ranges are handed out one after the other (SPEC R-ID). */
export const firstMadeNode = 2 ** 40;
/** How many ids one range holds. The host hands out ranges; a peer asks for another before it runs dry. */
export const nodeRangeSize = 2 ** 20;
