import type { NodeId } from "./ids.ts";

/** R-EIO: what a refusal spoils for this guest. */
export class Taint {
  readonly #locks = new Set<NodeId>();
  #nextIndex = false;
  #nextOther = false;

  refused(held: Iterable<NodeId>, inGitDir: boolean): void {
    for (const lock of held) this.#locks.add(lock);
    if (!inGitDir) return;
    this.#nextIndex = true;
    this.#nextOther = true;
  }

  /** True when this release must fail; the taint goes with it. */
  takeFor(lock: NodeId, isIndex: boolean): boolean {
    const spoiled = this.#locks.delete(lock);
    const next = isIndex ? this.#nextIndex : this.#nextOther;
    if (isIndex) this.#nextIndex = false;
    else this.#nextOther = false;
    return spoiled || next;
  }

  forget(lock: NodeId): void {
    this.#locks.delete(lock);
  }
}
