/** What a guest's view adds to a local call before it is an operation. */
import type { LocalOp } from "./api.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId, Version } from "./ids.ts";
import type { Op, Place } from "./op.ts";

/** Fills in what this peer sees now. */
export function filled(view: GuestView, op: LocalOp): Op {
  const versionOf = (id: NodeId): Version => view.node(id)?.version ?? (0 as Version);
  const found = (place: Place): NodeId => view.lookup(place) as NodeId;
  switch (op.t) {
    case "create": {
      const { t, at, node, mode, time } = op;
      return { t, at, node, mode, time };
    }
    case "unlink": {
      const node = found(op.at);
      return { t: "unlink", at: op.at, node, seen: versionOf(node), time: op.time };
    }
    case "rmdir":
      return { t: "rmdir", at: op.at, node: found(op.at), time: op.time };
    case "rename": {
      const victim = view.lookup(op.to);
      return {
        ...op,
        node: found(op.from),
        victim: victim === undefined ? null : { node: victim, seen: versionOf(victim) },
      };
    }
    case "truncate":
      return { ...op, base: versionOf(op.node) };
    case "mkdir":
    case "symlink":
    case "link":
    case "setattr":
    case "seed":
      return op;
  }
}

/** Files whose open burst this operation ends (R-BURST). */
export function touchedFiles(view: GuestView, op: LocalOp): readonly NodeId[] {
  const found = (place: Place): NodeId[] => {
    const id = view.lookup(place);
    return id === undefined ? [] : [id];
  };
  switch (op.t) {
    case "unlink":
      return found(op.at);
    case "rename":
      return [...found(op.from), ...found(op.to)];
    case "truncate":
    case "setattr":
    case "link":
      return [op.node];
    default:
      return [];
  }
}

export function isInGitDir(view: GuestView, op: Op): boolean {
  const inGit = (node: NodeId): boolean => {
    const place = view.placeOf(node);
    return place !== undefined && view.git.isGit(place);
  };
  if (op.t === "rename") return view.git.isGit(op.from) || view.git.isGit(op.to);
  if (op.t === "seed") return true;
  return "at" in op ? view.git.isGit(op.at) : inGit(op.node);
}
