import { expect, test } from "vitest";
import { createEnding } from "../../../helper/session/ending.ts";
import { fakeTimers } from "../../harness/fake-timers.ts";

function anEnding() {
  const timers = fakeTimers();
  const state = { guests: 1, lastFetch: Number.NEGATIVE_INFINITY, ended: Number.NaN };
  const ending = createEnding({ timers, guests: () => state.guests, lastFetch: () => state.lastFetch });
  const begin = (seconds: number): void => void ending.after(seconds).then(() => (state.ended = timers.now()));
  /** Guests fetch all the while, or not. */
  const pass = async (seconds: number, fetching = false): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      if (fetching) state.lastFetch = timers.now();
      timers.advance(1000);
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  return { ending, state, begin, pass };
}

test("an end that was announced comes in its time, and not before", async () => {
  const { state, begin, pass } = anEnding();
  begin(60);
  await pass(59);
  expect(state.ended).toBeNaN();
  await pass(2);
  expect(state.ended).toBe(60_000);
});

test("it waits for a guest that still fetches, until it was quiet for three seconds", async () => {
  const { state, begin, pass } = anEnding();
  begin(10);
  await pass(30, true);
  expect(state.ended).toBeNaN();
  await pass(10);
  expect(state.ended).toBe(32_000);
});

test("but not for ever", async () => {
  const { state, begin, pass } = anEnding();
  begin(10);
  await pass(700, true);
  expect(state.ended).toBe(610_000);
});

test("nobody waits when no guest is left", async () => {
  const { state, begin, pass } = anEnding();
  begin(60);
  await pass(5);
  state.guests = 0;
  await pass(2);
  expect(state.ended).toBe(6000);
});

test("a new time replaces the one before; disposed, it never comes", async () => {
  const { ending, state, begin, pass } = anEnding();
  begin(5);
  begin(20);
  await pass(15);
  expect(state.ended).toBeNaN();
  ending.dispose();
  await pass(20);
  expect(state.ended).toBeNaN();
});
