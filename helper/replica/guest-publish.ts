import type { Time } from "../base/time.ts";
import { isWhereItWas } from "./guest-kept.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId } from "./ids.ts";
import type { Inode } from "./namespace.ts";
import type { RulesChanged } from "./api.ts";
import { dotGit } from "./git-place.ts";
import type { Op, Place } from "./op.ts";
import type { PathRules } from "./path-rules.ts";
import { isPrivateId } from "./private-layer.ts";
import type { ViewChange } from "./view-change.ts";

/** What makes a node told that was this guest's own; `changes` are those its kernel does not know of. */
export interface Publishing {
  readonly making: readonly Op[];
  /** The bytes of the file are written in between. */
  readonly content: boolean;
  readonly times: Op | undefined;
  readonly changes: readonly ViewChange[];
}

const nothing: Publishing = { making: [], content: false, times: undefined, changes: [] };

/**
 * R-SEED: a node of this guest's own is shared from here on, where it is and under its number; of the host's ignored file in its
 * place nothing is left, as git treats them. What the host had under this very number and removed stays this guest's own.
 */
export function publish(view: GuestView, id: NodeId, time: Time): Publishing {
  const own = view.privates.nodes.get(id);
  if (own?.at === undefined || own.also !== undefined || isPrivateId(id)) return nothing;
  if (view.confirmed.get(id) !== undefined) {
    if (own.kind === "dir" && isWhereItWas(view, id)) giveBack(view, id);
    return nothing;
  }
  const { at } = own;
  const there = view.sharedChild(at.parent, at.name);
  const victim = there === undefined ? undefined : view.node(there);
  if (victim?.kind === "dir" || (victim !== undefined && own.kind === "dir")) {
    if (victim.kind !== own.kind) return nothing;
    view.privates.graft(id, victim.id);
    view.dirsMoved();
    return { ...nothing, changes: [{ t: "name", at, before: id, after: victim.id, kind: "dir" }] };
  }
  // Somebody else was first.
  if (victim !== undefined && !view.privates.replaceable.has(victim.id)) return nothing;
  giveBack(view, id);
  const removal: Op[] = victim === undefined ? [] : [{ t: "unlink", at, node: victim.id, seen: victim.version, time }];
  if (view.classes.isIgnored(at, own.kind)) view.classes.tell(id);
  const isFile = own.kind === "file";
  const { atime, mtime } = own;
  const times: Op | undefined = isFile ? { t: "setattr", node: id, atime, mtime, time } : undefined;
  return { making: [...removal, made(own, at, time)], content: isFile && own.size > 0, times, changes: [] };
}

function giveBack(view: GuestView, id: NodeId): void {
  view.privates.giveBack(id);
  // Told once before, and refused.
  view.ghosts.delete(id);
  view.dirsMoved();
}

function made({ id: node, kind, mode, target }: Inode, at: Place, time: Time): Op {
  if (kind === "symlink") return { t: "symlink", at, node, target, time };
  return { t: kind === "dir" ? "mkdir" : "create", at, node, mode, time };
}

/** Other rules hold from here on: the host's names that this guest removed and that are not ignored (any more) show again. */
export function changeRules(view: GuestView, rules: PathRules): RulesChanged {
  view.classes.setRules(rules);
  const changes: ViewChange[] = [];
  for (const at of view.privates.gonePlaces()) {
    const node = view.sharedChild(at.parent, at.name);
    const kind = node === undefined ? undefined : view.kindOf(node);
    // Taken over, removed and still open here: its bytes are this guest's until it is let go of.
    const own = node === undefined ? undefined : view.privates.nodes.get(node);
    const isOpen = own !== undefined && own.at === undefined;
    if (isOpen || (kind !== undefined && view.classes.isIgnored(at, kind))) continue;
    view.privates.bringBack(at);
    const after = view.lookup(at);
    if (after !== undefined)
      changes.push({ t: "name", at, before: undefined, after, kind: view.kindOf(after) ?? "file" });
  }
  view.dirsMoved();
  const found = strays(view);
  view.privates.replaceable = new Set(found.flatMap((id) => coveredBy(view, id) ?? []));
  return { strays: found, changes };
}

function coveredBy(view: GuestView, id: NodeId): NodeId | undefined {
  const at = view.privates.nodes.get(id)?.at;
  return at === undefined ? undefined : view.sharedChild(at.parent, at.name);
}

/** What can never be told (R-ID), and a repository of this guest's own: its locks and names asked nobody. */
function staysOwn({ privates }: GuestView, id: NodeId): boolean {
  return isPrivateId(id) || privates.child(id, dotGit) !== undefined;
}

/** This guest's own nodes at places that are not ignored (any more), directories before what is in them. */
function strays(view: GuestView): readonly NodeId[] {
  const found: NodeId[] = [];
  const visit = (dir: NodeId): void => {
    for (const [name, id] of view.privates.names.get(dir) ?? []) {
      const at = { parent: dir, name };
      const kind = view.kindOf(id) ?? "file";
      if (view.git.info(dir).role !== "work" || staysOwn(view, id)) continue;
      if (view.git.isPrivate(at) || view.classes.isIgnored(at, kind)) continue;
      if (!view.privates.isKept(id)) found.push(id);
      if (kind === "dir") visit(id);
    }
  };
  for (const dir of view.privates.names.keys()) if (!view.isPrivateNode(dir)) visit(dir);
  return found;
}
