import type { FileName } from "../base/name.ts";
import { unreachable } from "../base/brand.ts";
import type { View } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Extent, Op } from "../replica/op.ts";
import { createGitEvents, type GitChange, type GitEvent, type GitEvents } from "./events.ts";

type TimelineView = Pick<View, "pathOf" | "gitDirOf" | "parent">;

/** Turns operations that were applied here into events of the repositories they touch. */
export interface GitTimeline {
  applied(op: Op): GitEvent[];
}

export interface GitFiles {
  /** The text of a git dir's HEAD as far as it is at hand; without it branches are not named. */
  readonly head: (gitDir: NodeId) => string | undefined;
  /** What an operation wrote whose bytes did not come along. */
  readonly bytes: (node: NodeId, extent: Extent) => Uint8Array | undefined;
}

export function createGitTimeline(view: TimelineView, files: GitFiles): GitTimeline {
  const repositories = new Map<NodeId, GitEvents>();
  return {
    applied(op) {
      const found = gitChangeOf(op, view, files);
      if (found === undefined) return [];
      let events = repositories.get(found.gitDir);
      if (events === undefined) repositories.set(found.gitDir, (events = createGitEvents()));
      return events.of(found.change, files.head(found.gitDir));
    },
  };
}

/** What an applied operation means to a git dir; undefined where it means nothing. Only paths that can be events are followed. */
function gitChangeOf(
  op: Op,
  view: TimelineView,
  files: GitFiles,
): { readonly gitDir: NodeId; readonly change: GitChange } | undefined {
  switch (op.t) {
    case "append":
      return appended(op.node, [op.extent], view, files);
    case "write":
      return appended(op.node, op.extents, view, files);
    case "rename": {
      const place = placeIn(op.to.parent, op.to.name, view);
      return (
        place && { gitDir: place.gitDir, change: { t: "replaced", path: place.path, created: op.victim === null } }
      );
    }
    case "unlink": {
      const place = placeIn(op.at.parent, op.at.name, view);
      return place && { gitDir: place.gitDir, change: { t: "removed", path: place.path } };
    }
    case "create":
    case "mkdir":
    case "symlink":
    case "link":
    case "rmdir":
    case "truncate":
    case "setattr":
    case "seed":
      return undefined;
    default:
      return unreachable(op);
  }
}

function appended(
  node: NodeId,
  extents: readonly Extent[],
  view: TimelineView,
  files: GitFiles,
): ReturnType<typeof gitChangeOf> {
  const parent = view.parent(node);
  const name = view.pathOf(node)?.at(-1);
  if (parent === undefined || name === undefined) return undefined;
  const place = placeIn(parent, name, view);
  if (place?.path[0] !== "logs") return undefined;
  const bytes = Buffer.concat(extents.map((extent) => extent.bytes ?? files.bytes(node, extent) ?? new Uint8Array(0)));
  return { gitDir: place.gitDir, change: { t: "appended", path: place.path, bytes } };
}

function placeIn(parent: NodeId, name: FileName, view: TimelineView): { gitDir: NodeId; path: FileName[] } | undefined {
  const gitDir = view.gitDirOf(parent);
  if (gitDir === undefined) return undefined;
  const above = view.pathOf(gitDir)?.length;
  const path = view.pathOf(parent);
  return above === undefined || path === undefined ? undefined : { gitDir, path: [...path.slice(above), name] };
}

/** What the timeline shows of an event: a commit with all that names it, anything else in a few words. */
export type GitLine =
  | {
      readonly event: "commit";
      readonly hash: string;
      readonly old: string | null;
      readonly subject: string;
      readonly author: string;
      readonly branch: string;
      readonly how: string;
      readonly at: number;
    }
  | { readonly event: "git"; readonly what: string; readonly detail: string };

export function gitLineOf(event: GitEvent): GitLine {
  const branch = ("branch" in event ? event.branch : undefined) ?? "(detached)";
  const git = (what: string, detail: string): GitLine => ({ event: "git", what, detail });
  switch (event.kind) {
    case "commit": {
      const { hash, old = null, subject, author, how, at } = event;
      return { event: "commit", hash, old, subject, author, branch, how, at };
    }
    case "branch switched":
      return git(event.kind, `${event.from} → ${event.to}`);
    case "merged":
      return git(event.fastForward ? "fast-forwarded" : event.kind, `${event.from} into ${branch}`);
    case "reset":
      return git(event.kind, `${branch} to ${event.to}`);
    case "rebase begun":
      return git(event.kind, `onto ${event.onto}`);
    case "rebase finished":
    case "rebase aborted":
      return git(event.kind, branch);
    case "stashed":
      return git(event.kind, event.subject);
    case "index changed":
      return git(event.kind, "");
    case "branch created":
    case "tag created":
    case "branch deleted":
    case "pushed":
    case "fetched":
      return git(event.kind, event.name);
    default:
      return unreachable(event);
  }
}
