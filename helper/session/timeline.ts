/** What people see of the others' operations: files as files, commits as commits; git's own files stay out. */
import type { SessionClock } from "../base/ports.ts";
import type { FileName } from "../base/name.ts";
import { msBetween } from "../peer/session-clock.ts";
import type { View } from "../replica/api.ts";
import type { NodeId, PeerId } from "../replica/ids.ts";
import type { Op, Ordered } from "../replica/op.ts";
import type { SessionEvent } from "./api.ts";
import { createGitTimeline } from "./git-timeline.ts";

type OperationEvent = Extract<SessionEvent, { event: "operation" }>;

export interface Timeline {
  /** After the operation was applied here. */
  applied(applied: Extract<Ordered, { t: "applied" }>): void;
}

export function createTimeline(parts: {
  readonly view: View;
  readonly clock: SessionClock;
  readonly emit: (event: SessionEvent) => void;
  readonly nameOf: (peer: PeerId) => string;
  /** The whole text of a small file, where it is at hand. */
  readonly readText: (node: NodeId) => string | undefined;
}): Timeline {
  const { view, clock, emit, nameOf } = parts;
  const gitLines = createGitTimeline(view, parts.readText);
  /** The last file created or changed: the writes that follow belong to the same line. */
  let last: { readonly node: NodeId; readonly peer: PeerId } | undefined;

  function shown(op: Op): Pick<OperationEvent, "kind" | "path" | "from"> | undefined {
    switch (op.t) {
      case "create":
      case "mkdir":
      case "symlink":
      case "link":
        return at("created", op.at.parent, op.at.name);
      case "write":
      case "append":
      case "truncate": {
        const path = view.pathOf(op.node);
        return path === undefined ? undefined : { kind: "changed", path: shownPath(path) };
      }
      case "unlink":
      case "rmdir":
        return at("deleted", op.at.parent, op.at.name);
      case "rename": {
        const from = at("renamed", op.from.parent, op.from.name);
        const to = at("renamed", op.to.parent, op.to.name);
        return from && to && { ...to, from: from.path };
      }
      case "setattr":
      case "seed":
        return undefined;
    }
  }

  function at(
    kind: OperationEvent["kind"],
    parent: NodeId,
    name: FileName,
  ): Pick<OperationEvent, "kind" | "path"> | undefined {
    const path = view.pathOf(parent);
    return path === undefined ? undefined : { kind, path: shownPath([...path, name]) };
  }

  return {
    applied({ op, by }) {
      const ms = Math.max(0, msBetween(clock.now(), op.time));
      const peer = nameOf(by);
      for (const line of gitLines(op)) emit({ ...line, peer, ms });
      if (isInGit(op, view)) return;
      const node = "node" in op ? op.node : undefined;
      const goesOn =
        last !== undefined &&
        last.node === node &&
        last.peer === by &&
        (op.t === "write" || op.t === "append" || op.t === "truncate");
      last = node === undefined ? undefined : { node, peer: by };
      const what = goesOn ? undefined : shown(op);
      if (what !== undefined) emit({ event: "operation", peer, ...what, ms });
    },
  };
}

function isInGit(op: Op, view: View): boolean {
  if (op.t === "rename") return view.gitDirOf(op.to.parent) !== undefined;
  if (op.t === "seed") return true;
  if ("at" in op) return view.gitDirOf(op.at.parent) !== undefined;
  return view.classOfNode(op.node) !== "work-tree";
}

/** `src/é.ts` from the bytes of its names. */
export function shownPath(path: readonly FileName[]): string {
  return path.map((name) => Buffer.from(name, "latin1").toString("utf8")).join("/");
}
