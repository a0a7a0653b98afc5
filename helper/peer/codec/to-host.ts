import type { NodeId } from "../../replica/ids.ts";
import type { Op, Submitted } from "../../replica/op.ts";
import { frameType, limits } from "../protocol.ts";
import { frameOf, type Reader, Writer } from "./bytes.ts";
import { readOp, writeOp } from "./op.ts";
import { readNode, readOpId, readRange } from "./values.ts";

export type Priority = "demand" | "prefetch";
const priorities = ["demand", "prefetch"] as const satisfies readonly Priority[];

export interface FetchRequest {
  readonly id: number;
  readonly node: NodeId;
  readonly offset: number;
  readonly length: number;
  readonly priority: Priority;
}

const batch = new Writer();

/** As few frames as keep each near `limits.batch`; one operation is never cut. */
export function encodeSubmit(submitted: readonly Submitted[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let count = 0;
  for (const [i, { id, adopted, op }] of submitted.entries()) {
    if (count === 0) {
      batch.begin(frameType.submit);
      batch.u32(0);
    }
    batch.uint(id);
    batch.u32(adopted);
    writeOp(batch, op);
    count++;
    if (batch.size < limits.batch && i < submitted.length - 1) continue;
    batch.patchU32(5, count);
    frames.push(batch.frame());
    count = 0;
  }
  return frames;
}

export function readSubmit(r: Reader): readonly Submitted[] {
  return r.list(2 ** 16, 25, (item) => ({
    id: readOpId(item),
    adopted: item.u32(),
    op: withoutSetId(withBytes(item, readOp(item))),
  }));
}

/** The order may tell of a change and leave the bytes to be fetched; nobody can fetch them from a guest. */
function withBytes(r: Reader, op: Op): Op {
  const extents = op.t === "write" ? op.extents : op.t === "append" ? [op.extent] : [];
  if (extents.some(({ bytes }) => bytes === undefined)) r.fail("a write without its bytes");
  return op;
}

/** A guest gives no file at the host the rights of its owner: set-user-ID and set-group-ID fall off at the edge. */
function withoutSetId(op: Op): Op {
  if ((op.t !== "create" && op.t !== "mkdir" && op.t !== "setattr") || ((op.mode ?? 0) & 0o6000) === 0) return op;
  return { ...op, mode: (op.mode as number) & 0o1777 };
}

export function encodeAck(index: number): Uint8Array {
  return frameOf(frameType.ack, (w) => w.uint(index));
}

export function readAck(r: Reader): number {
  return r.uint();
}

export function encodeHold(node: NodeId): Uint8Array {
  return frameOf(frameType.hold, (w) => w.uint(node));
}

export function encodeDrop(node: NodeId): Uint8Array {
  return frameOf(frameType.drop, (w) => w.uint(node));
}

/** After a resume: everything held, in frames of which all but the last say `more`. */
export function encodeHolding(nodes: readonly NodeId[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const size = 16_384;
  for (let at = 0; at === 0 || at < nodes.length; at += size) {
    const part = nodes.slice(at, at + size);
    frames.push(
      frameOf(frameType.holding, (w) => {
        w.bool(at + size < nodes.length);
        w.u32(part.length);
        for (const node of part) w.uint(node);
      }),
    );
  }
  return frames;
}

export function readHolding(r: Reader): { readonly more: boolean; readonly nodes: readonly NodeId[] } {
  return { more: r.bool(), nodes: r.list(16_384, 8, readNode) };
}

export function encodeRangeWanted(): Uint8Array {
  return frameOf(frameType.rangeWanted, () => {});
}

export function encodeFetch(request: FetchRequest): Uint8Array {
  return frameOf(frameType.fetch, (w) => {
    w.u32(request.id);
    w.uint(request.node);
    w.uint(request.offset);
    w.uint(request.length);
    w.choice(priorities, request.priority);
  });
}

export function readFetch(r: Reader): FetchRequest {
  const id = r.u32();
  const node = readNode(r);
  const { offset, length } = readRange(r);
  if (length > limits.chunk) r.fail("range too long");
  return { id, node, offset, length, priority: r.choice(priorities) };
}
