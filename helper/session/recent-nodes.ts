import type { NodeId } from "../replica/ids.ts";

/** Milliseconds, and nodes, after which the older half is forgotten. */
const halfLife = { ms: 1000, nodes: 2048 } as const;

/** Nodes that were looked up a moment ago: whoever walked to one may be about to open it. */
export class RecentNodes {
  readonly #now: () => number;
  #fresh = new Set<NodeId>();
  #older: ReadonlySet<NodeId> = new Set();
  #since: number;

  /** `now` in monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  add(node: NodeId): void {
    this.#turn();
    this.#fresh.add(node);
  }

  /** True for at least a second (or two thousand nodes), and not much longer. */
  has(node: NodeId): boolean {
    this.#turn();
    return this.#fresh.has(node) || this.#older.has(node);
  }

  #turn(): void {
    const age = this.#now() - this.#since;
    if (age < halfLife.ms && this.#fresh.size < halfLife.nodes) return;
    this.#older = age < 2 * halfLife.ms ? this.#fresh : new Set();
    this.#fresh = new Set();
    this.#since = this.#now();
  }
}
