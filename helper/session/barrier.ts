import type { Result } from "../base/result.ts";
import type { ViewObserver } from "../mount/workspace.ts";
import type { ViewChange } from "../replica/view-change.ts";

/** Between what others changed and what this peer is granted: an answer leaves after the kernel was told of every change before it. */
export interface Barrier {
  observe(observer: ViewObserver): void;
  changed(changes: readonly ViewChange[]): void;
  after<T>(result: Result<T>): Result<T> | Promise<Result<T>>;
}

export function createBarrier(): Barrier {
  let observer: ViewObserver | undefined;
  return {
    observe(next) {
      observer = next;
    },
    changed: (changes) => observer?.changed(changes),
    // Asked each time: what an earlier answer did not wait for, because it would have stood in its own way, this one may have to.
    after: (result) => observer?.invalidated().then(() => result) ?? result,
  };
}
