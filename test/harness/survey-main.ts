/**
 * One peer's view of one repository, printed as JSON. Runs as a process of its own, because it touches a mount.
 * argv: root of the work tree, name of the peer, "fsck" or "quick", files whose text is wanted.
 */
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { git } from "./git.ts";
import type { Survey } from "./survey.ts";

const [root = "", name = "", depth = "quick", ...wanted] = process.argv.slice(2);
const locks: string[] = [];
const files: Record<string, string> = {};
walk("", false);
const at = { root, name };
const survey: Survey = {
  name,
  head: await said(["rev-parse", "--symbolic-full-name", "HEAD"]),
  commit: await said(["rev-parse", "HEAD"]),
  refs: await said(["for-each-ref", "--format=%(refname) %(objectname)"]),
  index: await said(["ls-files", "-s"]),
  status: await said(["status", "--porcelain"]),
  files,
  locks,
  reachable: depth === "fsck" ? (await said(["rev-list", "--all", "HEAD"])).split("\n") : [],
  fsck: depth === "fsck" ? await fsck() : "",
  texts: Object.fromEntries(wanted.map((path) => [path, textOf(path)])),
};
process.stdout.write(JSON.stringify(survey));

async function said(args: readonly string[]): Promise<string> {
  const ran = await git(at, args);
  return ran.code === 0 ? ran.out.trim() : `git ${args[0]}: exit ${ran.code}: ${ran.err}`;
}

/** Empty when clean. Dangling objects are what refused attempts leave behind, on any file system. */
async function fsck(): Promise<string> {
  const ran = await git(at, ["fsck", "--full", "--strict", "--no-dangling", "--no-progress"]);
  const notes = /^(notice: .*|Checking .*)$/;
  const text = `${ran.out}${ran.err}`.split("\n").filter((line) => line !== "" && !notes.test(line));
  return ran.code === 0 ? text.join("\n") : `exit ${ran.code}: ${text.join("\n")}`;
}

function walk(folder: string, inGit: boolean): void {
  for (const entry of entriesOf(folder)) {
    const path = folder === "" ? entry : `${folder}/${entry}`;
    const within = inGit || entry === ".git";
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (stat.isDirectory()) walk(path, within);
    else if (entry.endsWith(".lock")) locks.push(path);
    else if (!within) files[path] = `${(stat.mode & 0o111) === 0 ? "" : "x"} ${contentOf(path, stat.isSymbolicLink())}`;
  }
}

/** A folder may go between being listed and being entered. */
function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(join(root, folder));
  } catch (error) {
    files[`${folder}/`] = unreadable(error);
    return [];
  }
}

/** What cannot be read is part of the view, not the end of the survey. */
function contentOf(path: string, isLink: boolean): string {
  try {
    if (isLink) return `-> ${readlinkSync(join(root, path))}`;
    return createHash("sha1")
      .update(readFileSync(join(root, path)))
      .digest("hex");
  } catch (error) {
    return unreadable(error);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(error: unknown): string {
  if (error instanceof Error && "code" in error) return `unreadable: ${String(error.code)}`;
  throw error;
}
