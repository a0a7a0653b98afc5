import type { GitPlaces } from "./git-place.ts";
import { placesOf, type Namespace } from "./namespace.ts";
import type { Op } from "./op.ts";

const file = "commondir";
/** What `git worktree add` writes (builtin/worktree.c, add_worktree). */
const ofWorktree = "../..\n";

/**
 * A file `commondir` makes git take config and hooks from the directory it names (gitrepository-layout(5)), wherever a `.git`
 * file leads it: one that a guest wrote would run the guest's programs here. git itself writes it in `worktrees/x` alone,
 * always the same, and never moves those directories. Anything else is refused.
 */
export function misleadsGit(ns: Namespace, git: GitPlaces, op: Op): boolean {
  switch (op.t) {
    case "create":
      return op.at.name === file && git.info(op.at.parent).role !== "worktree";
    case "symlink":
    case "link":
      return op.at.name === file;
    case "rename": {
      const moved = ns.get(op.node);
      const role = moved?.kind === "dir" ? git.info(moved.id).role : undefined;
      return op.to.name === file || role === "worktree" || role === "worktrees";
    }
    case "write":
      return (
        isCommonDir(ns, op.node) &&
        op.extents.some(({ offset, bytes }) => offset !== 0 || String.fromCharCode(...(bytes ?? [])) !== ofWorktree)
      );
    case "append":
      return isCommonDir(ns, op.node);
    case "truncate":
      return isCommonDir(ns, op.node) && op.size !== 0;
    default:
      return false;
  }
}

function isCommonDir(ns: Namespace, node: Extract<Op, { t: "write" }>["node"]): boolean {
  const inode = ns.get(node);
  return inode !== undefined && placesOf(inode).some(({ name }) => name === file);
}
