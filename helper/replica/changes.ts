import type { Time } from "../base/time.ts";
import type { NodeId } from "./ids.ts";
import type { Applied } from "./apply.ts";
import type { Kind, Node, Op, Place } from "./op.ts";
import type { ViewChange } from "./view-change.ts";

/** What an operation can change in a view. */
export interface Keys {
  readonly names: Place[];
  readonly nodes: NodeId[];
}

/** The part of a view that changes are seen in. */
export interface Seen {
  lookup(at: Place): NodeId | undefined;
  node(id: NodeId): Node | undefined;
}

/** What directories that come back change (R-REVIVE). */
export function keysOfRevived(revived: Applied["revived"]): Keys {
  const keys: Keys = { names: [], nodes: [] };
  for (const { node, at } of revived ?? []) {
    keys.names.push(at);
    keys.nodes.push(node, at.parent);
  }
  return keys;
}

export function keysOf(op: Op, revived?: Applied["revived"]): Keys {
  const keys = keysOfRevived(revived);
  switch (op.t) {
    case "create":
    case "mkdir":
    case "symlink":
    case "link":
    case "unlink":
    case "rmdir":
      keys.names.push(op.at);
      keys.nodes.push(op.at.parent, op.node);
      break;
    case "rename":
      keys.names.push(op.from, op.to);
      keys.nodes.push(op.from.parent, op.to.parent, op.node);
      if (op.victim !== null) keys.nodes.push(op.victim.node);
      break;
    case "seed":
      break;
    default:
      keys.nodes.push(op.node);
  }
  return keys;
}

interface Shown {
  readonly id: NodeId;
  readonly version: number;
  readonly size: number;
  readonly mode: number;
  readonly nlink: number;
  readonly target: string;
  readonly atime: Time;
  readonly mtime: Time;
  readonly ctime: Time;
}

export function shownOf(node: Node): Shown {
  const { id, version, size, mode, nlink, target, atime, mtime, ctime } = node;
  return { id, version, size, mode, nlink, target, atime, mtime, ctime };
}

/** How a node differs from what was shown before, if it does. */
export function nodeChange(before: Shown, now: Node): ViewChange | undefined {
  if (now.kind !== "dir" && (now.version !== before.version || now.size !== before.size))
    return { t: "content", node: now.id };
  const same =
    now.mode === before.mode &&
    now.nlink === before.nlink &&
    sameTime(now.mtime, before.mtime) &&
    sameTime(now.ctime, before.ctime) &&
    sameTime(now.atime, before.atime);
  return same ? undefined : { t: "attributes", node: now.id };
}

/** Looks at the keys now; the answer, asked after the view has changed, says what changed in it. */
export function watch(seen: Seen, keys: Keys): () => ViewChange[] {
  const names = keys.names.map((at) => {
    const before = seen.lookup(at);
    return { at, before, kind: before === undefined ? undefined : seen.node(before)?.kind };
  });
  const nodes = new Map<NodeId, Shown>();
  const note = (id: NodeId | undefined): void => {
    const node = id === undefined || nodes.has(id) ? undefined : seen.node(id);
    if (node !== undefined) nodes.set(node.id, shownOf(node));
  };
  for (const id of keys.nodes) note(id);
  for (const { before } of names) note(before);
  return () => {
    const changes = pairMoves(namesThatChanged(seen, names));
    for (const [id, before] of nodes) {
      const now = seen.node(id);
      const change = now === undefined ? undefined : nodeChange(before, now);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  };
}

type NameChange = Extract<ViewChange, { t: "name" }>;

function namesThatChanged(
  seen: Seen,
  names: readonly { at: Place; before: NodeId | undefined; kind: Kind | undefined }[],
): NameChange[] {
  const changes: NameChange[] = [];
  for (const { at, before, kind } of names) {
    const after = seen.lookup(at);
    if (after === before) continue;
    const now = after === undefined ? kind : seen.node(after)?.kind;
    changes.push({ t: "name", at, before, after, kind: now ?? "file" });
  }
  return changes;
}

/** One rename shows as a name that lost a node and a name that gained it. */
export function pairMoves(changes: readonly NameChange[]): ViewChange[] {
  const lost = new Map<NodeId, NameChange>();
  const gained = new Map<NodeId, NameChange>();
  for (const change of changes) {
    if (change.before !== undefined) lost.set(change.before, change);
    if (change.after !== undefined) gained.set(change.after, change);
  }
  return changes.map((change): ViewChange => {
    const to = change.before === undefined || change.after !== undefined ? undefined : gained.get(change.before);
    if (to !== undefined) return { ...change, moved: { to: to.at } };
    const from = change.after === undefined ? undefined : lost.get(change.after);
    return from !== undefined && from.after === undefined ? { ...change, moved: { from: from.at } } : change;
  });
}

function sameTime(a: Time, b: Time): boolean {
  return a === b || (a.sec === b.sec && a.nsec === b.nsec);
}
