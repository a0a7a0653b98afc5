import type { Time } from "../base/time.ts";
import type { NodeId, Version } from "./ids.ts";
import type { Extent, Op } from "./op.ts";

/** One handle's writes since its last FLUSH: the unit of conflict (R-BURST). */
export interface Burst {
  readonly node: NodeId;
  readonly handle: number;
  readonly append: boolean;
  base: Version;
  extents: Extent[];
  bytes: number;
  time: Time;
  /** Times before the burst (or its last part), so that many writes show what one operation will. */
  before: { readonly mtime: Time; readonly ctime: Time };
  /** Parts that said `more` are on their way: an end must follow. */
  parts: number;
}

/** A burst is cut where one message would get too large. */
export const longestPart = 2 ** 20;

export function addToBurst(burst: Burst, offset: number, bytes: Uint8Array, time: Time): void {
  if (offset === 0 && burst.extents.length > 0 && !burst.append) dropCovered(burst, bytes.length);
  burst.extents.push({ offset, length: bytes.length, bytes });
  burst.bytes += bytes.length;
  burst.time = time;
}

/** A file written anew from its beginning travels once. */
function dropCovered(burst: Burst, length: number): void {
  burst.extents = burst.extents.filter((extent) => extent.offset + extent.length > length);
  burst.bytes = burst.extents.reduce((sum, extent) => sum + extent.length, 0);
}

/** The operation the burst has become, or undefined if there is nothing to tell. */
export function burstOp(burst: Burst, more: boolean): Op | undefined {
  const { node, extents, time, base } = burst;
  if (burst.append) {
    const first = extents[0];
    return first === undefined
      ? undefined
      : { t: "append", node, seen: base, extent: joined(extents, first.offset, burst.bytes), time };
  }
  if (extents.length === 0 && burst.parts === 0) return undefined;
  return { t: "write", node, base, extents, more, time };
}

/** Appended bytes follow one another. */
function joined(extents: readonly Extent[], offset: number, length: number): Extent {
  const first = extents[0];
  if (extents.length === 1 && first !== undefined) return first;
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const extent of extents) {
    bytes.set(extent.bytes ?? new Uint8Array(extent.length), end);
    end += extent.length;
  }
  return { offset, length, bytes };
}
