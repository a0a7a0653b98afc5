/** What git says of one repository in the shared folder: what is tracked, and what it ignores beside the `.gitignore` files. */
import { constants, closeSync, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import { git, type Said } from "../git/git-program.ts";
import type { Kind } from "../replica/op.ts";
import { pathBelow } from "./rules-sources.ts";

/** The real folder: by its descriptor, and by the path that a mount may cover. */
export interface RealFolder {
  readonly descriptor: number;
  readonly path: string;
}

export interface Looked {
  readonly dir: string;
  /** The strongest first. */
  readonly excludes: readonly string[];
  /** Paths from `dir`. */
  readonly tracked: readonly string[];
}

const largest = 2 ** 20;

/** The bytes of a small regular file of the real folder (latin1); undefined where there is none. `path` leads through directories only. */
export function readSmall(folder: RealFolder, path: string): string | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    const fd = openSync(Buffer.from(`/proc/self/fd/${folder.descriptor}/${path}`, "latin1"), flags);
    try {
      const stat = fstatSync(fd);
      return stat.isFile() && stat.size <= largest ? readFileSync(fd, "latin1") : undefined;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== "string") throw error;
    return undefined;
  }
}

/** Of the folder itself. */
export function kindOfDotGit(folder: RealFolder): Kind | undefined {
  const stat = lstatSync(`/proc/self/fd/${folder.descriptor}/.git`, { throwIfNoEntry: false });
  return stat?.isDirectory() ? "dir" : stat?.isFile() ? "file" : undefined;
}

/** Rejects with a sentence where git cannot say. `.git` of `dir` is of this kind. */
export async function lookAt(folder: RealFolder, dir: string, kind: Kind): Promise<Looked> {
  const gitDir = kind === "dir" ? pathBelow(dir, ".git") : namedGitDir(folder, dir);
  // Through the descriptor: what the mount covers, and not the mount.
  const real = `/proc/${process.pid}/fd/${folder.descriptor}`;
  const named = text(gitDir ?? pathBelow(dir, ".git"));
  const at = { cwd: `${real}/${text(dir)}`, env: { GIT_DIR: `${real}/${named}`, GIT_WORK_TREE: "." } };
  const [listed, set] = await Promise.all([
    git(["ls-files", "-z"], { ...at, encoding: "latin1" }),
    git(["config", "--null", "--type=path", "--get", "core.excludesFile"], at),
  ]);
  if (listed.code !== 0) throw new Error(listed.err.trim());
  const common = gitDir === undefined ? undefined : commonDir(folder, gitDir);
  const own = common === undefined ? undefined : readSmall(folder, pathBelow(common, "info/exclude"));
  const everywhere = await userExcludes(folder, set);
  return {
    dir,
    excludes: [own, everywhere].filter((each) => each !== undefined && each !== "") as string[],
    tracked: listed.out.split("\0").filter((path) => path !== ""),
  };
}

/** gitrepository-layout: a `.git` that is a file names the git dir of a submodule or worktree. Undefined: it is not in the folder. */
function namedGitDir(folder: RealFolder, dir: string): string | undefined {
  const named = /^gitdir: ([^\n]+)\n?$/.exec(readSmall(folder, pathBelow(dir, ".git")) ?? "")?.[1];
  if (named === undefined) return undefined;
  const covered = `${bytes(folder.path)}/`;
  if (named.startsWith("/")) return named.startsWith(covered) ? within(named.slice(covered.length)) : undefined;
  return within(posix.join(dir, named));
}

/** A worktree's `info/exclude` is its repository's. */
function commonDir(folder: RealFolder, gitDir: string): string | undefined {
  const named = readSmall(folder, pathBelow(gitDir, "commondir"))?.trim();
  return named === undefined ? gitDir : within(posix.join(gitDir, named));
}

function within(path: string): string | undefined {
  const plain = posix.normalize(path).replace(/\/$/, "");
  return plain.startsWith("..") || plain.startsWith("/") ? undefined : plain;
}

/** core.excludesFile, as git-config(1) has its default. One below the mount is not read: this process never touches its own mount. */
async function userExcludes(folder: RealFolder, set: Said): Promise<string | undefined> {
  const home = process.env["HOME"] ?? "/";
  const config = process.env["XDG_CONFIG_HOME"] || `${home}/.config`;
  const path = set.code === 0 ? set.out.replace(/\0$/, "") : `${config}/git/ignore`;
  if (!path.startsWith("/") || path.startsWith(`${folder.path}/`)) return undefined;
  const read = await readFile(path, "latin1").catch(() => undefined);
  return read !== undefined && read.length <= largest ? read : undefined;
}

const text = (latin1: string): string => Buffer.from(latin1, "latin1").toString("utf8");
const bytes = (utf8: string): string => Buffer.from(utf8, "utf8").toString("latin1");
