import type { Snapshot } from "./api.ts";
import { nodeChange, pairMoves, shownOf } from "./changes.ts";
import type { Effects } from "./guest-effects.ts";
import { everythingOwn, keepOwn } from "./guest-kept.ts";
import type { GuestView } from "./guest-view.ts";
import { rootNode, type NodeId } from "./ids.ts";
import type { Namespace } from "./namespace.ts";
import type { Place } from "./op.ts";
import { notePath } from "./parking.ts";
import { namespaceOf } from "./snapshot.ts";
import type { ViewChange } from "./view-change.ts";

/** What was before the confirmed layer was replaced. */
export interface Replaced {
  readonly view: Capture;
  readonly confirmed: Namespace;
  /** Files with own content, which the overlay or the private layer takes care of. */
  readonly own: ReadonlySet<NodeId>;
  /** keepOwn's answer. */
  readonly stay: () => void;
}

/** R-SNAP: the confirmed layer is another from now on; the overlay stays. */
export function replaceConfirmed(view: GuestView, snapshot: Snapshot): Replaced {
  const before = capture(view);
  const old = view.confirmed;
  const own = new Set<NodeId>(view.privates.nodes.keys());
  const stay = keepOwn(view, everythingOwn(view));
  for (const [id, entry] of view.overlay.nodes) if (entry.content > 0) own.add(id);
  for (const [id, entry] of view.overlay.nodes) if (entry.content > 0) notePath(view, id, entry);
  view.replaceConfirmed(namespaceOf(snapshot.nodes));
  for (const id of view.confirmed.nodes.keys()) view.ghosts.delete(id);
  for (const [id, inode] of old.nodes)
    if (!view.confirmed.nodes.has(id) && !view.overlay.nodes.has(id)) view.ghosts.set(id, inode);
  for (const [id, entry] of view.overlay.nodes) {
    if (entry.content > 0 && view.confirmed.get(id)?.version !== old.get(id)?.version) entry.diverged = true;
  }
  return { view: before, confirmed: old, own, stay };
}

/** What the replacement did to cache and view, once the overlay is settled. */
export function tellReplaced(view: GuestView, before: Replaced, effects: Effects): void {
  before.stay();
  resetContent(view, before.confirmed, before.own, effects);
  changesSince(view, before.view, effects);
}

/** Cached bytes of files that changed while this peer was away. */
function resetContent(view: GuestView, old: Namespace, own: ReadonlySet<NodeId>, effects: Effects): void {
  for (const [id, was] of old.nodes) {
    if (was.kind !== "file" || was.at === undefined || own.has(id)) continue;
    const now = view.confirmed.get(id);
    if (now === undefined) effects.content.push({ t: "dead", node: id });
    else if (now.version !== was.version)
      effects.content.push({ t: "reset", node: id, size: now.size, version: now.version });
  }
}

function changesSince(view: GuestView, before: Capture, effects: Effects): void {
  const names: Extract<ViewChange, { t: "name" }>[] = [];
  const now = capture(view);
  for (const [id, { node, names: had }] of before) {
    const has = now.get(id)?.names;
    for (const [name, child] of had ?? []) {
      const after = has?.get(name);
      if (after !== child)
        names.push({
          t: "name",
          at: { parent: id, name },
          before: child,
          after,
          kind: view.kindOf(after ?? child) ?? "file",
        });
    }
    const shown = view.node(id);
    const change = shown === undefined ? undefined : nodeChange(node, shown);
    if (change !== undefined) effects.changes.push(change);
  }
  for (const [id, { names: has }] of now) {
    const had = before.get(id)?.names;
    for (const [name, child] of has ?? [])
      if (had?.has(name) !== true)
        names.push({
          t: "name",
          at: { parent: id, name },
          before: undefined,
          after: child,
          kind: view.kindOf(child) ?? "file",
        });
  }
  effects.changes.unshift(...pairMoves(names));
}

type Capture = Map<
  NodeId,
  { readonly node: ReturnType<typeof shownOf>; readonly names: Map<Place["name"], NodeId> | undefined }
>;

/** The whole view as it is now. */
function capture(view: GuestView): Capture {
  const seen: Capture = new Map();
  const visit = (id: NodeId): void => {
    const node = view.node(id);
    if (node === undefined || seen.has(id)) return;
    const names = node.kind === "dir" ? new Map(view.list(id).map((entry) => [entry.name, entry.node])) : undefined;
    seen.set(id, { node: shownOf(node), names });
    for (const child of names?.values() ?? []) visit(child);
  };
  visit(rootNode);
  return seen;
}
