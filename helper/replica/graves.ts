import type { NodeId } from "./ids.ts";
import type { Place } from "./op.ts";

/** Removed directories that can still come back. */
const mostGraves = 65_536;

/** R-REVIVE: where removed directories were; the oldest are forgotten. */
export class Graves {
  readonly #places = new Map<NodeId, Place>();

  get(dir: NodeId): Place | undefined {
    return this.#places.get(dir);
  }

  bury(dir: NodeId, at: Place): void {
    this.#places.set(dir, at);
    if (this.#places.size > mostGraves)
      for (const oldest of this.#places.keys()) return void this.#places.delete(oldest);
  }

  /** The directory has a name again; false if it was never buried. */
  rise(dir: NodeId): boolean {
    return this.#places.delete(dir);
  }
}
