/** Seconds and nanoseconds since 1970, as POSIX timespec: `sec` may be negative, `nsec` is 0..999999999. Immutable. */
export interface Time {
  readonly sec: number;
  readonly nsec: number;
}

export const epoch: Time = { sec: 0, nsec: 0 };

export function compareTime(a: Time, b: Time): number {
  return a.sec - b.sec || a.nsec - b.nsec;
}

/** `-1n` ns → { sec: -1, nsec: 999999999 }. */
export function timeOfNs(ns: bigint): Time {
  const sec = ns / 1_000_000_000n;
  const rest = ns - sec * 1_000_000_000n;
  return rest < 0n
    ? { sec: Number(sec) - 1, nsec: Number(rest) + 1_000_000_000 }
    : { sec: Number(sec), nsec: Number(rest) };
}

export function nsOfTime(time: Time): bigint {
  return BigInt(time.sec) * 1_000_000_000n + BigInt(time.nsec);
}

/** One nanosecond later. */
export function nextTime(time: Time): Time {
  return time.nsec === 999_999_999 ? { sec: time.sec + 1, nsec: 0 } : { sec: time.sec, nsec: time.nsec + 1 };
}
