import type { FileName } from "../base/name.ts";
import type { GuestView } from "./guest-view.ts";
import { rootNode, type NodeId } from "./ids.ts";
import type { Inode } from "./namespace.ts";
import type { Place } from "./op.ts";
import { copyOf } from "./overlay.ts";

/**
 * R-SEED: a shared directory that somebody else removes stays in this guest's view for what is its own in it. Looks at the
 * directories, and those above them, now; the answer, called when the confirmed layer has changed, keeps those that went.
 */
export function keepOwn(view: GuestView, dirs: Iterable<NodeId>): () => void {
  const known = new Map<NodeId, { readonly shown: Inode; readonly at: Place }>();
  const wanted: NodeId[] = [];
  for (const dir of dirs) {
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
    for (const dir of wanted) stay(dir);
  };
}

/** A name came to be in the shared layers: a kept directory under it is that one, or gives way to it. */
export function yieldKept(view: GuestView, at: Place): void {
  const { privates } = view;
  const kept = privates.child(at.parent, at.name);
  const shared = view.sharedChild(at.parent, at.name);
  if (kept === undefined || shared === undefined || !privates.isKept(kept)) return;
  if (shared !== kept && view.kindOf(shared) === "dir") privates.graft(kept, shared);
  else if (shared !== kept) privates.dropUnder(kept);
  privates.giveBack(kept);
  view.dirsMoved();
}

/** After a snapshot: every kept directory. */
export function yieldAllKept(view: GuestView): void {
  for (const [parent, names] of [...view.privates.names])
    for (const name of [...names.keys()] as FileName[]) yieldKept(view, { parent, name });
}
