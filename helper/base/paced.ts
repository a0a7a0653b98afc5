import type { Disposable } from "./disposable.ts";
import type { Timers } from "./ports.ts";

/** What may happen often is done at once, and then again at most every `everyMs` for the same key: the last time is never left out. */
export interface Paced<K> extends Disposable {
  call(key: K): void;
  dispose(): void;
}

export function createPaced<K>(timers: Timers, everyMs: number, act: (key: K) => void): Paced<K> {
  const resting = new Map<K, { again: boolean; readonly timer: { cancel(): void } }>();
  let over = false;

  function run(key: K): void {
    resting.set(key, { again: false, timer: timers.after(everyMs, () => rested(key)) });
    act(key);
  }

  function rested(key: K): void {
    const again = resting.get(key)?.again === true;
    resting.delete(key);
    if (again) run(key);
  }

  return {
    call(key) {
      const rest = resting.get(key);
      if (over) return;
      if (rest === undefined) run(key);
      else rest.again = true;
    },
    dispose() {
      over = true;
      for (const { timer } of resting.values()) timer.cancel();
      resting.clear();
    },
  };
}
