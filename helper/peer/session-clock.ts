import { performance } from "node:perf_hooks";
import type { SessionClock } from "../base/ports.ts";
import { compareTime, nextTime, type Time } from "../base/time.ts";

export interface AdjustableClock extends SessionClock {
  /** Session time less this machine's, milliseconds. */
  readonly offset: number;
  setOffset(ms: number): void;
}

/** Session time from this machine's: `wall` plus an offset, and never backwards, whatever either does. */
export function createSessionClock(wall: () => Time): AdjustableClock {
  let offset = 0;
  let last: Time = { sec: 0, nsec: 0 };
  return {
    now() {
      const time = addMs(wall(), offset);
      last = compareTime(time, last) > 0 ? time : nextTime(last);
      return last;
    },
    get offset() {
      return offset;
    },
    setOffset(ms) {
      offset = ms;
    },
  };
}

/** The machine's wall clock to the microsecond: Date has milliseconds, the monotonic clock says how far into one we are. */
export function createWallClock(): () => Time {
  let anchor = Date.now() - performance.now();
  return () => {
    const monotonic = performance.now();
    const date = Date.now();
    // The wall clock was set, or the machine slept.
    if (Math.abs(date - (anchor + monotonic)) > 2) anchor = date - monotonic;
    return timeOfMs(anchor + monotonic);
  };
}

export function timeOfMs(ms: number): Time {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.min(999_999_999, Math.floor((ms - sec * 1000) * 1e6)) };
}

/** Milliseconds from `b` to `a`. */
export function msBetween(a: Time, b: Time): number {
  return (a.sec - b.sec) * 1000 + (a.nsec - b.nsec) / 1e6;
}

function addMs(time: Time, ms: number): Time {
  if (ms === 0) return time;
  const whole = Math.floor(ms / 1000);
  const nsec = time.nsec + Math.round((ms - whole * 1000) * 1e6);
  return nsec >= 1e9 ? { sec: time.sec + whole + 1, nsec: nsec - 1e9 } : { sec: time.sec + whole, nsec };
}

export interface ClockSample {
  /** Milliseconds. */
  readonly rtt: number;
  /** Host's clock less ours, milliseconds; wrong by at most half of `rtt`. */
  readonly offset: number;
}

/** Of the last eight samples the one with the shortest round trip: the least room for an uneven way. */
export function createOffsetFilter(): (sample: ClockSample) => number {
  const samples: ClockSample[] = [];
  return (sample) => {
    samples.push(sample);
    if (samples.length > 8) samples.shift();
    return samples.reduce((best, each) => (each.rtt < best.rtt ? each : best)).offset;
  };
}
