import type { Time } from "./time.ts";

/** Session time: the host's clock as this peer knows it (DESIGN "Session time"). Never goes backwards. */
export interface SessionClock {
  now(): Time;
}

/** Timers injected where waiting matters, so that tests and simulation own time. Milliseconds. */
export interface Timers {
  after(ms: number, call: () => void): { cancel(): void };
  /** Monotonic milliseconds. */
  now(): number;
}
