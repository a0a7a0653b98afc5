/** Medians and percentiles, and the words for them. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** Runs both in turn, the first one alternating, so that a slow minute of the machine touches both alike. */
export async function alternate(
  rounds: number,
  ours: (round: number) => Promise<number>,
  baseline: (round: number) => Promise<number>,
): Promise<{ readonly ours: number; readonly baseline: number }> {
  const times: { readonly ours: number[]; readonly baseline: number[] } = { ours: [], baseline: [] };
  for (let round = 0; round < rounds; round += 1) {
    const measureOurs = async (): Promise<void> => void times.ours.push(await ours(round));
    const measureBaseline = async (): Promise<void> => void times.baseline.push(await baseline(round));
    const order = round % 2 === 0 ? [measureOurs, measureBaseline] : [measureBaseline, measureOurs];
    for (const measure of order) await measure();
  }
  return { ours: median(times.ours), baseline: median(times.baseline) };
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function milliseconds(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
