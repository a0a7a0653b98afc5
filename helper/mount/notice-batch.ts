/**
 * Notifications on their way to the kernel, shared by the main thread and the worker that writes them. The worker claims them
 * one by one, and may be held by the kernel in any; the main thread can take back, at any moment, what is not claimed yet.
 */
export interface NoticeBatch {
  readonly notices: readonly Uint8Array[];
  /** In shared memory: the next notice to claim, then what became of each. */
  readonly state: Int32Array;
}

const outcome = { known: 1, unknown: 2 } as const;

export function noticeBatch(notices: readonly Uint8Array[]): NoticeBatch {
  return { notices, state: new Int32Array(new SharedArrayBuffer(4 * (1 + notices.length))) };
}

/** The worker's next notice; undefined when there is none left for it. */
export function claimNotice({ notices, state }: NoticeBatch): number | undefined {
  const index = Atomics.add(state, 0, 1);
  return index < notices.length ? index : undefined;
}

/** The claimed notice is written. `known`: the kernel knew the node or name. */
export function noticeWritten({ state }: NoticeBatch, index: number, known: boolean): void {
  Atomics.store(state, 1 + index, known ? outcome.known : outcome.unknown);
}

/** Takes back what is not claimed: it will not be written. Answers how many were claimed: all of them but the last are written. */
export function takeBackNotices({ notices, state }: NoticeBatch): number {
  return Math.min(Atomics.exchange(state, 0, notices.length), notices.length);
}

export function isKnownNotice({ state }: NoticeBatch, index: number): boolean {
  return Atomics.load(state, 1 + index) !== outcome.unknown;
}
