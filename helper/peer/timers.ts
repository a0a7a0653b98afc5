import { performance } from "node:perf_hooks";
import type { Timers } from "../base/ports.ts";

/** The process's own. */
export const systemTimers: Timers = {
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return { cancel: () => clearTimeout(timer) };
  },
  now: () => performance.now(),
};
