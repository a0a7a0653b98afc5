/** The process's own timers: the one file here that needs Node, and no part of the pure half. */
import { performance } from "node:perf_hooks";
import type { Timers } from "./ports.ts";

/** The process lives as long as one of them runs. */
export const systemTimers: Timers = timersBy((call, ms) => setTimeout(call, ms));

/** They keep no process alive. */
export const looseTimers: Timers = timersBy((call, ms) => setTimeout(call, ms).unref());

function timersBy(start: (call: () => void, ms: number) => NodeJS.Timeout): Timers {
  return {
    after(ms, call) {
      const timer = start(call, ms);
      return { cancel: () => clearTimeout(timer) };
    },
    now: () => performance.now(),
  };
}
