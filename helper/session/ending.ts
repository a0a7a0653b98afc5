/** A host that stops in a while, so that its guests can keep a copy: what is not at a guest yet comes only from here. */
import type { Disposable } from "../base/disposable.ts";
import type { Timers } from "../base/ports.ts";

/** Milliseconds. */
const lookMs = 1000;
/** A guest that has fetched so lately is still at it. */
const quietMs = 3000;
/** After its time has come, no copy holds the end up any longer. */
const longestMs = 10 * 60_000;

export interface Ending extends Disposable {
  /**
   * Resolves when it is time: in so many seconds, later while a guest still fetches, sooner when none is left. Asked again, the
   * new time counts, and the earlier promise stays open; so it does after `dispose`.
   */
  after(seconds: number): Promise<void>;
  dispose(): void;
}

export function createEnding(parts: {
  readonly timers: Timers;
  readonly guests: () => number;
  /** In `timers`' time. */
  readonly lastFetch: () => number;
}): Ending {
  const { timers } = parts;
  let timer: { cancel(): void } | undefined;

  function isTime(due: number): boolean {
    const now = timers.now();
    if (parts.guests() === 0 || now >= due + longestMs) return true;
    return now >= due && now - parts.lastFetch() >= quietMs;
  }

  return {
    after(seconds) {
      const due = timers.now() + seconds * 1000;
      timer?.cancel();
      return new Promise((resolve) => {
        const look = (): void => {
          if (isTime(due)) resolve();
          else timer = timers.after(lookMs, look);
        };
        look();
      });
    },
    dispose: () => timer?.cancel(),
  };
}
