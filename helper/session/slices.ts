import { setImmediate } from "node:timers/promises";
import { systemTimers } from "../base/system-timers.ts";

/** No longer than this is a thread that serves a mount kept from it. Milliseconds. */
const longest = 5;

/** Long work in slices: `if (slices.isFull()) await slices.next()`. */
export interface Slices {
  isFull(): boolean;
  next(): Promise<void>;
}

export function createSlices(): Slices {
  let began = systemTimers.now();
  return {
    isFull: () => systemTimers.now() - began >= longest,
    async next() {
      await setImmediate();
      began = systemTimers.now();
    },
  };
}
