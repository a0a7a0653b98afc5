/** What content moves now, for people. Kept by what moves it, at the cost of a map's entry for each piece; read only when somebody asks. */
import type { NodeId, PeerId } from "../replica/ids.ts";

/** One file's content on its way from or to a peer. */
export interface Moving {
  readonly node: NodeId;
  readonly peer: PeerId;
  /** Bytes that arrived, or were given to the link, since it was listed first. */
  readonly moved: number;
}

export interface Transfers {
  /** A piece is under way; call the answer once, with the bytes it came to. */
  begin(node: NodeId, peer: PeerId): (bytes: number) => void;
  /** Oldest first, at most 20; what rests for a second is over. */
  list(): readonly Moving[];
}

/** Between two pieces of one file, milliseconds. */
const restMs = 1000;
export const mostShown = 20;
/** More are not followed at once. */
const mostKept = 256;

interface Entry extends Moving {
  moved: number;
  flying: number;
  last: number;
}

export function createTransfers(now: () => number = () => performance.now()): Transfers {
  const entries = new Map<string, Entry>();

  function prune(): void {
    const at = now();
    for (const [key, { flying, last }] of entries) if (flying === 0 && at - last > restMs) entries.delete(key);
  }

  function entryOf(node: NodeId, peer: PeerId): Entry | undefined {
    const key = `${peer}:${node}`;
    const known = entries.get(key);
    if (known !== undefined) return known;
    if (entries.size >= mostKept) prune();
    if (entries.size >= mostKept) return undefined;
    const entry: Entry = { node, peer, moved: 0, flying: 0, last: now() };
    entries.set(key, entry);
    return entry;
  }

  return {
    begin(node, peer) {
      const entry = entryOf(node, peer);
      if (entry === undefined) return () => undefined;
      entry.flying++;
      return (bytes) => {
        entry.flying--;
        entry.moved += bytes;
        entry.last = now();
      };
    },
    list() {
      prune();
      return [...entries.values()].slice(0, mostShown);
    },
  };
}
