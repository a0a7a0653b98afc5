import { expect, test } from "vitest";
import { createHeartbeat } from "../../../helper/peer/heartbeat.ts";
import { fakeTimers } from "../../harness/fake-timers.ts";

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
