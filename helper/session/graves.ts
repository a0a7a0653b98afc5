import type { NodeId, PeerId } from "../replica/ids.ts";

/**
 * Files without a name that a guest may still read: each guest until it has acknowledged the operation that removed the last
 * name, and longer where it holds the node (an open handle).
 */
export interface Graves {
  /** The guest was told of the end of the node with this index of its outbox. */
  told(node: NodeId, guest: PeerId, index: number): void;
  acknowledged(guest: PeerId, index: number): void;
  hold(node: NodeId, guest: PeerId): void;
  drop(node: NodeId, guest: PeerId): void;
  forgetGuest(guest: PeerId): void;
  has(node: NodeId): boolean;
}

interface Claims {
  /** In order of index. */
  readonly told: { readonly node: NodeId; readonly index: number }[];
  readonly held: Set<NodeId>;
}

export function createGraves(onUnheld: (node: NodeId) => void): Graves {
  const claims = new Map<PeerId, Claims>();
  const counts = new Map<NodeId, number>();

  function claimsOf(guest: PeerId): Claims {
    let found = claims.get(guest);
    if (found === undefined) claims.set(guest, (found = { told: [], held: new Set() }));
    return found;
  }

  function count(node: NodeId, step: 1 | -1): void {
    const left = (counts.get(node) ?? 0) + step;
    if (left > 0) counts.set(node, left);
    else {
      counts.delete(node);
      onUnheld(node);
    }
  }

  return {
    told(node, guest, index) {
      claimsOf(guest).told.push({ node, index });
      count(node, 1);
    },
    acknowledged(guest, index) {
      const { told } = claimsOf(guest);
      let passed = 0;
      while (passed < told.length && (told[passed] as { index: number }).index <= index) passed++;
      for (const { node } of told.splice(0, passed)) count(node, -1);
    },
    hold(node, guest) {
      const { held } = claimsOf(guest);
      if (held.has(node)) return;
      held.add(node);
      count(node, 1);
    },
    drop(node, guest) {
      if (claimsOf(guest).held.delete(node)) count(node, -1);
    },
    forgetGuest(guest) {
      const { told, held } = claimsOf(guest);
      claims.delete(guest);
      for (const { node } of told) count(node, -1);
      for (const node of held) count(node, -1);
    },
    has: (node) => counts.has(node),
  };
}
