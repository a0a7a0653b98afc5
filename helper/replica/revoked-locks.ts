import type { PeerId } from "./ids.ts";
import type { Place } from "./op.ts";

/** R-LEASE: locks taken from peers that were gone. A peer that comes back may still run a program that believes it holds one. */
export class RevokedLocks {
  readonly #peers = new Map<string, Set<PeerId>>();

  add(lock: Place, peer: PeerId): void {
    const key = keyOf(lock);
    const peers = this.#peers.get(key);
    if (peers === undefined) this.#peers.set(key, new Set([peer]));
    else peers.add(peer);
  }

  /** The peer holds it again, by a grant of its own. */
  granted(lock: Place, peer: PeerId): void {
    if (this.#peers.size === 0) return;
    const key = keyOf(lock);
    const peers = this.#peers.get(key);
    if (peers?.delete(peer) && peers.size === 0) this.#peers.delete(key);
  }

  has(lock: Place, peer: PeerId): boolean {
    return this.#peers.size > 0 && this.#peers.get(keyOf(lock))?.has(peer) === true;
  }
}

function keyOf({ parent, name }: Place): string {
  return `${parent}/${name}`;
}
