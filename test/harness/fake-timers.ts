import type { Timers } from "../../helper/base/ports.ts";

/** Time that moves when told. */
export function fakeTimers(): Timers & { advance(ms: number): void; sleep(ms: number): void } {
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
