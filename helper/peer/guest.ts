import type { Timers } from "../base/ports.ts";
import type { Time } from "../base/time.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Submitted } from "../replica/op.ts";
import type { Address } from "./address.ts";
import type { FetchAnswer, HostConnection, HostEvents, HostState, Presence } from "./api.ts";
import type { Pong, Told, Welcome } from "./codec/greeting.ts";
import { encodeSubmit } from "./codec/to-host.ts";
import { type LinkError, type LinkErrorCode, linkError } from "./errors.ts";
import { type FetchRange, Fetches } from "./fetches.ts";
import { createGuestReceiver } from "./guest-receiver.ts";
import { createHeartbeat, type Heartbeat } from "./heartbeat.ts";
import { type Fingerprint, type Identity, shortFingerprint } from "./identity.ts";
import type { Lane } from "./lane.ts";
import { limits } from "./protocol.ts";
import { createRedial, type Redial } from "./redial.ts";
import { RoundTrips } from "./round-trips.ts";
import { StandingWords } from "./standing-words.ts";

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

/** A guest's link to its host, over however many connections it takes. */
export class GuestLink implements HostConnection {
  readonly welcome: HostConnection["welcome"];
  readonly host: HostConnection["host"];
  state: HostState = "connected";
  group = "";
  told: Told = { index: 0, bytes: 0 };
  readonly #options: GuestLinkOptions;
  readonly #roundTrips: RoundTrips;
  readonly #redial: Redial;
  readonly #words = new StandingWords(() => this.#operations);
  readonly #fetches = new Fetches();
  readonly #stop = new AbortController();
  #events: HostEvents | undefined;
  #receiver: ReturnType<typeof createGuestReceiver> | undefined;
  #operations: Lane | undefined;
  #bulk: Lane | undefined;
  #heartbeat: Heartbeat | undefined;

  constructor(options: GuestLinkOptions) {
    const { token, resumed: _resumed, time, ...welcome } = options.welcome;
    this.welcome = welcome;
    this.#options = options;
    this.host = { key: options.host, fingerprint: shortFingerprint(options.host) };
    this.#roundTrips = new RoundTrips({ timers: options.timers, wall: options.wall, hostTime: time });
    this.#redial = createRedial({ ...options, token, signal: this.#stop.signal });
  }

  begin(lane: Lane, group: string, events: HostEvents): void {
    this.#events = events;
    this.#receiver = createGuestReceiver({
      down: (down) => events.down(down),
      progress: (nodes, of) => events.progress(nodes, of),
      range: (first) => {
        this.#words.rangeArrived();
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

  ack(index: number): void {
    this.#words.ack(index);
  }

  fetch(range: FetchRange): Promise<FetchAnswer> {
    return this.#fetches.fetch(range);
  }

  hold(node: NodeId): void {
    this.#words.hold(node);
  }

  drop(node: NodeId): void {
    this.#words.drop(node);
  }

  wantRange(): void {
    this.#words.wantRange();
  }

  present(presence: Presence): void {
    this.#words.present(presence);
  }

  now(): Time {
    return this.#roundTrips.now();
  }

  get offset(): number {
    return this.#roundTrips.offset;
  }

  get rtt(): number {
    return this.#roundTrips.rtt;
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
    this.#roundTrips.begin();
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

  async #reconnect(lost: LinkError): Promise<void> {
    const { timers, giveUpMs, welcome } = this.#options;
    const deadline = timers.now() + giveUpMs;
    const error = await this.#redial({
      lost,
      wanted: () => timers.now() < deadline && !this.#stop.signal.aborted,
      introduction: () => ({
        purpose: "resume",
        peer: welcome.peer,
        lastIndex: this.#receiver?.lastIndex ?? 0,
      }),
      onWelcome: (lane, group) => {
        this.#attach(lane, group);
        this.#words.repeat(lane);
        this.#report("connected", undefined);
      },
      isFinal: ({ code }) => final.has(code),
    });
    if (error !== undefined) this.#gone(error);
  }

  /** The bulk lane belongs to one operations lane and is mended as long as that lives. */
  async #connectBulk(operations: Lane): Promise<void> {
    await this.#redial({
      lost: linkError("cut"),
      wanted: () => !operations.ended,
      introduction: () => ({ purpose: "bulk", peer: this.#options.welcome.peer }),
      onWelcome: (lane) => {
        if (operations.ended) return lane.close(linkError("cut"), false);
        this.#bulk = lane;
        const end = (error: LinkError) => {
          if (error.code === "protocol") operations.close(error, true);
          else void this.#connectBulk(operations);
        };
        lane.handOver({ frame: (type, body) => this.#fetches.frame(type, body), end }, limits.bulkFrame);
        this.#fetches.attach(lane);
      },
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

  #ping(): void {
    const frame = this.#roundTrips.ping();
    this.#operations?.send(frame);
  }

  #pong(pong: Pong): void {
    this.told = pong.told;
    if (this.#roundTrips.pong(pong)) this.#ping();
  }
}
