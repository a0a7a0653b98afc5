import type { Keys } from "./changes.ts";
import { park, type Effects } from "./guest-effects.ts";
import type { GuestView } from "./guest-view.ts";
import { rootNode, type NodeId } from "./ids.ts";
import { samePlace, type Inode } from "./namespace.ts";
import type { Op, Place, RefusalReason } from "./op.ts";
import { copyOf } from "./overlay.ts";

/**
 * R-SEED: a shared directory that goes by no doing of this guest stays in its view for what is its own in it. Looks at what may
 * go, and the directories above, now; the answer, called when the shared layers have changed, keeps what went, and lets kept
 * ones yield to what came.
 */
export function keepOwn(view: GuestView, { nodes, names }: Pick<Keys, "nodes" | "names">): () => void {
  const known = new Map<NodeId, { readonly shown: Inode; readonly at: Place }>();
  const wanted: NodeId[] = [];
  const taken = nodes.filter((id) => view.privates.nodes.get(id)?.kind === "dir" && isWhereItWas(view, id));
  for (const dir of nodes) {
    if (!view.privates.names.has(dir) || view.isPrivateNode(dir) || view.git.info(dir).role !== "work") continue;
    wanted.push(dir);
    for (let id = dir; id !== rootNode && !known.has(id); ) {
      const [shown, at] = [view.node(id), view.placeOf(id)];
      if (shown === undefined || at === undefined) break;
      known.set(id, { shown: copyOf(shown), at });
      id = at.parent;
    }
  }

  function stay(dir: NodeId): void {
    const was = known.get(dir);
    if (was === undefined || view.isLive(dir)) return;
    stay(was.at.parent);
    if (!view.isLiveDir(was.at.parent)) return;
    const there = view.lookup(was.at);
    if (there === undefined) view.privates.keep(was.shown, was.at);
    else if (view.kindOf(there) === "dir") view.privates.graft(dir, there);
    view.dirsMoved();
  }

  return () => {
    for (const dir of taken) if (!view.confirmed.isLive(dir)) view.privates.outlives(dir);
    for (const dir of wanted) stay(dir);
    for (const at of names) yieldKept(view, at);
  };
}

/** Taken over, and under the name the host has it under: a directory for what is in it alone. */
export function isWhereItWas({ privates, confirmed }: GuestView, dir: NodeId): boolean {
  const own = privates.nodes.get(dir)?.at;
  const there = confirmed.get(dir)?.at;
  return own !== undefined && there !== undefined && samePlace(own, there);
}

/** A name came to be in the shared layers: a kept directory under it is that one, or gives way to it. */
function yieldKept(view: GuestView, at: Place): void {
  const { privates } = view;
  const kept = privates.child(at.parent, at.name);
  const shared = view.sharedChild(at.parent, at.name);
  if (kept === undefined || shared === undefined || !privates.isKept(kept)) return;
  const isDir = view.kindOf(shared) === "dir";
  if (!isDir && view.classes.isIgnored(at, "dir")) return;
  if (shared !== kept && isDir) privates.graft(kept, shared);
  else if (shared !== kept) privates.dropUnder(kept);
  privates.giveBack(kept);
  view.dirsMoved();
}

/**
 * Somebody else's rename: what came from a shared place stays shared, and what is at one now shows as it is there. Call the
 * answer when it was applied.
 */
export function movedByOther(
  view: GuestView,
  { node, from, to }: Extract<Op, { t: "rename" }>,
  effects: Effects,
): () => void {
  const kind = view.kindOf(node) ?? "file";
  const wasIgnored = view.classes.isIgnored(from, kind);
  return () => {
    view.classes.moved(node, wasIgnored, to, kind);
    if (!view.git.isPrivate(to) && !view.classes.isIgnored(to, kind)) surrender(view, node, "stale", effects);
  };
}

/** What was taken over of the host's is as it is there again; this guest's version of a file is kept (R-PARK). */
export function surrender(view: GuestView, id: NodeId, reason: RefusalReason, effects: Effects): void {
  const confirmed = view.confirmed.get(id);
  if (confirmed?.at === undefined || view.privates.nodes.get(id)?.at === undefined) return;
  park(view, id, { reason, extents: [], always: true }, effects);
  view.privates.giveBack(id);
  // What it told before and is undecided was in the cache that is void now.
  const undecided = view.overlay.nodes.get(id);
  if (undecided !== undefined) undecided.diverged = true;
  if (confirmed.kind === "file")
    effects.content.push({ t: "reset", node: id, size: confirmed.size, version: confirmed.version });
  view.dirsMoved();
}

/** For a snapshot: all there is of this guest's own. */
export function everythingOwn({ privates }: GuestView): Pick<Keys, "nodes" | "names"> {
  const names = [...privates.names].flatMap(([parent, own]) => [...own.keys()].map((name) => ({ parent, name })));
  return { nodes: [...privates.names.keys()], names };
}
