import { expect, test } from "vitest";
import type { Timers } from "../../../helper/base/ports.ts";
import { createHeartbeat } from "../../../helper/peer/heartbeat.ts";

/** Time that moves when told. */
function fakeTimers(): Timers & { advance(ms: number): void; sleep(ms: number): void } {
  let now = 0;
  let waiting: { readonly at: number; readonly call: () => void }[] = [];
  const advance = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const next = waiting.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      waiting = waiting.filter((timer) => timer !== next);
      now = Math.max(now, next.at);
      next.call();
    }
    now = end;
  };
  return {
    now: () => now,
    after(ms, call) {
      const timer = { at: now + ms, call };
      waiting.push(timer);
      return { cancel: () => void (waiting = waiting.filter((each) => each !== timer)) };
    },
    advance,
    /** The whole process stands still: timers come late. */
    sleep(ms) {
      now += ms;
      advance(0);
    },
  };
}

function watched(ping?: () => void) {
  const timers = fakeTimers();
  const states: string[] = [];
  const options = { timers, changed: (state: string) => void states.push(`${state} ${timers.now()}`) };
  const heartbeat = createHeartbeat(ping === undefined ? options : { ...options, ping });
  return { timers, states, heartbeat };
}

test("a silent peer is suspect after 4 s and gone between 6 and 8", () => {
  const { timers, states } = watched();
  timers.advance(20_000);
  expect(states).toEqual(["suspect 4000", "gone 6500"]);
});

test("a peer that is heard in time is never suspect, and one that returns is connected at once", () => {
  const { timers, states, heartbeat } = watched();
  for (let i = 0; i < 10; i++) {
    timers.advance(2000);
    heartbeat.heard();
  }
  expect(states).toEqual([]);
  timers.advance(5000);
  heartbeat.heard();
  expect(states).toEqual(["suspect 24000", "connected 25000"]);
});

test("a ping leaves at once and every 2 s", () => {
  let pings = 0;
  const { timers, heartbeat } = watched(() => void pings++);
  expect(pings).toBe(1);
  timers.advance(10_000);
  expect(pings).toBe(6);
  heartbeat.stop();
  timers.advance(10_000);
  expect(pings).toBe(6);
});

test("a process that was stopped itself blames nobody", () => {
  const { timers, states } = watched();
  timers.advance(1000);
  timers.sleep(60_000);
  timers.advance(1000);
  expect(states).toEqual([]);
  timers.advance(3000);
  expect(states.length).toBe(1);
});
