import { type FileName, mustFileName } from "../base/name.ts";
import { rootNode, type NodeId } from "./ids.ts";
import type { Place } from "./op.ts";
import { nothingApart, type PathRules } from "./path-rules.ts";
import type { Tree } from "./tree.ts";
import type { PathClass } from "./view-change.ts";

/**
 * What a directory is to git. `root`: a git dir itself (`.git`, a bare repository, `modules/x`); `worktree`: `worktrees/x`;
 * `fanout`: `objects/xx`; `objects`: the rest of objects; `hooks`: private below; `other`: anything else in a git dir.
 */
export type GitRole =
  | "work"
  | "root"
  | "worktree"
  | "objects"
  | "fanout"
  | "pack"
  | "refs"
  | "hooks"
  | "modules"
  | "worktrees"
  | "other";

export interface GitInfo {
  readonly role: GitRole;
  /** The nearest git dir at or above. */
  readonly gitDir: NodeId | undefined;
  /** A git dir because of what it holds, not how it is named. */
  readonly byContent: boolean;
  /** Below `modules`: a directory of unknown name may be part of a submodule's name (`modules/a/b`). */
  readonly module: boolean;
}

const work: GitInfo = { role: "work", gitDir: undefined, byContent: false, module: false };
export const privateNames: ReadonlySet<string> = new Set([
  "config",
  "config.lock",
  "config.worktree",
  "config.worktree.lock",
  "hooks",
  "FETCH_HEAD",
  "COMMIT_EDITMSG",
]);
export const dotGit = mustFileName(".git");
const protectedNames = new Set(["HEAD", "index", "packed-refs", "shallow"]);
/** A directory that holds these is a git dir, whatever its name (R-GITDIR; setup.c, is_git_directory). */
export const markers: ReadonlySet<FileName> = new Set([
  "HEAD",
  "objects",
  "refs",
] as readonly string[] as readonly FileName[]);
/** Directories git itself makes in a git dir (gitrepository-layout). */
const ownDirs = new Set([
  "info",
  "logs",
  "branches",
  "lfs",
  "rebase-merge",
  "rebase-apply",
  "sequencer",
  "svn",
  "annex",
  "rr-cache",
  "common",
  "reftable",
]);
/** gitrepository-layout: made by `git init` or the first use, removed by none (`pack-refs` and `gc` stop above them). */
const skeleton = {
  top: new Set(["objects", "refs", "logs", "info", "modules", "worktrees"]),
  refs: new Set(["heads", "tags", "remotes"]),
  objects: new Set(["info", "pack"]),
} as const;
const objectName = /^([0-9a-f]{38}|[0-9a-f]{62})$/;
const fanoutName = /^[0-9a-f]{2}$/;
const packName = /^pack-.*\./;

/** Classification by place (R-GITDIR, R-PRIV, R-HIDE, R-PROTECT), one cached record per directory. */
export interface GitPlaces {
  info(dir: NodeId): GitInfo;
  classOf(at: Place): PathClass;
  classOfDir(dir: NodeId): PathClass;
  isPrivate(at: Place): boolean;
  /** By its place alone (R-HIDE): what a peer's removal of the directory never takes along. */
  isHidden(at: Place): boolean;
  isProtected(at: Place): boolean;
  /** Named by what it holds (R-OBJ). */
  isObject(at: Place): boolean;
  /** In a git dir, or a git dir itself (R-STOP, R-EIO). */
  isGit(at: Place): boolean;
  /** In a git dir outside `objects/`: where locks are asked for (R-ASK). */
  isAsking(dir: NodeId): boolean;
  /** A create there is a grant (R-GRANT). */
  isLock(at: Place): boolean;
  isIndex(at: Place): boolean;
  /** A directory moved, went or came back: what was known below it is void. */
  moved(): void;
  /** The name appeared in the directory, or vanished from it. */
  appeared(dir: NodeId, name: FileName): void;
}

export function createGitPlaces(tree: Tree, rules: Pick<PathRules, "isHidden"> = nothingApart): GitPlaces {
  const cache = new Map<NodeId, GitInfo>();

  function info(dir: NodeId): GitInfo {
    return cache.get(dir) ?? find(dir, 0);
  }

  function find(dir: NodeId, depth: number): GitInfo {
    const known = cache.get(dir);
    if (known !== undefined) return known;
    const place = dir === rootNode ? undefined : tree.placeOf(dir);
    if (depth > 2048 || (place === undefined && dir !== rootNode)) return work;
    const found = place === undefined ? byContent(dir, work) : below(find(place.parent, depth + 1), place.name, dir);
    cache.set(dir, found);
    return found;
  }

  function below(parent: GitInfo, name: string, dir: NodeId): GitInfo {
    const { role, gitDir } = parent;
    const as = (next: GitRole): GitInfo =>
      next === role && !parent.byContent ? parent : { role: next, gitDir, byContent: false, module: false };
    if (role === "work") return name.endsWith(".git") ? root(dir, false) : byContent(dir, work);
    if (role === "modules") return root(dir, true);
    if (role === "worktrees") return { role: "worktree", gitDir: dir, byContent: false, module: false };
    if (role === "objects") return as(fanoutName.test(name) ? "fanout" : name === "pack" ? "pack" : "objects");
    if (role === "root") {
      if (name === "objects" || name === "refs" || name === "hooks" || name === "modules" || name === "worktrees")
        return as(name);
      return parent.module && !ownDirs.has(name) ? root(dir, true) : as("other");
    }
    if (role === "worktree") return as(name === "hooks" ? "hooks" : "other");
    return role === "fanout" || role === "pack" ? as("objects") : as(role);
  }

  function root(dir: NodeId, module: boolean): GitInfo {
    return { role: "root", gitDir: dir, byContent: false, module };
  }

  /** R-GITDIR: bare repositories are recognised by HEAD, objects and refs. */
  function byContent(dir: NodeId, otherwise: GitInfo): GitInfo {
    for (const name of markers) if (tree.child(dir, name) === undefined) return otherwise;
    return { role: "root", gitDir: dir, byContent: true, module: false };
  }

  function isObject(at: Place): boolean {
    const { role } = info(at.parent);
    return (role === "fanout" && objectName.test(at.name)) || (role === "pack" && packName.test(at.name));
  }

  function namesGitDir(at: Place): boolean {
    if (at.name.endsWith(".git")) return true;
    const node = tree.child(at.parent, at.name);
    return node !== undefined && tree.kindOf(node) === "dir" && info(node).role !== "work";
  }

  function isSkeleton(at: Place): boolean {
    const node = tree.child(at.parent, at.name);
    if (node === undefined || tree.kindOf(node) !== "dir") return false;
    const { role, gitDir } = info(at.parent);
    if (role === "work") return namesGitDir(at);
    if (role === "root") return skeleton.top.has(at.name);
    if (role !== "refs" && role !== "objects") return false;
    const above = skeleton[role].has(at.name) ? tree.placeOf(at.parent) : undefined;
    return above !== undefined && above.parent === gitDir && above.name === role;
  }

  function isGitPrivate(at: Place): boolean {
    const { role } = info(at.parent);
    return role === "hooks" || ((role === "root" || role === "worktree") && privateNames.has(at.name));
  }

  const isAsking = (dir: NodeId): boolean => {
    const { role } = info(dir);
    return role !== "work" && role !== "objects" && role !== "fanout" && role !== "pack";
  };

  return {
    info,
    classOf(at) {
      if (info(at.parent).role === "work" && !namesGitDir(at)) return "work-tree";
      if (isObject(at)) return "git-immutable";
      return isSkeleton(at) ? "git-skeleton" : "git-mutable";
    },
    classOfDir: (dir) => (info(dir).role === "work" ? "work-tree" : "git-mutable"),
    isPrivate: (at) => (info(at.parent).role === "work" ? rules.isHidden(at.name, at.parent) : isGitPrivate(at)),
    isHidden: (at) => rules.isHidden(at.name, at.parent) && !isGitPrivate(at),
    isProtected(at) {
      const { role } = info(at.parent);
      if (role === "refs") return !at.name.endsWith(".lock");
      return (
        (role === "root" && protectedNames.has(at.name)) ||
        (role === "worktree" && (at.name === "HEAD" || at.name === "index"))
      );
    },
    isObject,
    isGit: (at) => info(at.parent).role !== "work" || namesGitDir(at),
    isAsking,
    isLock: (at) => at.name.endsWith(".lock") && isAsking(at.parent),
    isIndex(at) {
      if (at.name !== "index") return false;
      const { role } = info(at.parent);
      return role === "root" || role === "worktree";
    },
    moved: () => cache.clear(),
    appeared(dir, name) {
      if (!markers.has(name)) return;
      const known = cache.get(dir);
      if (known !== undefined && (known.role === "work" || known.byContent)) cache.clear();
    },
  };
}
