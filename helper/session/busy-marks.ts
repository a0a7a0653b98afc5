import type { Disposable } from "../base/disposable.ts";
import type { NodeId } from "../replica/ids.ts";

/** Milliseconds of silence after which a burst without FLUSH is over (R-BURST). */
export const burstSilence = 50;

/** Which nodes a local handle is writing right now: from the first write until FLUSH or silence. */
export interface BusyMarks extends Disposable {
  touch(node: NodeId): void;
  clear(node: NodeId): void;
}

export function createBusyMarks(onChange: (node: NodeId, busy: boolean) => void): BusyMarks {
  const lastWrite = new Map<NodeId, number>();
  let timer: NodeJS.Timeout | undefined;

  function clear(node: NodeId): void {
    if (lastWrite.delete(node)) onChange(node, false);
  }

  function sweep(): void {
    const limit = performance.now() - burstSilence;
    for (const [node, at] of lastWrite) if (at <= limit) clear(node);
    timer = lastWrite.size > 0 ? setTimeout(sweep, burstSilence) : undefined;
  }

  return {
    touch(node) {
      if (!lastWrite.has(node)) onChange(node, true);
      lastWrite.set(node, performance.now());
      timer ??= setTimeout(sweep, burstSilence);
    },
    clear,
    dispose() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
