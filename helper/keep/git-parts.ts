/** What of a git dir is copied, and when. Pure. */
import type { Visit } from "./tree.ts";

/** The work tree: its git dirs come afterwards. */
export const inWorkTree: Visit = ({ name, kind }) => (kind === "dir" && name === ".git" ? "later" : "take");

/**
 * A git dir but its objects and packed refs. They come later: whatever a ref, a reflog or the index names was there before
 * it was named, and a ref is packed before its loose file goes. Locks, and what a git is still writing, are not the copy's.
 */
export const inGitDir: Visit = ({ name, path, beside, kind }) => {
  if (kind === "dir") return name === "objects" && beside.has("HEAD") && beside.has("refs") ? "later" : "take";
  if (name === "packed-refs" && beside.has("HEAD")) return "later";
  if (isProgramsOwn(path) && !beside.has("HEAD")) return "take";
  return name.endsWith(".lock") || name === "gc.pid" ? "busy" : "take";
};

/** Objects that have their name stay as they are; others are being made. */
export const inObjects: Visit = ({ name, kind }) => {
  if (kind === "dir") return name === "tmp_objdir" || name.startsWith("tmp_objdir-") ? "busy" : "take";
  return name.startsWith("tmp_") || name.startsWith(".tmp-") || name.endsWith(".lock") ? "busy" : "take";
};

/** In a git dir's hooks, or in the stores of git-lfs and git-annex, any name is content. */
function isProgramsOwn(path: string): boolean {
  const inside = path.slice(path.lastIndexOf(".git/") + 1).split("/");
  return inside.some((name) => name === "hooks" || name === "lfs" || name === "annex");
}
