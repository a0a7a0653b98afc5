/** Applied operations in git dirs → what they mean to people. */
import { mustFileName } from "../base/name.ts";
import type { FileName } from "../base/name.ts";
import { unreachable } from "../base/brand.ts";
import { createGitEvents, type GitChange, type GitEvent, type GitEvents } from "../git/events.ts";
import type { View } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Op } from "../replica/op.ts";
import type { SessionEvent } from "./api.ts";

type Shown = Extract<SessionEvent, { event: "commit" | "git" }>;
/** Without who and when: the timeline knows. */
export type GitLine =
  | Omit<Extract<Shown, { event: "commit" }>, "peer" | "ms">
  | Omit<Extract<Shown, { event: "git" }>, "peer" | "ms">;

const head = mustFileName("HEAD");

export function createGitTimeline(view: View, readText: (node: NodeId) => string | undefined): (op: Op) => GitLine[] {
  const perDir = new Map<NodeId, GitEvents>();

  function inGitDir(parent: NodeId, name: FileName): { dir: NodeId; path: FileName[] } | undefined {
    const dir = view.gitDirOf(parent);
    const to = view.pathOf(parent);
    const root = dir === undefined ? undefined : view.pathOf(dir);
    return dir === undefined || to === undefined || root === undefined
      ? undefined
      : { dir, path: [...to.slice(root.length), name] };
  }

  function changeOf(op: Op): { dir: NodeId; change: GitChange } | undefined {
    if (op.t === "append") {
      const at = view.placeOf(op.node);
      const found = at && inGitDir(at.parent, at.name);
      const { bytes } = op.extent;
      return found && bytes && { dir: found.dir, change: { t: "appended", path: found.path, bytes } };
    }
    if (op.t === "unlink") {
      const found = inGitDir(op.at.parent, op.at.name);
      return found && { dir: found.dir, change: { t: "removed", path: found.path } };
    }
    if (op.t === "rename") {
      const found = inGitDir(op.to.parent, op.to.name);
      return found && { dir: found.dir, change: { t: "replaced", path: found.path, created: op.victim === null } };
    }
    return undefined;
  }

  return (op) => {
    const found = changeOf(op);
    if (found === undefined) return [];
    let events = perDir.get(found.dir);
    if (events === undefined) perDir.set(found.dir, (events = createGitEvents()));
    const headNode = view.lookup({ parent: found.dir, name: head });
    return events.of(found.change, headNode === undefined ? undefined : readText(headNode)).map(lineOf);
  };
}

function lineOf(event: GitEvent): GitLine {
  switch (event.kind) {
    case "commit":
      return {
        event: "commit",
        hash: event.hash,
        subject: event.subject,
        author: event.author,
        branch: event.branch ?? "(detached)",
      };
    case "branch switched":
      return { event: "git", what: event.kind, detail: `${event.from} → ${event.to}` };
    case "merged":
      return {
        event: "git",
        what: event.fastForward ? "fast-forwarded" : event.kind,
        detail: `${event.from} into ${event.branch ?? "(detached)"}`,
      };
    case "reset":
      return { event: "git", what: event.kind, detail: `${event.branch ?? "(detached)"} to ${event.to}` };
    case "rebase begun":
      return { event: "git", what: event.kind, detail: `onto ${event.onto}` };
    case "rebase finished":
    case "rebase aborted":
      return { event: "git", what: event.kind, detail: event.branch ?? "(detached)" };
    case "branch created":
    case "tag created":
    case "branch deleted":
      return { event: "git", what: event.kind, detail: event.name };
    case "stashed":
      return { event: "git", what: event.kind, detail: event.subject };
    case "pushed":
    case "fetched":
      return { event: "git", what: event.kind, detail: event.name };
    default:
      return unreachable(event);
  }
}
