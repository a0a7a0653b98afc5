import type { Timers } from "../base/ports.ts";
import type { Time } from "../base/time.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Submitted } from "../replica/op.ts";
import type { Address } from "./address.ts";
import type { FetchAnswer, HostConnection, HostEvents, HostState, Presence } from "./api.ts";
import { encodePing, type Pong, type Told, type Welcome } from "./codec/greeting.ts";
import { encodePresent } from "./codec/presence.ts";
import { encodeAck, encodeDrop, encodeHold, encodeHolding, encodeRangeWanted, encodeSubmit } from "./codec/to-host.ts";
import { type LinkError, type LinkErrorCode, linkError } from "./errors.ts";
import { type FetchRange, Fetches } from "./fetches.ts";
import { greetHost, reachHost } from "./guest-dial.ts";
import { createGuestReceiver } from "./guest-receiver.ts";
import { createHeartbeat, type Heartbeat } from "./heartbeat.ts";
import { type Fingerprint, type Identity, shortFingerprint } from "./identity.ts";
import type { Lane } from "./lane.ts";
import { limits } from "./protocol.ts";
import { pause } from "./pause.ts";
import { type AdjustableClock, createOffsetFilter, createSessionClock, msBetween } from "./session-clock.ts";

export interface GuestLinkOptions {
  readonly welcome: Welcome;
  readonly host: Fingerprint;
  readonly identity: Identity;
  readonly addresses: readonly Address[];
  readonly timers: Timers;
  readonly wall: () => Time;
  readonly giveUpMs: number;
}

/** After these the host does not want this guest, or cannot have it, any more. */
const final: ReadonlySet<LinkErrorCode> = new Set([
  "session-unknown",
  "removed",
  "ended",
  "left",
  "replaced",
  "protocol",
  "version",
  "no-key",
]);
/** A few quick round trips after a connect give the clock a good first sample. */
const firstPings = 5;
const backoff = (attempt: number) => Math.min(50 * 2 ** attempt, 2000);

/** A guest's link to its host, over however many connections it takes. */
export class GuestLink implements HostConnection {
  readonly welcome: HostConnection["welcome"];
  readonly host: HostConnection["host"];
  state: HostState = "connected";
  rtt = 0;
  group = "";
  told: Told = { index: 0, bytes: 0 };
  readonly #options: GuestLinkOptions;
  readonly #clock: AdjustableClock;
  readonly #filter = createOffsetFilter();
  readonly #fetches = new Fetches();
  readonly #stop = new AbortController();
  readonly #held = new Set<NodeId>();
  #events: HostEvents | undefined;
  #receiver: ReturnType<typeof createGuestReceiver> | undefined;
  #operations: Lane | undefined;
  #bulk: Lane | undefined;
  #heartbeat: Heartbeat | undefined;
  readonly #pings = new Map<number, { readonly sent: number; readonly wall: Time }>();
  #nextPing = 1;
  #toPing = 0;
  #ack = 0;
  #ackScheduled = false;
  #rangeWanted = false;
  #presence: Uint8Array | undefined;

  constructor(options: GuestLinkOptions) {
    const { token: _token, resumed: _resumed, time, ...welcome } = options.welcome;
    this.welcome = welcome;
    this.#options = options;
    this.host = { key: options.host, fingerprint: shortFingerprint(options.host) };
    this.#clock = createSessionClock(options.wall);
    this.#clock.setOffset(msBetween(time, options.wall()));
  }

  begin(lane: Lane, group: string, events: HostEvents): void {
    this.#events = events;
    this.#receiver = createGuestReceiver({
      down: (down) => events.down(down),
      progress: (nodes, of) => events.progress(nodes, of),
      range: (first) => {
        this.#rangeWanted = false;
        events.range(first);
      },
      peers: (peers) => events.peers(peers),
      space: (space) => events.space(space),
      rules: (rules) => events.rules(rules),
      ending: (seconds) => events.ending(seconds),
      presence: (peer, presence) => events.presence(peer, presence),
      pong: (pong) => this.#pong(pong),
    });
    this.#attach(lane, group);
  }

  // --- Sending -----------------------------------------------------------------------------------------------------

  get pendingBytes(): number {
    return this.#operations?.pendingBytes ?? 0;
  }

  send(submitted: readonly Submitted[]): void {
    if (this.#operations === undefined || submitted.length === 0) return;
    for (const frame of encodeSubmit(submitted)) this.#operations.send(frame);
  }

  /** One for everything received in one turn. */
  ack(index: number): void {
    this.#ack = Math.max(this.#ack, index);
    if (this.#ackScheduled) return;
    this.#ackScheduled = true;
    queueMicrotask(() => {
      this.#ackScheduled = false;
      this.#operations?.send(encodeAck(this.#ack));
    });
  }

  fetch(range: FetchRange): Promise<FetchAnswer> {
    return this.#fetches.fetch(range);
  }

  hold(node: NodeId): void {
    if (this.#held.has(node)) return;
    this.#held.add(node);
    this.#operations?.send(encodeHold(node));
  }

  drop(node: NodeId): void {
    if (this.#held.delete(node)) this.#operations?.send(encodeDrop(node));
  }

  wantRange(): void {
    if (this.#rangeWanted) return;
    this.#rangeWanted = true;
    this.#operations?.send(encodeRangeWanted());
  }

  present(presence: Presence): void {
    this.#presence = encodePresent(presence);
    this.#operations?.offer(0, this.#presence);
  }

  now(): Time {
    return this.#clock.now();
  }

  get offset(): number {
    return this.#clock.offset;
  }

  leave(): void {
    this.#gone(linkError("left"));
  }

  // --- Connections -------------------------------------------------------------------------------------------------

  #attach(lane: Lane, group: string): void {
    this.#operations = lane;
    this.group = group;
    lane.handOver(
      {
        frame: (type, body) => {
          this.#heartbeat?.heard();
          return this.#receiver?.frame(type, body);
        },
        end: (error) => this.#cut(lane, error),
      },
      limits.operationsFrame,
    );
    this.#pings.clear();
    this.#toPing = firstPings;
    this.#heartbeat = createHeartbeat({
      timers: this.#options.timers,
      ping: () => this.#ping(),
      changed: (state) => {
        if (state === "gone") lane.close(linkError("timeout"), false);
        else this.#report(state, undefined);
      },
    });
    void this.#connectBulk(lane);
  }

  #cut(lane: Lane, error: LinkError): void {
    if (lane !== this.#operations) return;
    this.#operations = undefined;
    this.#heartbeat?.stop();
    this.#bulk?.close(error, false);
    if (final.has(error.code)) return this.#gone(error);
    this.#report("reconnecting", error);
    void this.#reconnect(error);
  }

  async #reconnect(first: LinkError): Promise<void> {
    const { timers, giveUpMs, welcome, host } = this.#options;
    const deadline = timers.now() + giveUpMs;
    let error = first;
    for (let attempt = 0; timers.now() < deadline && !this.#stop.signal.aborted; attempt++) {
      const lastIndex = this.#receiver?.lastIndex ?? 0;
      const failed = await this.#connect({ purpose: "resume", peer: welcome.peer, lastIndex }, host, (lane, group) => {
        this.#attach(lane, group);
        for (const frame of encodeHolding([...this.#held])) lane.send(frame);
        if (this.#ack > 0) lane.send(encodeAck(this.#ack));
        if (this.#rangeWanted) lane.send(encodeRangeWanted());
        if (this.#presence !== undefined) lane.offer(0, this.#presence);
        this.#report("connected", undefined);
      });
      if (failed === undefined) return;
      error = failed;
      if (final.has(error.code)) break;
      await pause(this.#options.timers, backoff(attempt), this.#stop.signal);
    }
    this.#gone(error);
  }

  /** The bulk lane belongs to one operations lane and is mended as long as that lives. */
  async #connectBulk(operations: Lane): Promise<void> {
    const { welcome, host } = this.#options;
    for (let attempt = 0; !operations.ended; attempt++) {
      const failed = await this.#connect({ purpose: "bulk", peer: welcome.peer }, host, (lane) => {
        if (operations.ended) return lane.close(linkError("cut"), false);
        this.#bulk = lane;
        const end = (error: LinkError) => {
          if (error.code === "protocol") operations.close(error, true);
          else void this.#connectBulk(operations);
        };
        lane.handOver({ frame: (type, body) => this.#fetches.frame(type, body), end }, limits.bulkFrame);
        this.#fetches.attach(lane);
      });
      if (failed === undefined) return;
      await pause(this.#options.timers, backoff(attempt), this.#stop.signal);
    }
  }

  async #connect(
    introduction: Parameters<typeof greetHost>[0]["introduction"],
    host: Fingerprint,
    onWelcome: (lane: Lane, group: string) => void,
  ): Promise<LinkError | undefined> {
    const { identity, addresses, timers, welcome } = this.#options;
    const { signal } = this.#stop;
    const reached = await reachHost({ addresses, host, identity, timers, signal });
    if (!reached.ok) return reached.error;
    return greetHost({
      socket: reached.socket,
      secret: welcome.token,
      introduction,
      host,
      guest: identity.fingerprint,
      timers,
      signal,
      onWelcome: (lane, _welcome, group) => onWelcome(lane, group),
    });
  }

  #report(state: HostState, error: LinkError | undefined): void {
    if (this.state === state || this.state === "gone") return;
    this.state = state;
    this.#events?.state(state, error);
  }

  #gone(error: LinkError): void {
    if (this.state === "gone") return;
    const operations = this.#operations;
    this.#operations = undefined;
    this.#heartbeat?.stop();
    operations?.close(error, true);
    this.#bulk?.close(error, false);
    this.#stop.abort();
    this.#fetches.close();
    this.#report("gone", error);
  }

  // --- Heartbeat and clock -----------------------------------------------------------------------------------------

  #ping(): void {
    const id = this.#nextPing++;
    if (this.#pings.size >= 8) this.#pings.delete(this.#pings.keys().next().value as number);
    this.#pings.set(id, { sent: this.#options.timers.now(), wall: this.#options.wall() });
    this.#operations?.send(encodePing(id, Math.round(this.rtt * 1000)));
  }

  #pong({ id, time: host, told }: Pong): void {
    this.told = told;
    const ping = this.#pings.get(id);
    if (ping === undefined) return;
    this.#pings.delete(id);
    const rtt = Math.max(0.001, this.#options.timers.now() - ping.sent);
    this.rtt = rtt;
    this.#clock.setOffset(this.#filter({ rtt, offset: msBetween(host, ping.wall) - rtt / 2 }));
    if (--this.#toPing > 0) this.#ping();
  }
}
