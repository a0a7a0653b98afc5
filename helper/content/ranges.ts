/** Half-open, `from` < `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * A set of bytes of one file: sorted, disjoint, never touching ranges. Kept as one flat array of bounds
 * [from, to, from, to, …], so that membership is the parity of a binary search and most files cost two numbers.
 */
export class Ranges {
  #bounds: number[] = [];

  add(from: number, to: number): void {
    if (from >= to) return;
    const bounds = this.#bounds;
    const last = bounds.length - 1;
    // Sequential writes, the common case: the last range grows, or one is appended.
    if (last < 0 || from > (bounds[last] as number)) {
      bounds.push(from, to);
      return;
    }
    if (from >= (bounds[last - 1] as number)) {
      if (to > (bounds[last] as number)) bounds[last] = to;
      return;
    }
    this.#splice(from, to, true);
  }

  remove(from: number, to: number): void {
    if (from < to && this.#bounds.length > 0) this.#splice(from, to, false);
  }

  clear(): void {
    this.#bounds = [];
  }

  covers(from: number, to: number): boolean {
    if (from >= to) return true;
    const at = this.#countUpTo(from);
    return (at & 1) === 1 && (this.#bounds[at] as number) >= to;
  }

  /** The parts of [from, to) that are not in the set, ascending. */
  missing(from: number, to: number): Range[] {
    const out: Range[] = [];
    const bounds = this.#bounds;
    let at = this.#countUpTo(from);
    let cursor = from;
    if ((at & 1) === 1) cursor = bounds[at++] as number;
    while (cursor < to) {
      const next = Math.min(to, bounds[at] ?? to);
      if (next > cursor) out.push({ from: cursor, to: next });
      cursor = bounds[at + 1] ?? to;
      at += 2;
    }
    return out;
  }

  all(): Range[] {
    const out: Range[] = [];
    for (let i = 0; i < this.#bounds.length; i += 2) {
      out.push({ from: this.#bounds[i] as number, to: this.#bounds[i + 1] as number });
    }
    return out;
  }

  /** How many bytes are in the set. */
  get bytes(): number {
    let sum = 0;
    for (let i = 0; i < this.#bounds.length; i += 2) {
      sum += (this.#bounds[i + 1] as number) - (this.#bounds[i] as number);
    }
    return sum;
  }

  /** How many bounds are ≤ `value`: odd means that the byte at `value` is in the set. */
  #countUpTo(value: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#bounds[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Replaces everything between `from` and `to` by one range (present) or by nothing. Ranges that touch are joined. */
  #splice(from: number, to: number, present: boolean): void {
    const bounds = this.#bounds;
    // For a union a bound equal to `from` is swallowed (touching ranges join); for a removal it stays.
    let first = this.#countUpTo(present ? from - 1 : from);
    if (!present && (first & 1) === 1 && bounds[first - 1] === from) first -= 1;
    let end = this.#countUpTo(present ? to : to - 1);
    if (!present && (end & 1) === 1 && bounds[end] === to) end += 1;
    const inside: number[] = [];
    if (((first & 1) === 0) === present) inside.push(from);
    if (((end & 1) === 0) === present) inside.push(to);
    bounds.splice(first, end - first, ...inside);
  }
}
