import type { Keys } from "./changes.ts";
import { park, type Effects } from "./guest-effects.ts";
import type { GuestSender } from "./guest-sender.ts";
import type { GuestView } from "./guest-view.ts";
import { rootNode, type NodeId } from "./ids.ts";

export interface Guest {
  readonly view: GuestView;
  readonly sender: GuestSender;
}

/** After the order has changed these nodes: drained content is adopted, those of `alive` that lost their last name die. */
export function settleNodes(guest: Guest, keys: Keys, alive: readonly NodeId[], effects: Effects): void {
  for (const id of new Set(keys.nodes)) settleNode(guest, id, effects);
  for (const id of alive) if (isDead(guest.view, id)) died(guest.view, id, effects);
}

export function settleNode(guest: Guest, id: NodeId, effects: Effects): void {
  endDeadBurst(guest, id, effects);
  settleContent(guest.view, id, effects);
}

/** Somebody took the last name while this peer was writing: what was not sent yet is kept here. */
function endDeadBurst({ view, sender }: Guest, id: NodeId, effects: Effects): void {
  const burst = sender.bursts.get(id);
  if (burst === undefined || view.isLive(id)) return;
  park(view, id, { reason: "gone", extents: burst.extents, always: false }, effects);
  sender.bursts.delete(id);
  const entry = view.overlay.nodes.get(id);
  if (entry === undefined) return;
  entry.content--;
  entry.ghost = true;
}

/** R-DROP */
function settleContent(view: GuestView, id: NodeId, effects: Effects): void {
  const entry = view.overlay.nodes.get(id);
  if (entry === undefined) return;
  // What this guest has taken over since shows its own bytes (R-SEED).
  if (view.privates.nodes.has(id)) return view.settle(id);
  const confirmed = view.confirmed.get(id);
  const live = confirmed !== undefined && (confirmed.at !== undefined || id === rootNode);
  const drained = entry.content === 0 && entry.shown.kind === "file";
  const wasPending = entry.written > 0 || entry.diverged;
  const differs = entry.diverged || entry.ghost || entry.shown.version !== confirmed?.version;
  // While an own unlink is undecided it is only remembered: a refusal brings the node back.
  if (drained && wasPending && live && entry.attrs > 0 && !view.isLive(id)) entry.diverged = differs;
  else if (drained && wasPending && live) {
    if (entry.ghost) park(view, id, { reason: "stale", extents: [], always: false }, effects);
    if (differs) effects.content.push({ t: "reset", node: id, size: confirmed.size, version: confirmed.version });
    entry.diverged = false;
    entry.ghost = false;
    entry.written = entry.parked = 0;
  }
  view.settle(id);
  if (drained && wasPending && isDead(view, id)) effects.content.push({ t: "dead", node: id });
}

function isDead(view: GuestView, id: NodeId): boolean {
  if (view.isLive(id) || view.confirmed.isLive(id)) return false;
  return (view.overlay.nodes.get(id)?.content ?? 0) === 0;
}

function died(view: GuestView, id: NodeId, effects: Effects): void {
  const kind = view.kindOf(id);
  if (kind === "dir") view.privates.dropUnder(id);
  else if (!effects.content.some((effect) => effect.t === "dead" && effect.node === id))
    effects.content.push({ t: "dead", node: id });
}
