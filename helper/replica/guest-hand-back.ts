import { watch } from "./changes.ts";
import { noEffects, park, type Effects } from "./guest-effects.ts";
import { surrender } from "./guest-kept.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId } from "./ids.ts";
import { isPrivateId } from "./private-layer.ts";

/**
 * R-SEED: the shared file that an own one yields to at a place that is not ignored any more, since it cannot be told: it is that
 * file itself, taken over; or it was told under its number before; or somebody else told one first.
 */
export function yieldsTo(view: GuestView, id: NodeId): NodeId | undefined {
  const { privates, confirmed, classes, git } = view;
  const own = privates.nodes.get(id);
  if (own?.at === undefined || own.also !== undefined || own.kind === "dir" || isPrivateId(id)) return undefined;
  if (git.isPrivate(own.at) || classes.isIgnored(own.at, own.kind)) return undefined;
  const shared = view.sharedChild(own.at.parent, own.at.name);
  const there = shared === undefined ? undefined : confirmed.get(shared);
  if (shared === undefined || there?.at === undefined || there.kind === "dir") return undefined;
  const isToReplace = confirmed.get(id) === undefined && privates.replaceable.has(shared);
  return isToReplace ? undefined : shared;
}

/** The shared file shows again; `keep`: this guest's version is another, and kept (R-PARK). */
export function handBack(view: GuestView, id: NodeId, keep: boolean): Effects {
  const effects = noEffects();
  const shared = yieldsTo(view, id);
  const own = view.privates.nodes.get(id);
  if (shared === undefined || own?.at === undefined) return effects;
  const { at, ctime: time } = own;
  const diff = watch(view, { names: [at], nodes: [id, shared] });
  const reason = keep ? "stale" : "same";
  if (shared === id) surrender(view, id, reason, effects);
  else {
    park(view, id, { reason, extents: [], always: true }, effects);
    view.privates.perform({ t: "unlink", at, time }, { node: id, victim: undefined, covered: false });
  }
  effects.changes.push(...diff());
  return effects;
}
