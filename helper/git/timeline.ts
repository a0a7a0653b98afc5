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

/** `headOf`: the text of a git dir's HEAD as far as it is at hand; without it branches are not named. */
export function createGitTimeline(view: TimelineView, headOf: (gitDir: NodeId) => string | undefined): GitTimeline {
  const repositories = new Map<NodeId, GitEvents>();
  return {
    applied(op) {
      const found = gitChangeOf(op, view);
      if (found === undefined) return [];
      let events = repositories.get(found.gitDir);
      if (events === undefined) repositories.set(found.gitDir, (events = createGitEvents()));
      return events.of(found.change, headOf(found.gitDir));
    },
  };
}

/** What an applied operation means to a git dir; undefined where it means nothing. Only paths that can be events are followed. */
export function gitChangeOf(
  op: Op,
  view: TimelineView,
): { readonly gitDir: NodeId; readonly change: GitChange } | undefined {
  switch (op.t) {
    case "append":
      return appended(op.node, [op.extent], view);
    case "write":
      return appended(op.node, op.extents, view);
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

function appended(node: NodeId, extents: readonly Extent[], view: TimelineView): ReturnType<typeof gitChangeOf> {
  const parent = view.parent(node);
  const name = view.pathOf(node)?.at(-1);
  if (parent === undefined || name === undefined) return undefined;
  const place = placeIn(parent, name, view);
  if (place?.path[0] !== "logs") return undefined;
  const bytes = Buffer.concat(extents.map((extent) => extent.bytes ?? new Uint8Array(0)));
  return { gitDir: place.gitDir, change: { t: "appended", path: place.path, bytes } };
}

function placeIn(parent: NodeId, name: FileName, view: TimelineView): { gitDir: NodeId; path: FileName[] } | undefined {
  const gitDir = view.gitDirOf(parent);
  if (gitDir === undefined) return undefined;
  const above = view.pathOf(gitDir)?.length;
  const path = view.pathOf(parent);
  return above === undefined || path === undefined ? undefined : { gitDir, path: [...path.slice(above), name] };
}

/** A few words for the timeline: `branch switched`, `main → topic`. */
export function describeGitEvent(event: GitEvent): { readonly what: string; readonly detail: string } {
  switch (event.kind) {
    case "commit":
      return { what: event.how, detail: `${event.hash.slice(0, 8)} ${event.subject}` };
    case "branch switched":
      return { what: event.kind, detail: `${event.from} → ${event.to}` };
    case "merged":
      return {
        what: event.fastForward ? "fast-forwarded" : "merged",
        detail: `${event.from} into ${event.branch ?? "HEAD"}`,
      };
    case "reset":
      return { what: event.kind, detail: `${event.branch ?? "HEAD"} to ${event.to}` };
    case "rebase begun":
      return { what: event.kind, detail: `onto ${event.onto}` };
    case "rebase finished":
    case "rebase aborted":
      return { what: event.kind, detail: event.branch ?? event.hash.slice(0, 8) };
    case "stashed":
      return { what: event.kind, detail: event.subject };
    case "branch created":
    case "tag created":
    case "branch deleted":
    case "pushed":
    case "fetched":
      return { what: event.kind, detail: event.name };
    default:
      return unreachable(event);
  }
}
