/** A session that nobody uses any more ends by itself: no client, no program in the mount, at a host no guest. */
import type { Disposable } from "../base/disposable.ts";
import type { Timers } from "../base/ports.ts";

export interface IdleOptions {
  readonly timers: Timers;
  readonly idleMs: number;
  /** Somebody is there who may come back to it at any moment. */
  readonly isUsed: () => boolean;
  /** Grows with each request of a program in the mount. */
  readonly activity: () => number;
  readonly onIdle: () => void;
}

const looksPerIdle = 8;

/** Calls `onIdle` once, `idleMs` to 1.125 × `idleMs` after the last use. */
export function watchIdle({ timers, idleMs, isUsed, activity, onIdle }: IdleOptions): Disposable {
  let lastUse = timers.now();
  let seen = activity();
  let timer: { cancel(): void };
  const look = (): void => {
    const now = activity();
    if (isUsed() || now !== seen) lastUse = timers.now();
    seen = now;
    if (timers.now() - lastUse >= idleMs) return onIdle();
    timer = timers.after(idleMs / looksPerIdle, look);
  };
  timer = timers.after(idleMs / looksPerIdle, look);
  return { dispose: () => timer.cancel() };
}
