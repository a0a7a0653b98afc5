import type { Errno } from "../../base/errno.ts";
import type { NodeId, PeerId, Seq, Version } from "../../replica/ids.ts";
import { frameType, limits } from "../protocol.ts";
import { frameOf, type Reader } from "./bytes.ts";
import { type Role, roles } from "./greeting.ts";
import { readErrno, readNode, readPeer, readSeq, readVersion } from "./values.ts";

export type LinkState = "connected" | "suspect" | "gone";
const states = ["connected", "suspect", "gone"] as const satisfies readonly LinkState[];

/** One participant, for status. */
export interface PeerStatus {
  readonly peer: PeerId;
  readonly name: string;
  readonly role: Role;
  readonly state: LinkState;
  /** Milliseconds, 0 for the host itself or when unknown. */
  readonly rtt: number;
}

/** Room in the host's real file system, in bytes and inodes. */
export interface Space {
  readonly total: number;
  readonly free: number;
  readonly files: number;
  readonly filesFree: number;
}

/** `bytes` are what the node holds at `offset` while its content is `version`, true at `position`; fewer than asked only at its end (`size`). */
export type FetchAnswer =
  | {
      readonly ok: true;
      readonly position: Seq;
      readonly version: Version;
      readonly size: number;
      readonly bytes: Uint8Array;
    }
  | { readonly ok: false; readonly errno: Errno };

export function encodeRange(first: NodeId): Uint8Array {
  return frameOf(frameType.range, (w) => w.uint(first));
}

export function readRangeFirst(r: Reader): NodeId {
  return readNode(r);
}

export function encodePeers(peers: readonly PeerStatus[]): Uint8Array {
  return frameOf(frameType.peers, (w) => {
    w.u32(peers.length);
    for (const peer of peers) {
      w.u16(peer.peer);
      w.text(peer.name);
      w.choice(roles, peer.role);
      w.choice(states, peer.state);
      w.u32(Math.round(peer.rtt * 1000));
    }
  });
}

export function readPeers(r: Reader): readonly PeerStatus[] {
  return r.list(1024, 10, (item) => ({
    peer: readPeer(item),
    name: item.text(limits.nameText),
    role: item.choice(roles),
    state: item.choice(states),
    rtt: item.u32() / 1000,
  }));
}

export function encodeSpace(space: Space): Uint8Array {
  return frameOf(frameType.space, (w) => {
    w.uint(space.total);
    w.uint(space.free);
    w.uint(space.files);
    w.uint(space.filesFree);
  });
}

export function readSpace(r: Reader): Space {
  return { total: r.uint(), free: r.uint(), files: r.uint(), filesFree: r.uint() };
}

/** The host means to end the session in so many seconds. */
export function encodeEnding(seconds: number): Uint8Array {
  return frameOf(frameType.ending, (w) => w.u32(seconds));
}

export function readEnding(r: Reader): number {
  return r.u32();
}

export function encodeChunk(id: number, answer: FetchAnswer): Uint8Array {
  return frameOf(frameType.chunk, (w) => {
    w.u32(id);
    w.bool(answer.ok);
    if (!answer.ok) return w.u16(answer.errno);
    w.uint(answer.position);
    w.uint(answer.version);
    w.uint(answer.size);
    w.bytes(answer.bytes);
  });
}

export function readChunk(r: Reader): { readonly id: number; readonly answer: FetchAnswer } {
  const id = r.u32();
  if (!r.bool()) return { id, answer: { ok: false, errno: readErrno(r) } };
  const position = readSeq(r);
  const version = readVersion(r);
  const size = r.uint();
  return { id, answer: { ok: true, position, version, size, bytes: r.bytes(limits.chunk) } };
}
