import type { FileName } from "../base/name.ts";
import type { ContentEffect } from "./api.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId } from "./ids.ts";
import type { Extent, Op, RefusalReason } from "./op.ts";
import type { OverNode } from "./overlay.ts";
import { pathOf } from "./tree.ts";

/** R-PARK: the effect that keeps a node's content, unless there is nothing new or nothing worth keeping in it. */
export function parkEffect(
  view: GuestView,
  node: NodeId,
  why: { readonly reason: RefusalReason | "unsent"; readonly extents: readonly Extent[]; readonly always: boolean },
): ContentEffect | undefined {
  const entry = view.overlay.nodes.get(node);
  const shown = view.node(node);
  if (why.reason === "same" || shown === undefined || shown.kind !== "file" || shown.size === 0) return undefined;
  if (!why.always && (entry === undefined || entry.written === entry.parked)) return undefined;
  const path = notePath(view, node, entry);
  if (entry !== undefined) entry.parked = entry.written;
  if (isGitTemporary(view, node, path)) return undefined;
  return { t: "park", node, path, reason: why.reason, extents: why.extents };
}

/** Where a file with undecided content is, or was last; undefined: nothing of it is worth keeping. */
export function placeToKeep(view: GuestView, node: NodeId): readonly FileName[] | undefined {
  const shown = view.node(node);
  if (shown?.kind !== "file" || shown.size === 0) return undefined;
  const path = pathOf(view, node) ?? view.overlay.nodes.get(node)?.path ?? [];
  return isGitTemporary(view, node, path) ? undefined : path;
}

/** Remembers where a node with own content is, before a change may take its name. */
export function notePath(view: GuestView, node: NodeId, entry: OverNode | undefined): readonly FileName[] {
  const path = pathOf(view, node);
  if (path === undefined) return entry?.path ?? [];
  if (entry !== undefined) entry.path = path;
  return path;
}

export function contentOf(
  op: Op,
): { readonly node: NodeId; readonly extents: readonly Extent[]; readonly always: boolean } | undefined {
  switch (op.t) {
    case "create":
    case "truncate":
      return { node: op.node, extents: [], always: false };
    case "write":
      return { node: op.node, extents: op.extents, always: false };
    case "append":
      return { node: op.node, extents: [op.extent], always: false };
    case "rename":
      return op.victim === null ? undefined : { node: op.node, extents: [], always: true };
    default:
      return undefined;
  }
}

/** git's own scratch files: locks, objects under way, `packed-refs.new`. Worth nothing without the command that made them. */
function isGitTemporary(view: GuestView, node: NodeId, path: readonly FileName[]): boolean {
  const name = path.at(-1) ?? "";
  const place = view.placeOf(node);
  const inGit =
    place === undefined
      ? path.slice(0, -1).some((part) => part.endsWith(".git"))
      : view.git.info(place.parent).role !== "work";
  if (!inGit) return false;
  return (
    name.startsWith("tmp_") || name.endsWith(".lock") || name.endsWith(".new") || path.includes("objects" as FileName)
  );
}
