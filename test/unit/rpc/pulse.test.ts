import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createPulse } from "../../../helper/rpc/pulse.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function looked(wanted = true) {
  const seen = { looks: 0, wanted };
  const pulse = createPulse(
    () => seen.wanted,
    () => void (seen.looks += 1),
  );
  return { seen, pulse };
}

it("looks now and then while somebody watches, and not at all when nobody does", () => {
  const { seen, pulse } = looked();
  pulse.begin();
  vi.advanceTimersByTime(1000);
  expect(seen.looks).toBe(4);
  seen.wanted = false;
  pulse.soon();
  vi.advanceTimersByTime(1000);
  expect(seen.looks).toBe(4);
  seen.wanted = true;
  pulse.begin();
  vi.advanceTimersByTime(250);
  expect(seen.looks).toBe(5);
});

it("looks soon after something happened", () => {
  const { seen, pulse } = looked();
  pulse.begin();
  pulse.soon();
  pulse.soon();
  vi.advanceTimersByTime(20);
  expect(seen.looks).toBe(1);
});

it("neither puts a look off for a stream of events nor looks at each", () => {
  const { seen, pulse } = looked();
  pulse.begin();
  for (let i = 0; i < 1000; i++) {
    pulse.soon();
    vi.advanceTimersByTime(1);
  }
  expect(seen.looks).toBeGreaterThanOrEqual(9);
  expect(seen.looks).toBeLessThanOrEqual(11);
});

it("is over when it is disposed", () => {
  const { seen, pulse } = looked();
  pulse.begin();
  pulse.dispose();
  pulse.soon();
  vi.advanceTimersByTime(1000);
  expect(seen.looks).toBe(0);
});
