import type { LocalOp } from "./api.ts";
import type { GitPlaces } from "./git-place.ts";

/** R-ASK: which operations on shared paths wait for the host. Everything else is told. */
export function asksHost(git: GitPlaces, op: LocalOp, movesGitDir: boolean): boolean {
  switch (op.t) {
    case "create":
      if (git.isAsking(op.at.parent)) return op.exclusive || op.at.name.endsWith(".lock");
      return op.exclusive && op.at.name.endsWith(".lock") && git.info(op.at.parent).role === "work";
    case "mkdir":
      return git.info(op.at.parent).role !== "work";
    case "link":
      return git.isAsking(op.at.parent);
    case "rename":
      return movesGitDir || git.isAsking(op.from.parent) || git.isAsking(op.to.parent);
    default:
      return false;
  }
}
