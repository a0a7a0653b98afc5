/**
 * Requests that wait for an answer from elsewhere (a lock grant, bytes of another peer). Each blocks notifications for the
 * nodes it holds in the kernel (FUSE.md "Deadlocks"): directories of name operations, the file of a READ or WRITE.
 */
import type { Errno } from "../base/errno.ts";
import type { NodeId } from "../replica/ids.ts";

export interface ParkedRequest {
  readonly unique: number;
  /** The waiting thread. */
  readonly pid: number;
  readonly holds: readonly NodeId[];
  /** May be answered EINTR: nothing was asked that could still take effect. */
  readonly interruptible: boolean;
  answered: boolean;
}

export interface ParkedListener {
  parked(node: NodeId): void;
  /** The last request holding this node was answered. */
  freed(node: NodeId): void;
}

export class Parked {
  readonly #requests = new Map<number, ParkedRequest>();
  readonly #holds = new Map<NodeId, number>();
  readonly #listeners: ParkedListener[] = [];

  get size(): number {
    return this.#requests.size;
  }

  listen(listener: ParkedListener): void {
    this.#listeners.push(listener);
  }

  isHeld(node: NodeId): boolean {
    return this.#holds.size > 0 && this.#holds.has(node);
  }

  find(unique: number): ParkedRequest | undefined {
    return this.#requests.get(unique);
  }

  begin(request: Omit<ParkedRequest, "answered">): ParkedRequest {
    const parked = { ...request, answered: false };
    this.#requests.set(parked.unique, parked);
    for (const node of parked.holds) {
      this.#holds.set(node, (this.#holds.get(node) ?? 0) + 1);
      for (const listener of this.#listeners) listener.parked(node);
    }
    return parked;
  }

  /** Writes the one answer, unless another already was, and only then frees what the request held. */
  answer(parked: ParkedRequest, write: () => void): void {
    if (parked.answered) return;
    parked.answered = true;
    this.#requests.delete(parked.unique);
    // `write` may park the same request anew for its next step.
    write();
    for (const node of parked.holds) this.#free(node);
  }

  /** The mount ends: nobody may be left waiting, nor be answered later on a descriptor that is gone. */
  answerAll(write: (unique: number, errno: Errno) => void, errno: Errno): void {
    for (const parked of this.#requests.values()) this.answer(parked, () => write(parked.unique, errno));
  }

  #free(node: NodeId): void {
    const left = (this.#holds.get(node) ?? 1) - 1;
    if (left > 0) {
      this.#holds.set(node, left);
      return;
    }
    this.#holds.delete(node);
    for (const listener of this.#listeners) listener.freed(node);
  }
}
