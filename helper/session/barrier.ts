import type { Timers } from "../base/ports.ts";
import type { Answer, Result } from "../base/result.ts";
import type { ViewObserver } from "../mount/workspace.ts";
import type { ViewChange } from "../replica/view-change.ts";

/** Between what others changed and what this peer is granted: an answer leaves after the kernel was told of every change before it. */
export interface Barrier {
  observe(observer: ViewObserver): void;
  changed(changes: readonly ViewChange[]): void;
  /** `late` answers instead where the kernel does not take what it is told: no request stays parked for ever. */
  after<T>(result: Result<T>, late: () => Result<T>): Answer<T>;
}

/** Milliseconds that the kernel has to take in what it was told before a grant. */
export const kernelPatience = 15_000;

export function createBarrier(timers: Pick<Timers, "after">): Barrier {
  let observer: ViewObserver | undefined;
  return {
    observe(next) {
      observer = next;
    },
    changed: (changes) => observer?.changed(changes),
    // Asked each time: what an earlier answer did not wait for, because it would have stood in its own way, this one may have to.
    after(result, late) {
      const told = observer?.invalidated();
      if (told === undefined) return result;
      return new Promise((resolve) => {
        const timer = timers.after(kernelPatience, () => resolve(late()));
        void told.then(() => {
          timer.cancel();
          resolve(result);
        });
      });
    },
  };
}
