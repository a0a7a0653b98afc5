/**
 * Links between one host and its guests, as sessions see them. Callbacks run on the main thread, one at a time, in the
 * order of the wire; they must not throw. Sending never blocks and never fails: what a broken link swallowed is sent again
 * after a resume (host: everything after the guest's last index; guest: the session resends what is undecided).
 */
import type { Time } from "../base/time.ts";
import type { Down } from "../replica/api.ts";
import type { NodeId, PeerId } from "../replica/ids.ts";
import type { PathRulesData } from "../replica/path-rules-data.ts";
import type { Submitted } from "../replica/op.ts";
import type { Role, Told, Welcome } from "./codec/greeting.ts";
import type { FetchAnswer, LinkState, PeerStatus, Space } from "./codec/to-guest.ts";
import type { Presence } from "./codec/presence.ts";
import type { FetchRequest, Priority } from "./codec/to-host.ts";
import type { LinkError } from "./errors.ts";
import type { Fingerprint } from "./identity.ts";

export type { FetchAnswer, FetchRequest, LinkState, PeerStatus, Presence, Priority, Role, Space };

/** Somebody who knows an invite's secret waits in the lobby; nothing of the session was told but the two names. */
export interface JoinRequest {
  readonly name: string;
  readonly key: Fingerprint;
  /** `K7QX-M2PD-9TRW` */
  readonly fingerprint: string;
  readonly readOnlyRequested: boolean;
  /** `192.168.1.7:50312` */
  readonly address: string;
  /** Aborts when the guest goes away before the answer. */
  readonly signal: AbortSignal;
}

/** The role granted is never more than invite and request allow. */
export type Admission =
  | { readonly accept: true; readonly role: Role }
  | { readonly accept: false; readonly reason: string };

/** One guest's seat at the host. It outlives its connections, until `ended`. */
export interface GuestConnection {
  readonly peer: PeerId;
  readonly name: string;
  readonly key: Fingerprint;
  readonly fingerprint: string;
  readonly role: Role;
  readonly address: string;
  /** The same key had a seat whose connection was lost; that seat is over. */
  readonly returns: boolean;
  /** `suspect`: silent for 4 s or cut. `gone`: for 6.5 s; the seat is kept for a resume all the same. */
  readonly state: LinkState;
  /** Milliseconds, as the guest measured last; 0 before. */
  readonly rtt: number;
  readonly group: string;
  /** Bytes of the order this guest has not acknowledged. */
  readonly pendingBytes: number;
  /** Bytes of a tree that was sent and is not acknowledged: given to the network, of all. */
  readonly snapshot: { readonly done: number; readonly total: number } | undefined;
  /** In order of index. A snapshot replaces whatever was told before and is not acknowledged yet. */
  send(down: Down): void;
  /** False: the guest joined for reading only, and its mount can do no more. It hears of it with the next list of peers. */
  setRole(role: Role): boolean;
  sendRange(first: NodeId): void;
  sendPeers(peers: readonly PeerStatus[]): void;
  sendSpace(space: Space): void;
  /** What is hidden and ignored: first before the first snapshot. The latest counts, and is told again after a resume. */
  sendRules(rules: PathRulesData): void;
  /** The session is to end in so many seconds. */
  sendEnding(seconds: number): void;
  /** Where another peer is. The latest of each counts; the guest hears of it when nothing else waits, and again after a resume. */
  sendPresence(peer: PeerId, presence: Presence): void;
  /** Ends the seat: the guest is told `removed` or `ended` with the detail. */
  close(code: "removed" | "ended", detail?: string): void;
}

export interface GuestEvents {
  /** A promise holds back the guest's credit until it settles. It must not reject. */
  submitted(batch: readonly Submitted[]): void | Promise<void>;
  /** Everything up to `index` was received; nothing of it will be asked for again. */
  acknowledged(index: number): void;
  /** At most 256 KiB. Must settle, never reject. */
  fetch(request: FetchRequest): Promise<FetchAnswer>;
  hold(node: NodeId): void;
  drop(node: NodeId): void;
  rangeWanted(): void;
  /** Where this guest is now. */
  present(presence: Presence): void;
  /** The guest is too far behind (64 MiB): what it was told is forgotten; send a snapshot. */
  snapshotWanted(): void;
  state(state: LinkState): void;
  /** The seat is over: `left`, `removed`, `ended`, `protocol`, `timeout` (10 minutes away), `replaced` (the same key joined anew). */
  ended(error: LinkError): void;
}

/** `gone` is final. */
export type HostState = "connected" | "suspect" | "reconnecting" | "gone";

/** A guest's link to its host, over however many connections it takes. */
export interface HostConnection {
  readonly welcome: Omit<Welcome, "token" | "resumed" | "time">;
  readonly host: { readonly key: Fingerprint; readonly fingerprint: string };
  readonly state: HostState;
  /** Milliseconds; 0 before the first pong. */
  readonly rtt: number;
  readonly group: string;
  /** The host's last word of how far this guest was told the order: up to which index, and how many bytes of it are on their way. */
  readonly told: Told;
  /** Bytes queued here and not yet given to the network. */
  readonly pendingBytes: number;
  /** Dropped unless connected or suspect: on `state("connected")` the session resends what is undecided. */
  send(submitted: readonly Submitted[]): void;
  /** Everything up to `index` was received and applied. */
  ack(index: number): void;
  /** At most 16 MiB. Waits through reconnects; EIO when the link is gone, ESTALE when the content keeps changing. */
  fetch(range: {
    readonly node: NodeId;
    readonly offset: number;
    readonly length: number;
    readonly priority: Priority;
  }): Promise<FetchAnswer>;
  /** A handle is open on the node here: the host keeps its past content. */
  hold(node: NodeId): void;
  drop(node: NodeId): void;
  /** Asked once, however often this is called, until one arrives. */
  wantRange(): void;
  /** Where this peer is now. The latest counts; the host hears of it when nothing else waits, and again after a reconnect. */
  present(presence: Presence): void;
  /** Session time. */
  now(): Time;
  /** Session time less this machine's, milliseconds. */
  readonly offset: number;
  leave(): void;
}

export interface HostEvents {
  down(down: Down): void;
  /** While a snapshot arrives: nodes so far, of how many. */
  progress(nodes: number, of: number): void;
  range(first: NodeId): void;
  peers(peers: readonly PeerStatus[]): void;
  space(space: Space): void;
  /** What is hidden and ignored now: first before the first snapshot, again when it changes and after a resume. */
  rules(rules: PathRulesData): void;
  /** The host means to end the session in so many seconds. Told again after a resume. */
  ending(seconds: number): void;
  /** Where another peer is now. */
  presence(peer: PeerId, presence: Presence): void;
  /** `error` says why for `reconnecting` and `gone`. Not called for the first `connected`. */
  state(state: HostState, error: LinkError | undefined): void;
}
