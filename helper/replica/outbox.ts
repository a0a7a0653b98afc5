import type { Down, Snapshot } from "./api.ts";
import { peerOfOp, type PeerId } from "./ids.ts";
import type { Ordered } from "./op.ts";

/**
 * What one guest is told, numbered 1, 2, 3 … and kept until acknowledged, within bounds. When the bounds are passed, nothing
 * more is kept or sent until `snapshot` starts anew (R-SNAP). Calls are cheap; nothing is copied.
 */
export interface Outbox {
  /** Undefined: too far behind, a snapshot must come first. */
  push(message: Ordered): Down | undefined;
  /** The message that carries the whole tree; what was kept before goes. */
  snapshot(snapshot: Snapshot): Down;
  /** The guest has received everything up to this index. */
  acknowledge(index: number): void;
  /** After reconnecting: what the guest has not received, or word that it needs a snapshot. */
  resume(received: number): readonly Down[] | "snapshot";
  readonly behind: boolean;
  readonly unacknowledged: { readonly count: number; readonly bytes: number };
  /** Highest n of the guest's own operations decided. */
  readonly decided: number;
}

type Refused = Extract<Ordered, { t: "refused" }>;
const opsPerPeer = 2 ** 40;

export function createOutbox(options: {
  readonly peer: PeerId;
  readonly maxCount: number;
  readonly maxBytes: number;
}): Outbox {
  const { peer, maxCount, maxBytes } = options;
  let kept: { readonly down: Down; readonly size: number }[] = [];
  /** Refusals the guest may not have received; `index` 0 = never sent. */
  let refusals: { readonly index: number; readonly refused: Refused }[] = [];
  let bytes = 0;
  let next = 1;
  let decided = 0;
  let behind = false;

  function keep(down: Down, size: number): Down {
    kept.push({ down, size });
    bytes += size;
    return down;
  }

  return {
    push(message) {
      const own = message.t === "refused" ? true : message.by === peer;
      if (own && peerOfOp(message.id) === peer) decided = Math.max(decided, message.id - peer * opsPerPeer);
      const size = sizeOf(message);
      if (!behind && (kept.length >= maxCount || bytes + size > maxBytes)) behind = true;
      if (message.t === "refused") refusals.push({ index: behind ? 0 : next, refused: message });
      return behind ? undefined : keep({ index: next++, message }, size);
    },
    snapshot(snapshot) {
      kept = [];
      bytes = 0;
      behind = false;
      const down: Down = { index: next++, snapshot, decided, refusals: refusals.map(({ refused }) => refused) };
      refusals = refusals.map(({ refused }) => ({ index: down.index, refused }));
      return keep(down, 0);
    },
    acknowledge(index) {
      let gone = 0;
      for (const { down, size } of kept) {
        if (down.index > index) break;
        bytes -= size;
        gone++;
      }
      if (gone > 0) kept = kept.slice(gone);
      if (refusals.length > 0) refusals = refusals.filter((entry) => entry.index === 0 || entry.index > index);
    },
    resume(received) {
      this.acknowledge(received);
      const first = kept[0]?.down.index ?? next;
      return behind || first !== received + 1 ? "snapshot" : kept.map(({ down }) => down);
    },
    get behind() {
      return behind;
    },
    get unacknowledged() {
      return { count: kept.length, bytes };
    },
    get decided() {
      return decided;
    },
  };
}

/** Bytes it will take on the wire, roughly. */
function sizeOf(message: Ordered): number {
  if (message.t === "refused") return 64;
  const { op } = message;
  switch (op.t) {
    case "write":
      return op.extents.reduce((sum, extent) => sum + 32 + (extent.bytes?.length ?? 0), 128);
    case "append":
      return 160 + (op.extent.bytes?.length ?? 0);
    case "seed":
      return 128 + op.bytes.length;
    default:
      return 192;
  }
}
