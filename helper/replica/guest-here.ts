import type { Time } from "../base/time.ts";
import type { LocalOp } from "./api.ts";
import { modified } from "./apply.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId } from "./ids.ts";
import { copyOf } from "./overlay.ts";
import { isPrivateId } from "./private-layer.ts";

/** Private paths and nodes that have no name any more: nobody is told. */
export function performHere(view: GuestView, op: Exclude<LocalOp, { t: "seed" }>): boolean {
  const place = op.t === "rename" ? op.from : "at" in op ? op.at : undefined;
  const node = "node" in op ? op.node : place === undefined ? undefined : view.lookup(place);
  if (place === undefined ? node !== undefined && isPrivateId(node) : view.isPrivate(place)) {
    view.privates.perform(op, { node, victim: op.t === "rename" ? view.lookup(op.to) : undefined });
    return true;
  }
  if ((op.t !== "truncate" && op.t !== "setattr") || view.isLive(op.node)) return false;
  const ghost = ghostOf(view, op.node);
  if (ghost === undefined) return true;
  if (op.t === "truncate") changeGhost(view, op.node, op.size, op.time);
  else {
    if (op.mode !== undefined) ghost.mode = op.mode;
    if (op.atime !== undefined) ghost.atime = op.atime;
    if (op.mtime !== undefined) ghost.mtime = op.mtime;
  }
  return true;
}

function ghostOf(view: GuestView, id: NodeId): ReturnType<GuestView["node"]> {
  const entry = view.overlay.nodes.get(id);
  if (entry !== undefined) {
    entry.ghost = true;
    entry.written++;
    return entry.shown;
  }
  const known = view.ghosts.get(id);
  if (known !== undefined) return known;
  const confirmed = view.confirmed.get(id);
  if (confirmed === undefined) return undefined;
  const copy = copyOf(confirmed);
  view.ghosts.set(id, copy);
  return copy;
}

/** R-GHOST: its size after a write or a truncation. */
export function changeGhost(view: GuestView, id: NodeId, size: number, time: Time): void {
  const ghost = ghostOf(view, id);
  if (ghost === undefined) return;
  ghost.size = size;
  ghost.version = view.privates.newVersion();
  modified(ghost, time);
}
