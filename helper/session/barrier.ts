import type { Result } from "../base/result.ts";
import type { ViewObserver } from "../mount/workspace.ts";
import type { ViewChange } from "../replica/view-change.ts";

/** Between what others changed and what this peer is granted: an answer leaves after the kernel was told of every change before it. */
export interface Barrier {
  observe(observer: ViewObserver): void;
  changed(changes: readonly ViewChange[]): void;
  /** The result at once when the kernel knows everything already, else a promise of it. */
  after<T>(result: Result<T>): Result<T> | Promise<Result<T>>;
}

export function createBarrier(): Barrier {
  let observer: ViewObserver | undefined;
  let reported = 0;
  let written = 0;

  return {
    observe(next) {
      observer = next;
    },
    changed(changes) {
      reported++;
      observer?.changed(changes);
    },
    after(result) {
      if (observer === undefined || written === reported) return result;
      const until = reported;
      return observer.invalidated().then(() => {
        written = Math.max(written, until);
        return result;
      });
    },
  };
}
