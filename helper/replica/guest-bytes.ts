import type { Applied } from "./apply.ts";
import type { Effects } from "./guest-effects.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId } from "./ids.ts";

/**
 * What somebody else's content operation does to this guest's cache, unless own content is pending over it. `sizes` are those
 * before it was applied.
 */
export function bytesFromOthers(
  view: GuestView,
  applied: Applied,
  sizes: ReadonlyMap<NodeId, number>,
  effects: Effects,
): void {
  const { op, version } = applied;
  if ("node" in op && view.privates.nodes.has(op.node)) return;
  if (op.t === "create") return void effects.content.push({ t: "size", node: op.node, size: 0, version });
  if (op.t !== "write" && op.t !== "append" && op.t !== "truncate") return;
  const { node } = op;
  const entry = view.overlay.nodes.get(node);
  if (entry !== undefined && (entry.content > 0 || entry.ghost)) {
    entry.diverged = true;
    return;
  }
  if (op.t === "truncate") return void effects.content.push({ t: "size", node, size: op.size, version });
  const extents = op.t === "append" ? [{ ...op.extent, offset: applied.offset ?? op.extent.offset }] : op.extents;
  let size = sizes.get(node) ?? 0;
  for (const { offset, length, bytes } of extents) {
    // A gap past the old end reads as zeros, and that much is known.
    if (offset > size) effects.content.push({ t: "size", node, size: offset, version });
    effects.content.push(
      bytes === undefined
        ? { t: "stale", node, offset, length, version }
        : { t: "bytes", node, offset, bytes, version },
    );
    size = Math.max(size, offset + length);
  }
}
