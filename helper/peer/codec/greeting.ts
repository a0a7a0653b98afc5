import type { Time } from "../../base/time.ts";
import type { NodeId, PeerId } from "../../replica/ids.ts";
import { linkErrorCodes, type LinkError } from "../errors.ts";
import { frameType, limits } from "../protocol.ts";
import { frameOf, type Reader } from "./bytes.ts";
import { readNode, readPeer, readTime, writeTime } from "./values.ts";

export type Role = "read-write" | "read-only";
export const roles = ["read-write", "read-only"] as const satisfies readonly Role[];

/** First frame of a guest on every connection. `proof` is bound to this TLS channel (greeting.ts). */
export type Hello = {
  readonly version: number;
  readonly proof: Uint8Array;
  /** Key exchange group the guest's TLS reports; the host's cannot tell. */
  readonly group: string;
} & (
  | { readonly purpose: "join"; readonly name: string; readonly readOnly: boolean }
  | { readonly purpose: "resume"; readonly peer: PeerId; readonly lastIndex: number }
  | { readonly purpose: "bulk"; readonly peer: PeerId }
);

export interface Welcome {
  readonly peer: PeerId;
  /** Secret of this guest's seat, 32 bytes: proves `resume` and `bulk`. */
  readonly token: Uint8Array;
  readonly resumed: boolean;
  readonly role: Role;
  readonly hostName: string;
  readonly repository: string;
  /** Of the shared folder, the same whenever this host shares it: 32 hex digits. */
  readonly workspace: string;
  /** First of the guest's first range of node ids. */
  readonly range: NodeId;
  /** Owner of the shared folder at the host. */
  readonly uid: number;
  readonly gid: number;
  readonly time: Time;
}

export interface Lobby {
  readonly hostName: string;
  readonly repository: string;
}

const purposes = ["join", "resume", "bulk"] as const satisfies readonly Hello["purpose"][];

export function encodeHello(hello: Hello): Uint8Array {
  return frameOf(frameType.hello, (w) => {
    w.u16(hello.version);
    w.choice(purposes, hello.purpose);
    w.fixed(hello.proof);
    w.text(hello.group);
    if (hello.purpose === "join") {
      w.text(hello.name);
      w.bool(hello.readOnly);
      return;
    }
    w.u16(hello.peer);
    if (hello.purpose === "resume") w.uint(hello.lastIndex);
  });
}

/** Of a hello in another version only the version is known. */
export function readHello(
  version: number,
): (r: Reader) => Hello | { readonly version: number; readonly purpose: "unknown" } {
  return (r) => {
    const theirs = r.u16();
    if (theirs !== version) {
      r.fixed(r.left);
      return { version: theirs, purpose: "unknown" };
    }
    const purpose = r.choice(purposes);
    const common = { version: theirs, proof: r.fixed(32), group: r.text(64) };
    if (purpose === "join") return { ...common, purpose, name: r.text(limits.nameText), readOnly: r.bool() };
    const peer = readPeer(r);
    return purpose === "bulk" ? { ...common, purpose, peer } : { ...common, purpose, peer, lastIndex: r.uint() };
  };
}

export function encodeLobby(lobby: Lobby): Uint8Array {
  return frameOf(frameType.lobby, (w) => {
    w.text(lobby.hostName);
    w.text(lobby.repository);
  });
}

export function readLobby(r: Reader): Lobby {
  return { hostName: r.text(limits.nameText), repository: r.text(limits.nameText) };
}

export function encodeWelcome(welcome: Welcome): Uint8Array {
  return frameOf(frameType.welcome, (w) => {
    w.u16(welcome.peer);
    w.fixed(welcome.token);
    w.bool(welcome.resumed);
    w.choice(roles, welcome.role);
    w.text(welcome.hostName);
    w.text(welcome.repository);
    w.fixed(Buffer.from(welcome.workspace, "hex"));
    w.uint(welcome.range);
    w.u32(welcome.uid);
    w.u32(welcome.gid);
    writeTime(w, welcome.time);
  });
}

export function readWelcome(r: Reader): Welcome {
  return {
    peer: readPeer(r),
    token: r.fixed(32),
    resumed: r.bool(),
    role: r.choice(roles),
    hostName: r.text(limits.nameText),
    repository: r.text(limits.nameText),
    workspace: Buffer.from(r.fixed(16)).toString("hex"),
    range: readNode(r),
    uid: r.u32(),
    gid: r.u32(),
    time: readTime(r),
  };
}

export function encodeAttached(): Uint8Array {
  return frameOf(frameType.attached, () => {});
}

/** The last frame of a side that ends the connection on purpose. Its layout is the same in every version. */
export function encodeBye(error: LinkError): Uint8Array {
  return frameOf(frameType.bye, (w) => {
    w.choice(linkErrorCodes, error.code);
    w.text(error.detail.slice(0, 500));
  });
}

export function readBye(r: Reader): LinkError {
  return { code: r.choice(linkErrorCodes), detail: r.text(500) };
}

/** `rtt` in µs as the guest measured last, 0 before. */
export function encodePing(id: number, rtt: number): Uint8Array {
  return frameOf(frameType.ping, (w) => {
    w.u32(id);
    w.u32(rtt);
  });
}

export function readPing(r: Reader): { readonly id: number; readonly rtt: number } {
  return { id: r.u32(), rtt: r.u32() };
}

export interface Pong {
  readonly id: number;
  readonly time: Time;
  /** Index of the last message of the order told to this guest, and bytes of what it has not acknowledged. */
  readonly told: Told;
}
export interface Told {
  readonly index: number;
  readonly bytes: number;
}

export function encodePong({ id, time, told }: Pong): Uint8Array {
  return frameOf(frameType.pong, (w) => {
    w.u32(id);
    writeTime(w, time);
    w.uint(told.index);
    w.uint(told.bytes);
  });
}

export function readPong(r: Reader): Pong {
  return { id: r.u32(), time: readTime(r), told: { index: r.uint(), bytes: r.uint() } };
}
