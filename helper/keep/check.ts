/** Whether a git dir of the copy is whole: every object, ref, reflog and the index resolve. */
import { git } from "../git/git-program.ts";

export type Checked =
  | {
      readonly ok: true;
      readonly commits: number;
      /** What git's strict rules say of objects that are whole: the history holds them so. */
      readonly note: string | null;
    }
  | { readonly ok: false; readonly said: string };

/** Rejects only when git cannot be run, and on abort. */
export async function checkGitDir(gitDir: string, signal: AbortSignal): Promise<Checked> {
  const run = async (...args: readonly string[]) => await git(["--git-dir", gitDir, ...args], { signal });
  const fsck = ["fsck", "--full", "--no-dangling", "--no-progress"];
  const strict = await run(...fsck, "--strict");
  // Objects come under their hashes: what strict rules dislike of them alone is no fault of the copy.
  const plain = strict.code === 0 ? strict : await run(...fsck);
  if (plain.code !== 0) return { ok: false, said: firstLine(`${plain.err}\n${plain.out}`) };
  const head = await run("rev-parse", "--verify", "--quiet", "HEAD^{commit}");
  if (head.code !== 0) {
    const branch = await run("symbolic-ref", "--quiet", "HEAD");
    const exists = await run("show-ref", "--verify", "--quiet", branch.out.trim());
    if (branch.code !== 0 || exists.code === 0) return { ok: false, said: "HEAD names no commit" };
  }
  const commits = await run("rev-list", "--all", "--count");
  if (commits.code !== 0) return { ok: false, said: firstLine(commits.err) };
  const note = strict.code === 0 ? null : firstLine(`${strict.err}\n${strict.out}`);
  return { ok: true, commits: Number(commits.out.trim() || 0), note };
}

function firstLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.find((line) => /error|fatal|missing|broken|bad/i.test(line)) ?? lines.find((line) => line !== "") ?? "";
}
