import type { Timers } from "../base/ports.ts";
import type { Time } from "../base/time.ts";
import { encodePing, type Pong } from "./codec/greeting.ts";
import { createOffsetFilter, createSessionClock, msBetween } from "./session-clock.ts";

/** A few quick round trips after a connect give the clock a good first sample. */
const firstPings = 5;
/** What is older than so many pings is not waited for any more. */
const mostAwaited = 8;

export interface RoundTripsOptions {
  readonly timers: Timers;
  /** This machine's clock. */
  readonly wall: () => Time;
  /** The host's clock, as a first word had it. */
  readonly hostTime: Time;
}

/** A guest's pings and what their answers tell: how long the way takes, and what time it is at the host. */
export class RoundTrips {
  /** Of the last that came back, in milliseconds. */
  rtt = 0;
  readonly #options: RoundTripsOptions;
  readonly #clock;
  readonly #filter = createOffsetFilter();
  readonly #awaited = new Map<number, { readonly sent: number; readonly wall: Time }>();
  #next = 1;
  #quickLeft = 0;

  constructor(options: RoundTripsOptions) {
    this.#options = options;
    this.#clock = createSessionClock(options.wall);
    this.#clock.setOffset(msBetween(options.hostTime, options.wall()));
  }

  /** Session time. */
  now(): Time {
    return this.#clock.now();
  }

  /** Session time less this machine's, milliseconds. */
  get offset(): number {
    return this.#clock.offset;
  }

  /** On a new connection: nothing sent before is answered. */
  begin(): void {
    this.#awaited.clear();
    this.#quickLeft = firstPings;
  }

  /** The frame to send now. */
  ping(): Uint8Array {
    const id = this.#next++;
    if (this.#awaited.size >= mostAwaited) this.#awaited.delete(this.#awaited.keys().next().value as number);
    this.#awaited.set(id, { sent: this.#options.timers.now(), wall: this.#options.wall() });
    return encodePing(id, Math.round(this.rtt * 1000));
  }

  /** True: the next ping is to go at once. */
  pong({ id, time }: Pong): boolean {
    const ping = this.#awaited.get(id);
    if (ping === undefined) return false;
    this.#awaited.delete(id);
    this.rtt = Math.max(0.001, this.#options.timers.now() - ping.sent);
    this.#clock.setOffset(this.#filter({ rtt: this.rtt, offset: msBetween(time, ping.wall) - this.rtt / 2 }));
    return --this.#quickLeft > 0;
  }
}
