/** What people see: the others' operations on files, and everybody's commits and other work with git. Git's own files stay out. */
import type { SessionClock } from "../base/ports.ts";
import { type FileName, mustFileName } from "../base/name.ts";
import { createGitTimeline, gitLineOf } from "../git/timeline.ts";
import { msBetween } from "../peer/session-clock.ts";
import type { View } from "../replica/api.ts";
import type { NodeId, PeerId } from "../replica/ids.ts";
import { isContentOp, type Op, type Ordered } from "../replica/op.ts";
import type { SessionEvent } from "./api.ts";

type OperationEvent = Extract<SessionEvent, { event: "operation" }>;

const head = mustFileName("HEAD");
/** Bytes; HEAD is one line, and so is what git adds to a reflog. */
const longestHead = 4096;
const longestEntry = 64 * 1024;

export interface Timeline {
  /** After the operation was applied here. */
  applied(applied: Extract<Ordered, { t: "applied" }>): void;
}

export function createTimeline(parts: {
  readonly view: View;
  readonly clock: SessionClock;
  readonly emit: (event: SessionEvent) => void;
  readonly nameOf: (peer: PeerId) => string;
  /** This peer itself. */
  readonly own: PeerId;
  /** Bytes of a file, where they are at hand. */
  readonly readBytes: (node: NodeId, offset: number, length: number) => Uint8Array | undefined;
}): Timeline {
  const { view, clock, emit, nameOf } = parts;
  const git = createGitTimeline(view, {
    head(gitDir) {
      const node = view.lookup({ parent: gitDir, name: head });
      const size = node === undefined ? 0 : (view.node(node)?.size ?? 0);
      if (node === undefined || size > longestHead) return undefined;
      const bytes = parts.readBytes(node, 0, size);
      return bytes && Buffer.from(bytes).toString("utf8");
    },
    bytes: (node, { offset, length }) => (length > longestEntry ? undefined : parts.readBytes(node, offset, length)),
  });
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
    applied({ op: asSent, by, offset }) {
      const op = offset === undefined ? asSent : placed(asSent, offset);
      const ms = Math.max(0, msBetween(clock.now(), op.time));
      const peer = nameOf(by);
      const own = by === parts.own;
      for (const event of git.applied(op))
        if (!own || event.kind !== "index changed") emit({ ...gitLineOf(event), peer, own, ms });
      if (own || isInGit(op, view)) return;
      const node = "node" in op ? op.node : undefined;
      const goesOn = last !== undefined && last.node === node && last.peer === by && isContentOp(op);
      last = node === undefined ? undefined : { node, peer: by };
      const what = goesOn ? undefined : shown(op);
      if (what !== undefined) emit({ event: "operation", peer, ...what, ms });
    },
  };
}

/** The sequencer chose where the bytes of an append went. */
function placed(op: Op, offset: number): Op {
  return op.t === "append" ? { ...op, extent: { ...op.extent, offset } } : op;
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
