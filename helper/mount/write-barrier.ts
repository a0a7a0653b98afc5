/** Waits for notifications that are not yet written: resolved when each is, or need not be waited for any more. */
export interface WriteBarrier {
  remaining: number;
  readonly resolve: () => void;
}

interface Awaited {
  readonly barriers: Set<WriteBarrier>;
}

export function writeBarrier(awaited: readonly Awaited[]): Promise<void> {
  if (awaited.length === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const barrier: WriteBarrier = { remaining: awaited.length, resolve };
    for (const { barriers } of awaited) barriers.add(barrier);
  });
}

export function joinBarriers(job: Awaited, barriers: ReadonlySet<WriteBarrier>): void {
  for (const barrier of barriers) {
    if (job.barriers.has(barrier)) continue;
    barrier.remaining++;
    job.barriers.add(barrier);
  }
}

export function leaveBarriers({ barriers }: Awaited): void {
  for (const barrier of barriers) if (--barrier.remaining === 0) barrier.resolve();
  barriers.clear();
}
