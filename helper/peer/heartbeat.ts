import type { Timers } from "../base/ports.ts";
import type { LinkState } from "./codec/to-guest.ts";

export const heartbeatMs = { ping: 2000, suspect: 4000, gone: 6500, look: 500 } as const;

export interface Heartbeat {
  /** Something arrived. */
  heard(): void;
  readonly state: LinkState;
  stop(): void;
}

/**
 * Judges the other side by its silence. TCP and TLS do not notice a hung peer within 40 s. A process that was itself
 * stopped (a debugger, a suspended laptop) blames nobody: time it did not live through does not count as silence.
 */
export function createHeartbeat(options: {
  readonly timers: Timers;
  /** Called at once and every 2 s. */
  readonly ping?: () => void;
  readonly changed: (state: LinkState) => void;
}): Heartbeat {
  const { timers, changed } = options;
  let state: LinkState = "connected";
  let lastHeard = timers.now();
  let lastPing = Number.NEGATIVE_INFINITY;
  let lastLook = timers.now();
  let timer: { cancel(): void } | undefined;
  let stopped = false;

  const become = (next: LinkState) => {
    if (next === state) return;
    state = next;
    changed(next);
  };
  const look = () => {
    const now = timers.now();
    const slept = now - lastLook - heartbeatMs.look;
    if (slept > heartbeatMs.look) lastHeard += slept;
    lastLook = now;
    if (options.ping !== undefined && now - lastPing >= heartbeatMs.ping) {
      lastPing = now;
      options.ping();
    }
    const silence = now - lastHeard;
    become(silence >= heartbeatMs.gone ? "gone" : silence >= heartbeatMs.suspect ? "suspect" : "connected");
    if (!stopped) timer = timers.after(heartbeatMs.look, look);
  };
  look();

  return {
    heard() {
      lastHeard = timers.now();
      if (!stopped && state !== "connected") become("connected");
    },
    get state() {
      return state;
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
