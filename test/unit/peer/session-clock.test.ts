import { expect, test } from "vitest";
import { compareTime, type Time } from "../../../helper/base/time.ts";
import {
  createOffsetFilter,
  createSessionClock,
  createWallClock,
  msBetween,
  timeOfMs,
} from "../../../helper/peer/session-clock.ts";

test("session time never goes backwards, whatever the wall clock and the offset do", () => {
  let wall: Time = { sec: 100, nsec: 0 };
  const clock = createSessionClock(() => wall);
  const seen = [clock.now()];
  for (const [sec, offset] of [
    [101, 0],
    [90, 0],
    [102, -5000],
    [103, 250.5],
    [103, -1],
    [104, 0],
  ] as const) {
    wall = { sec, nsec: 5 };
    clock.setOffset(offset);
    seen.push(clock.now(), clock.now());
  }
  for (let i = 1; i < seen.length; i++) expect(compareTime(seen[i] as Time, seen[i - 1] as Time)).toBeGreaterThan(0);
  expect(seen.at(-2)).toEqual({ sec: 104, nsec: 5 });
});

test("an offset is added to the nanosecond, also a negative one across a second", () => {
  const clock = createSessionClock(() => ({ sec: 10, nsec: 1_000_000 }));
  clock.setOffset(-2.5);
  expect(clock.now()).toEqual({ sec: 9, nsec: 998_500_000 });
  clock.setOffset(999.5);
  expect(clock.now()).toEqual({ sec: 11, nsec: 500_000 });
});

test("the sample with the shortest round trip gives the offset, until it is eight samples old", () => {
  const filter = createOffsetFilter();
  expect(filter({ rtt: 10, offset: 100 })).toBe(100);
  expect(filter({ rtt: 2, offset: 50 })).toBe(50);
  for (let i = 0; i < 7; i++) expect(filter({ rtt: 20, offset: 90 })).toBe(50);
  expect(filter({ rtt: 20, offset: 90 })).toBe(90);
});

test("the wall clock is the machine's to a few milliseconds, and finer than one", () => {
  const wall = createWallClock();
  expect(Math.abs(msBetween(wall(), timeOfMs(Date.now())))).toBeLessThan(5);
  const parts = new Set(Array.from({ length: 1000 }, () => wall().nsec % 1_000_000));
  expect(parts.size).toBeGreaterThan(1);
});
