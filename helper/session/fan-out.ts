/** What of an operation's bytes travels with the order: small ones and those of git's mutable files; else guests fetch. */
import type { View } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Extent, Op, Ordered } from "../replica/op.ts";

/** Bytes of one operation that always travel along. */
const inlineBytes = 8 * 1024;
/** Of an object or pack being written only the beginning travels: git writes a pack of any size in pieces of 4 KiB (index-pack.c, flush). */
const objectHead = 64 * 1024;

type Applied = Extract<Ordered, { t: "applied" }>;

/** For everyone but its origin. Bytes are copied where they stay: the caller's buffers are the kernel's or the wire's. */
export function forOthers(applied: Applied, view: View): Applied {
  const { op } = applied;
  if (op.t !== "write" && op.t !== "append") return applied;
  const extents = op.t === "write" ? op.extents : [op.extent];
  const inline = isObject(view, op.node)
    ? extents.every(({ offset, length }) => offset + length <= objectHead)
    : isSmall(extents) || view.classOfNode(op.node) === "git-mutable";
  return { ...applied, op: withExtents(op, inline ? kept : bare) };
}

/** For its origin, which has the bytes. */
export function forOrigin(applied: Applied): Applied {
  const { op } = applied;
  return op.t === "write" || op.t === "append" ? { ...applied, op: withExtents(op, bare) } : applied;
}

function isSmall(extents: readonly Extent[]): boolean {
  return extents.reduce((sum, { length }) => sum + length, 0) <= inlineBytes;
}

/** `tmp_obj_`, `tmp_pack_`, `tmp_idx_` … until git gives it its name. */
function isObject(view: View, node: NodeId): boolean {
  const kind = view.classOfNode(node);
  return kind === "git-immutable" || (kind === "git-mutable" && view.placeOf(node)?.name.startsWith("tmp_") === true);
}

function withExtents(op: Extract<Op, { t: "write" | "append" }>, change: (extent: Extent) => Extent): Op {
  return op.t === "write" ? { ...op, extents: op.extents.map(change) } : { ...op, extent: change(op.extent) };
}

function bare({ offset, length }: Extent): Extent {
  return { offset, length };
}

function kept({ offset, length, bytes }: Extent): Extent {
  return bytes === undefined ? { offset, length } : { offset, length, bytes: Uint8Array.prototype.slice.call(bytes) };
}
