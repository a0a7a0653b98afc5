import type { NodeId } from "./ids.ts";

/** What a refusal spoils for this guest: locks (R-EIO), and files that lack the refused bytes (R-HOLE). */
export class Taint {
  readonly #locks = new Set<NodeId>();
  readonly #holed = new Set<NodeId>();
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

  holed(file: NodeId): void {
    this.#holed.add(file);
  }

  /** True when the file may not get this name. One that says its content it never gets, any other once it was refused. */
  takeForName(file: NodeId, saysContent: boolean): boolean {
    return saysContent ? this.#holed.has(file) : this.#holed.delete(file);
  }

  /** From its first byte on. */
  rewritten(file: NodeId): void {
    this.#holed.delete(file);
  }

  /** Its name went. */
  forget(node: NodeId): void {
    this.#locks.delete(node);
    this.#holed.delete(node);
  }
}
