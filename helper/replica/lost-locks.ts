import type { NodeId } from "./ids.ts";
import type { Place } from "./op.ts";

/** Who asked for a lock on this machine. */
export interface Program {
  /** Two requests of one program have the same. */
  readonly id: string;
  isRunning(): boolean;
}

interface Held {
  readonly at: Place;
  readonly program: Program;
}

/**
 * R-LEASE at a guest. The host took a lock away while this peer was gone, but the program that was granted it still runs and
 * may believe it holds it: nobody else here is granted that lock before it has ended, so that its late operations meet the
 * host's refusal (revoked-locks.ts) instead of another program's grant.
 */
export class LostLocks {
  readonly #held = new Map<NodeId, Held>();
  readonly #lost = new Map<string, Program>();

  granted(node: NodeId, at: Place, program: Program): void {
    this.#held.set(node, { at, program });
    this.#lost.delete(keyOf(at));
  }

  /** Its program let go of it. */
  released(node: NodeId): void {
    this.#held.delete(node);
  }

  /** After others changed the confirmed layer: what this peer owns no more, nobody let go of. */
  keepOnly(isOwned: (node: NodeId) => boolean): void {
    for (const [node, { at, program }] of this.#held) {
      if (isOwned(node)) continue;
      this.#held.delete(node);
      this.#lost.set(keyOf(at), program);
    }
  }

  /** Does another program still run that lost the lock here? */
  isInUse(at: Place, asker: Program | undefined): boolean {
    if (this.#lost.size === 0) return false;
    const program = this.#lost.get(keyOf(at));
    if (program === undefined || program.id === asker?.id) return false;
    if (program.isRunning()) return true;
    this.#lost.delete(keyOf(at));
    return false;
  }
}

function keyOf({ parent, name }: Place): string {
  return `${parent}/${name}`;
}
