import type { FileName } from "../base/name.ts";
import { isNull, parseReflogLine, type ReflogLine } from "./reflog.ts";

/** What happened in a repository, for the timeline. `branch` undefined: HEAD is detached. Texts are UTF-8 decoded. */
export type GitEvent =
  | {
      readonly kind: "commit";
      readonly hash: string;
      /** What HEAD was before; undefined for a first commit. */
      readonly old: string | undefined;
      /** Seconds since 1970. */
      readonly at: number;
      readonly branch: string | undefined;
      readonly subject: string;
      readonly author: string;
      readonly how: "commit" | "amend" | "merge" | "rebase" | "cherry-pick" | "revert" | "am";
    }
  | { readonly kind: "branch switched"; readonly from: string; readonly to: string; readonly hash: string }
  | {
      readonly kind: "merged";
      readonly branch: string | undefined;
      readonly from: string;
      readonly hash: string;
      readonly fastForward: boolean;
    }
  | { readonly kind: "reset"; readonly branch: string | undefined; readonly to: string; readonly hash: string }
  | { readonly kind: "rebase begun"; readonly onto: string }
  | { readonly kind: "rebase finished" | "rebase aborted"; readonly branch: string | undefined; readonly hash: string }
  | { readonly kind: "branch created" | "tag created"; readonly name: string; readonly hash: string | undefined }
  | { readonly kind: "branch deleted"; readonly name: string }
  | { readonly kind: "stashed"; readonly subject: string }
  /** Staged, unstaged, or only looked at: what Source Control shows may be another. Part of a commit, too. */
  | { readonly kind: "index changed" }
  | { readonly kind: "pushed" | "fetched"; readonly name: string; readonly hash: string };

/** An applied operation, as far as it can be an event. `path`: names from the root of the git dir. */
export type GitChange =
  | { readonly t: "appended"; readonly path: readonly FileName[]; readonly bytes: Uint8Array }
  /** A lock renamed onto a ref; `bytes` = the new content, where known. */
  | {
      readonly t: "replaced";
      readonly path: readonly FileName[];
      readonly created: boolean;
      readonly bytes?: Uint8Array;
    }
  | { readonly t: "removed"; readonly path: readonly FileName[] };

export interface GitEvents {
  /** `head`: the text of the git dir's HEAD now (`ref: refs/heads/main`), if known. */
  of(change: GitChange, head: string | undefined): GitEvent[];
}

/** More without a newline is no reflog line of git's. */
const longestLine = 64 * 1024;

/** One per git dir: remembers only unfinished lines. Reflogs say what was done; refs alone cannot tell a commit from a reset. */
export function createGitEvents(): GitEvents {
  const unfinished = new Map<string, string>();
  return {
    of(change, head) {
      const path = decode(Buffer.from(change.path.join("/"), "latin1"));
      if (change.t === "replaced") return replaced(path, change);
      if (change.t === "removed") return removedRef(path, unfinished);
      if (!path.startsWith("logs/")) return [];
      const lines = ((unfinished.get(path) ?? "") + Buffer.from(change.bytes).toString("latin1")).split("\n");
      const rest = lines.pop() ?? "";
      if (rest === "" || rest.length > longestLine) unfinished.delete(path);
      else unfinished.set(path, rest);
      return lines.flatMap((line) => {
        const parsed = parseReflogLine(decode(Buffer.from(line, "latin1")));
        const event = parsed && lineToEvent(path.slice("logs/".length), parsed, branchOf(head));
        return event === undefined ? [] : [event];
      });
    },
  };
}

function lineToEvent(ref: string, line: ReflogLine, branch: string | undefined): GitEvent | undefined {
  if (ref === "HEAD") return headEvent(line, branch);
  const name = /^refs\/(?:heads|remotes)\/(.+)$/.exec(ref)?.[1];
  if (ref === "refs/stash")
    return { kind: "stashed", subject: line.action + (line.message === "" ? "" : `: ${line.message}`) };
  if (name === undefined) return undefined;
  if (ref.startsWith("refs/heads/")) {
    const born = isNull(line.old) && line.action === "branch";
    return born ? { kind: "branch created", name, hash: line.new } : undefined;
  }
  if (line.action === "update by push") return { kind: "pushed", name, hash: line.new };
  return /^(fetch|pull)\b/.test(line.action) ? { kind: "fetched", name, hash: line.new } : undefined;
}

const commits: Readonly<Record<string, Extract<GitEvent, { kind: "commit" }>["how"]>> = {
  commit: "commit",
  "commit (initial)": "commit",
  "commit (amend)": "amend",
  "commit (merge)": "merge",
  "commit (cherry-pick)": "cherry-pick",
  "cherry-pick": "cherry-pick",
  revert: "revert",
  am: "am",
};

/** The actions are those of builtin/commit.c, checkout.c, merge.c, reset.c, rebase.c and sequencer.c. */
function headEvent(line: ReflogLine, branch: string | undefined): GitEvent | undefined {
  const { action, message, new: hash, name: author } = line;
  const how = Object.hasOwn(commits, action) ? commits[action] : undefined;
  if (how !== undefined) return { kind: "commit", hash, ...beforeOf(line), branch, subject: message, author, how };
  if (action === "checkout") {
    const moved = /^moving from (.+) to (.+)$/.exec(message);
    return moved === null ? undefined : { kind: "branch switched", from: moved[1] ?? "", to: moved[2] ?? "", hash };
  }
  if (action === "reset") return { kind: "reset", branch, to: message.replace(/^moving to /, ""), hash };
  const rebase = /^(?:rebase|pull)\b.*\((start|pick|reword|edit|squash|fixup|continue|finish|abort)\)$/.exec(
    action,
  )?.[1];
  if (rebase !== undefined) return rebaseEvent(rebase, line, branch);
  const merged = /^(?:merge (.+)|pull\b.*)$/.exec(action);
  if (merged === null) return undefined;
  return { kind: "merged", branch, from: merged[1] ?? "upstream", hash, fastForward: message === "Fast-forward" };
}

function rebaseEvent(step: string, line: ReflogLine, branch: string | undefined): GitEvent {
  const { message, new: hash, name: author } = line;
  if (step === "start") return { kind: "rebase begun", onto: message.replace(/^checkout /, "") };
  // While a rebase goes on HEAD is detached; its last line names the branch it returns to.
  const returning = /^returning to refs\/heads\/(.+)$/.exec(message)?.[1] ?? branch;
  if (step === "finish") return { kind: "rebase finished", branch: returning, hash };
  if (step === "abort") return { kind: "rebase aborted", branch: returning, hash };
  return { kind: "commit", hash, ...beforeOf(line), branch, subject: message, author, how: "rebase" };
}

function beforeOf({ old, when }: ReflogLine): { readonly old: string | undefined; readonly at: number } {
  return { old: isNull(old) ? undefined : old, at: when };
}

function replaced(path: string, { created, bytes }: Extract<GitChange, { t: "replaced" }>): GitEvent[] {
  if (path === "index" || /^worktrees\/[^/]+\/index$/.test(path)) return [{ kind: "index changed" }];
  return created ? createdRef(path, bytes) : [];
}

/** Tags have no reflog: their loose ref appearing is the event. */
function createdRef(path: string, bytes: Uint8Array | undefined): GitEvent[] {
  const name = /^refs\/tags\/(.+)$/.exec(path)?.[1];
  if (name === undefined) return [];
  const hash = bytes === undefined ? undefined : /^([0-9a-f]{40}|[0-9a-f]{64})\n?$/.exec(decode(bytes))?.[1];
  return [{ kind: "tag created", name, hash }];
}

/** A loose ref also goes when refs are packed; its reflog only goes with the branch. */
function removedRef(path: string, unfinished: Map<string, string>): GitEvent[] {
  unfinished.delete(path);
  const name = /^logs\/refs\/heads\/(.+)$/.exec(path)?.[1];
  return name === undefined || name.endsWith(".lock") ? [] : [{ kind: "branch deleted", name }];
}

function branchOf(head: string | undefined): string | undefined {
  return /^ref: refs\/heads\/(.+?)\n?$/.exec(head ?? "")?.[1];
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
