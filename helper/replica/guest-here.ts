import type { Time } from "../base/time.ts";
import type { LocalOp } from "./api.ts";
import { modified } from "./apply.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId } from "./ids.ts";
import { copyOf } from "./overlay.ts";
import { makes, type Place } from "./op.ts";

/** Private paths, what is ignored, and nodes that have no name any more: nobody is told. */
export function performHere(view: GuestView, op: Exclude<LocalOp, { t: "seed" }>): boolean {
  if (isOwn(view, op)) {
    const place = placeOf(op);
    const node = "node" in op ? op.node : place === undefined ? undefined : view.lookup(place);
    const victim = op.t === "rename" ? view.lookup(op.to) : undefined;
    const covered = place !== undefined && view.sharedChild(place.parent, place.name) !== undefined;
    if (op.t === "rename" || op.t === "link" || place === undefined) takeOver(view, node);
    for (const at of op.t === "rename" ? [op.from, op.to] : place === undefined ? [] : [place])
      takeOverDir(view, at.parent);
    view.privates.perform(op, { node, victim, covered });
    if (op.t === "rename") view.dirsMoved();
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

function placeOf(op: LocalOp): Place | undefined {
  return op.t === "rename" ? op.from : "at" in op ? op.at : undefined;
}

function isOwn(view: GuestView, op: Exclude<LocalOp, { t: "seed" }>): boolean {
  switch (op.t) {
    case "truncate":
    case "setattr":
      return view.isPrivateNode(op.node) || view.isSeed(op.node);
    case "rename":
      return view.isPrivate(op.from) && staysHere(view, op);
    case "create":
    case "mkdir":
    case "symlink":
      return view.isPrivate(op.at, makes[op.t]);
    default:
      return view.isPrivate(op.at);
  }
}

/** Between private places. Of what is ignored, a file goes to a shared place as a told one (`publish`). */
function staysHere(view: GuestView, { from, to }: Extract<LocalOp, { t: "rename" }>): boolean {
  const node = view.lookup(from);
  return view.isPrivate(to, (node === undefined ? undefined : view.kindOf(node)) ?? "file");
}

/** R-SEED: the host's node becomes this guest's own, with the directories it is in as far as they are ignored. */
export function takeOver(view: GuestView, id: NodeId | undefined): void {
  if (id === undefined || view.isPrivateNode(id)) return;
  const shown = view.node(id);
  const places = view.placesOf(id);
  if (shown === undefined || places.length === 0) return;
  view.privates.takeOver(shown, places);
  for (const { parent } of places) takeOverDir(view, parent);
}

/** R-SEED: what covers a file of a shared place is removed with it, for everybody; open handles go on with what it was here. */
export function giveWay(view: GuestView, op: Extract<LocalOp, { t: "rmdir" | "unlink" }>): void {
  const { at } = op;
  const id = view.privates.child(at.parent, at.name);
  const own = id === undefined ? undefined : view.privates.nodes.get(id);
  const shared = view.sharedChild(at.parent, at.name);
  if (own === undefined || own.also !== undefined || shared === undefined || view.kindOf(shared) === "dir") return;
  if (view.git.isPrivate(at) || view.classes.isIgnored(at, own.kind)) return;
  if (shared !== own.id) return view.privates.perform(op, { node: own.id, victim: undefined, covered: false });
  view.privates.giveBack(own.id);
  view.overlay.open(own.id);
  const ghost = ghostOf(view, own.id);
  if (ghost !== undefined) ghost.size = own.size;
}

/** The directory, if it is the host's at an ignored place: something of this guest's own is in it. */
export function takeOverDir(view: GuestView, dir: NodeId): void {
  if (view.classes.isIgnoredDir(dir)) takeOver(view, dir);
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
