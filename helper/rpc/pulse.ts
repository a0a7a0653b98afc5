/** When the state is looked at: now and then, soon after something happened, and never in a rush. */
import type { Disposable } from "../base/disposable.ts";

/** Milliseconds. */
const lookMs = {
  /** For what changes without an event. */
  idle: 250,
  /** After an event: what belongs together is told together. */
  soon: 20,
  /** A stream of events is looked at no more often. */
  apart: 100,
} as const;

export interface Pulse extends Disposable {
  /** Something happened. */
  soon(): void;
  /** Somebody began to watch. */
  begin(): void;
  dispose(): void;
}

/** `look` is called while `isWanted`; when that becomes true again, `begin` is called. */
export function createPulse(isWanted: () => boolean, look: () => void): Pulse {
  let next: { readonly due: number; readonly timer: NodeJS.Timeout } | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let over = false;

  /** An earlier look that is due already stays: a stream of events does not put it off. */
  function within(ms: number): void {
    const now = performance.now();
    if (over || !isWanted() || (next !== undefined && next.due <= now + ms)) return;
    clearTimeout(next?.timer);
    next = { due: now + ms, timer: setTimeout(beat, ms).unref() };
  }

  function beat(): void {
    next = undefined;
    if (!isWanted()) return;
    last = performance.now();
    look();
    within(lookMs.idle);
  }

  return {
    soon: () => within(Math.max(lookMs.soon, last + lookMs.apart - performance.now())),
    begin: () => within(lookMs.idle),
    dispose() {
      over = true;
      clearTimeout(next?.timer);
    },
  };
}
