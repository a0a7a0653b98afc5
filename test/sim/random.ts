/** mulberry32: small, seeded, good enough to choose steps. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One decision of a run: what kind of thing happens, and numbers that choose the details from what is there then. */
export interface Step {
  readonly kind: number;
  readonly peer: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export function stepsOf(seed: number, count: number): Step[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({
    kind: random(),
    peer: random(),
    a: random(),
    b: random(),
    c: random(),
  }));
}
