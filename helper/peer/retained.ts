import type { Down } from "../replica/api.ts";
import { encodeOrdered } from "./codec/ordered.ts";
import { encodeSnapshot } from "./codec/snapshot.ts";

/** What one guest was told and has not acknowledged, encoded, for a resume. */
export interface Retained {
  /** Frames to send now; undefined: over the limit, everything is forgotten and only a snapshot helps. */
  add(down: Down): readonly Uint8Array[] | undefined;
  acknowledge(index: number): void;
  /** Everything after `index`; undefined where the guest cannot have got there. */
  after(index: number): readonly Uint8Array[] | undefined;
  readonly bytes: number;
  /** Of the snapshot, while it is not acknowledged; else 0. */
  readonly snapshotBytes: number;
  /** Index told last; 0 before. */
  readonly last: number;
  readonly behind: boolean;
}

export function createRetained(limit: number): Retained {
  let items: { readonly index: number; readonly frames: readonly Uint8Array[]; readonly size: number }[] = [];
  /** Snapshots do not count: the first one has to fit. */
  let bytes = 0;
  let snapshot = { index: 0, bytes: 0 };
  let behind = false;
  let acknowledged = 0;
  let last = 0;

  const forget = () => {
    items = [];
    bytes = 0;
  };
  const acknowledge = (index: number) => {
    let n = 0;
    while (n < items.length && (items[n] as { index: number }).index <= index)
      bytes -= (items[n++] as { size: number }).size;
    if (n > 0) items.splice(0, n);
    acknowledged = Math.max(acknowledged, index);
  };

  return {
    add(down) {
      last = down.index;
      if ("snapshot" in down) {
        forget();
        behind = false;
        const frames = encodeSnapshot(down);
        items.push({ index: down.index, frames, size: 0 });
        snapshot = { index: down.index, bytes: frames.reduce((sum, frame) => sum + frame.length, 0) };
        return frames;
      }
      if (behind) return undefined;
      const frame = encodeOrdered(down.index, down.message);
      bytes += frame.length;
      items.push({ index: down.index, frames: [frame], size: frame.length });
      if (bytes <= limit) return [frame];
      behind = true;
      forget();
      return undefined;
    },
    acknowledge(index) {
      if (index <= last) acknowledge(index);
    },
    after(index) {
      if (index < acknowledged || index > last) return undefined;
      acknowledge(index);
      return items.flatMap((item) => item.frames);
    },
    get bytes() {
      return bytes;
    },
    get snapshotBytes() {
      return snapshot.index > acknowledged ? snapshot.bytes : 0;
    },
    get last() {
      return last;
    },
    get behind() {
      return behind;
    },
  };
}
