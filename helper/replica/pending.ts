import type { OpId } from "./ids.ts";
import type { Program } from "./lost-locks.ts";
import type { Op, Submitted } from "./op.ts";
import type { Holds } from "./overlay.ts";

/** One operation of this guest that the host has not decided. */
export interface Pending {
  readonly submitted: Submitted;
  readonly asked: boolean;
  holds: Holds;
  readonly bytes: number;
  readonly inGitDir: boolean;
  /** Who asked for a lock. */
  readonly program: Program | undefined;
}

/** First in, first decided. */
export class PendingQueue {
  /** Decided ones leave a hole, so that their bytes go at once. */
  #items: (Pending | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  push(pending: Pending): void {
    this.#items.push(pending);
    this.#bytes += pending.bytes;
  }

  /** The oldest, if it is this one. */
  take(id: OpId): Pending | undefined {
    const first = this.#items[this.#head];
    if (first === undefined || first.submitted.id !== id) return undefined;
    this.#bytes -= first.bytes;
    this.#items[this.#head] = undefined;
    this.#head++;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }

  first(): Pending | undefined {
    return this.#items[this.#head];
  }

  all(): readonly Pending[] {
    return this.#items.slice(this.#head).filter((item) => item !== undefined);
  }

  get count(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }
}

export function bytesOf(op: Op): number {
  if (op.t === "write") return op.extents.reduce((sum, extent) => sum + extent.length, 0);
  if (op.t === "append") return op.extent.length;
  return op.t === "seed" ? op.bytes.length : 0;
}
