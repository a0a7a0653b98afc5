import type { SessionClock, Timers } from "../base/ports.ts";
import type { NodeId, PeerId } from "../replica/ids.ts";
import type { Down } from "../replica/api.ts";
import type { PathRulesData } from "../replica/path-rules-data.ts";
import type { GuestConnection, GuestEvents, LinkState, PeerStatus, Presence, Role, Space } from "./api.ts";
import { parse } from "./codec/bytes.ts";
import { encodeAttached, encodePong, readPing } from "./codec/greeting.ts";
import { encodePresence, isNowhere, readPresent } from "./codec/presence.ts";
import { encodeRules } from "./codec/rules.ts";
import { encodeEnding, encodePeers, encodeRange, encodeSpace } from "./codec/to-guest.ts";
import { readAck, readSubmit } from "./codec/to-host.ts";
import { type LinkError, linkError } from "./errors.ts";
import { createHeartbeat, type Heartbeat } from "./heartbeat.ts";
import { createHeldNodes } from "./held-nodes.ts";
import { serveBulk } from "./host-bulk.ts";
import { type Fingerprint, shortFingerprint } from "./identity.ts";
import type { Lane } from "./lane.ts";
import { frameType, limits } from "./protocol.ts";
import { createRetained } from "./retained.ts";

export interface SeatOptions {
  readonly peer: PeerId;
  readonly name: string;
  readonly key: Fingerprint;
  readonly role: Role;
  readonly token: Uint8Array;
  readonly returns: boolean;
  readonly clock: SessionClock;
  readonly timers: Timers;
  /** After this the host forgets the seat. */
  readonly forgetMs: number;
  readonly retainBytes: number;
  readonly over: (seat: Seat) => void;
}

type Status = "peers" | "space" | "ending" | "rules";

/** One guest at the host: what stays when its connections come and go. */
export class Seat implements GuestConnection {
  readonly options: SeatOptions;
  readonly fingerprint: string;
  address = "";
  group = "";
  rtt = 0;
  state: LinkState = "connected";
  role: Role;
  #events: GuestEvents | undefined;
  #operations: Lane | undefined;
  #bulk: Lane | undefined;
  readonly #heartbeat: Heartbeat;
  readonly #retained;
  readonly #held = createHeldNodes((node, held) => this.#events?.[held ? "hold" : "drop"](node));
  /** The latest of each, told again after a resume. */
  readonly #status = new Map<Status, Uint8Array>();
  readonly #presences = new Map<PeerId, Uint8Array>();
  #forget: { cancel(): void } | undefined;
  #over = false;

  constructor(options: SeatOptions) {
    this.options = options;
    this.role = options.role;
    this.fingerprint = shortFingerprint(options.key);
    this.#retained = createRetained(options.retainBytes);
    this.#heartbeat = createHeartbeat({ timers: options.timers, changed: (state) => this.#silence(state) });
  }

  get peer(): PeerId {
    return this.options.peer;
  }
  get name(): string {
    return this.options.name;
  }
  get key(): Fingerprint {
    return this.options.key;
  }
  get returns(): boolean {
    return this.options.returns;
  }
  /** Its connection was cut, or is given up: a resume is what it waits for. */
  get away(): boolean {
    return this.#operations === undefined;
  }
  get pendingBytes(): number {
    return this.#retained.bytes;
  }
  get snapshot(): GuestConnection["snapshot"] {
    const total = this.#retained.snapshotBytes;
    if (total === 0) return undefined;
    return { done: total - Math.min(total, this.#operations?.pendingBytes ?? total), total };
  }

  /** The session takes its place; from now on frames reach it. */
  begin(events: GuestEvents): void {
    this.#events = events;
  }

  // --- Connections -------------------------------------------------------------------------------------------------

  /** A new operations lane, already welcomed. False: the guest claims to have received what it was never told. */
  attach(lane: Lane, options: { readonly lastIndex: number; readonly welcome: Uint8Array }): boolean {
    const missed = this.#retained.behind ? [] : this.#retained.after(options.lastIndex);
    if (missed === undefined) return false;
    const old = this.#operations;
    this.#operations = lane;
    old?.close(linkError("replaced"), true);
    this.#bulk?.close(linkError("cut"), false);
    lane.handOver(
      { frame: (type, body) => this.#frame(type, body), end: (error, theirs) => this.#cut(lane, error, theirs) },
      limits.operationsFrame,
    );
    this.#forget?.cancel();
    this.#forget = undefined;
    lane.send(options.welcome);
    for (const frame of missed) lane.send(frame);
    for (const frame of this.#status.values()) lane.send(frame);
    for (const [peer, frame] of this.#presences) lane.offer(peer, frame);
    this.#heartbeat.heard();
    this.#report("connected");
    if (this.#retained.behind) this.#events?.snapshotWanted();
    return true;
  }

  attachBulk(lane: Lane): void {
    const old = this.#bulk;
    this.#bulk = lane;
    old?.close(linkError("replaced"), true);
    const events = serveBulk({
      lane,
      fetch: (request) => (this.#events as GuestEvents).fetch(request),
      end: (error) => this.#bulkCut(lane, error),
    });
    lane.handOver(events, limits.bulkFrame);
    lane.send(encodeAttached());
  }

  #cut(lane: Lane, error: LinkError, theirs: boolean): void {
    if (lane !== this.#operations) return;
    this.#operations = undefined;
    this.#bulk?.close(error, false);
    this.#held.cut();
    if (error.code === "protocol" || (theirs && error.code === "left")) this.#end(error);
    else if (this.state === "connected") this.#report("suspect");
  }

  #bulkCut(lane: Lane, error: LinkError): void {
    if (lane !== this.#bulk) return;
    this.#bulk = undefined;
    if (error.code === "protocol") this.close("removed", error.detail, error);
  }

  #silence(state: LinkState): void {
    if (state === "gone") {
      this.#operations?.close(linkError("timeout"), false);
      this.#forget = this.options.timers.after(this.options.forgetMs, () => this.#end(linkError("timeout")));
    }
    this.#report(state);
  }

  #report(state: LinkState): void {
    if (this.state === state || this.#over) return;
    this.state = state;
    this.#events?.state(state);
  }

  // --- What arrives ------------------------------------------------------------------------------------------------

  #frame(type: number, body: Uint8Array): string | undefined | Promise<void> {
    this.#heartbeat.heard();
    const events = this.#events as GuestEvents;
    switch (type) {
      case frameType.ping: {
        const ping = parse(body, readPing);
        if (!ping.ok) return ping.why;
        this.rtt = ping.value.rtt / 1000;
        const { last: index, bytes } = this.#retained;
        const told = { index, bytes };
        this.#operations?.send(encodePong({ id: ping.value.id, time: this.options.clock.now(), told }));
        return undefined;
      }
      case frameType.submit: {
        const batch = parse(body, readSubmit);
        return batch.ok ? (events.submitted(batch.value) ?? undefined) : batch.why;
      }
      case frameType.ack: {
        const index = parse(body, readAck);
        if (!index.ok) return index.why;
        this.#retained.acknowledge(index.value);
        events.acknowledged(index.value);
        return undefined;
      }
      case frameType.hold:
      case frameType.drop:
        return this.#held.one(body, type === frameType.hold);
      case frameType.holding:
        return this.#held.all(body);
      case frameType.rangeWanted:
        return body.length === 0 ? void events.rangeWanted() : "bytes left over";
      case frameType.present: {
        const presence = parse(body, readPresent);
        return presence.ok ? void events.present(presence.value) : presence.why;
      }
      default:
        return `frame ${type} from a guest`;
    }
  }

  // --- What is told ------------------------------------------------------------------------------------------------

  send(down: Down): void {
    const wasBehind = this.#retained.behind;
    const frames = this.#retained.add(down);
    if (frames === undefined) {
      // Cut, so that what is queued is not sent either: the guest resumes and is given a snapshot.
      if (!wasBehind) this.#operations?.close(linkError("too-slow"), false);
      return;
    }
    for (const frame of frames) this.#operations?.send(frame);
  }

  setRole(role: Role): boolean {
    if (this.options.role === "read-only") return false;
    this.role = role;
    return true;
  }

  sendRange(first: NodeId): void {
    this.#operations?.send(encodeRange(first));
  }

  sendPeers(peers: readonly PeerStatus[]): void {
    this.#tell("peers", encodePeers(peers));
  }

  sendSpace(space: Space): void {
    this.#tell("space", encodeSpace(space));
  }

  sendRules(rules: PathRulesData): void {
    this.#tell("rules", encodeRules(rules));
  }

  sendEnding(seconds: number): void {
    this.#tell("ending", encodeEnding(seconds));
  }

  sendPresence(peer: PeerId, presence: Presence): void {
    const frame = encodePresence(peer, presence);
    if (isNowhere(presence)) this.#presences.delete(peer);
    else this.#presences.set(peer, frame);
    this.#operations?.offer(peer, frame);
  }

  #tell(what: Status, frame: Uint8Array): void {
    this.#status.set(what, frame);
    this.#operations?.send(frame);
  }

  // --- The end -----------------------------------------------------------------------------------------------------

  close(code: "removed" | "ended" | "replaced", detail = "", error = linkError(code, detail)): void {
    const operations = this.#operations;
    this.#operations = undefined;
    operations?.close(error, true);
    this.#end(error);
  }

  #end(error: LinkError): void {
    if (this.#over) return;
    this.#over = true;
    this.#heartbeat.stop();
    this.#forget?.cancel();
    this.#bulk?.close(error, false);
    this.options.over(this);
    this.#events?.ended(error);
  }
}
