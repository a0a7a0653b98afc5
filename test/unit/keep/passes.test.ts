import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, test } from "vitest";
import { inGitDir, inObjects } from "../../../helper/keep/git-parts.ts";
import { isPointer, repointed } from "../../../helper/keep/own-repository.ts";
import { createTreeCopy } from "../../../helper/keep/passes.ts";
import { makeRepository, mustGit } from "../../harness/git.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "pm-passes-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

it("a pass takes the work tree first, then refs and index, then packed refs, then objects: what is named is there", async () => {
  const [source, target] = [join(base, "source"), join(base, "target")];
  mkdirSync(source);
  mkdirSync(target);
  const at = { root: source, name: "ben" };
  writeFileSync(join(source, "z.txt"), "one\n");
  await makeRepository(at);
  await mustGit(at, ["tag", "v1"]);
  await mustGit(at, ["pack-refs", "--all"]);
  await mustGit(at, ["branch", "loose"]);
  const blob = (await mustGit(at, ["rev-parse", "HEAD:z.txt"])).trim();
  const object = `.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`;
  const watched = ["z.txt", ".git/index", ".git/refs/heads/loose", ".git/packed-refs", object];
  const order: string[] = [];
  const copy = createTreeCopy({
    source,
    target,
    signal: new AbortController().signal,
    gone: () => new Error("gone"),
    copied: () => void order.push(...watched.filter((path) => !order.includes(path) && existsSync(join(target, path)))),
  });
  expect((await copy.pass()).settled).toBe(false);
  expect(order.toSorted()).toEqual(watched.toSorted());
  const rank = (path: string): number => order.indexOf(path);
  expect(rank("z.txt")).toBe(0);
  expect(order.slice(-2)).toEqual([".git/packed-refs", object]);
  expect(await copy.pass()).toEqual({ settled: true, unread: new Map() });
});

const rootOfGitDir = new Set(["HEAD", "objects", "refs", "index.lock"]);
test.each([
  [inGitDir, ".git/index.lock", rootOfGitDir, "busy"],
  [inGitDir, ".git/refs/heads/main.lock", new Set<string>(), "busy"],
  [inGitDir, ".git/gc.pid", rootOfGitDir, "busy"],
  [inGitDir, ".git/packed-refs", rootOfGitDir, "later"],
  [inGitDir, ".git/hooks/x.lock", new Set<string>(), "take"],
  [inGitDir, ".git/lfs/objects/x.lock", new Set<string>(), "take"],
  [inGitDir, "hooks/app/.git/refs/x.lock", new Set<string>(), "busy"],
  [inGitDir, ".git/modules/hooks/index.lock", rootOfGitDir, "busy"],
  [inObjects, ".git/objects/12/tmp_obj_1", new Set<string>(), "busy"],
  [inObjects, ".git/objects/pack/pack-1.pack", new Set<string>(), "take"],
] as const)("%o of %s", (visit, path, beside, choice) => {
  expect(visit({ name: path.split("/").at(-1) ?? "", path, beside, kind: "file" })).toBe(choice);
});

it("points git's own files to the copy, where they named the mount, and nowhere else", () => {
  const places = { mount: "/home/ben/app", folder: "/copy" };
  expect(repointed("gitdir: /home/ben/app/.git/worktrees/x\n", places)).toBe("gitdir: /copy/.git/worktrees/x\n");
  expect(repointed("/home/ben/app\n/home/ben/app-2/.git\n../x\n", places)).toBe("/copy\n/home/ben/app-2/.git\n../x\n");
  const pointers = [
    ".git",
    "sub/.git",
    ".git/worktrees/x/gitdir",
    ".git/objects/info/alternates",
    ".git/HEAD",
    "a.git",
  ];
  expect(pointers.filter(isPointer)).toEqual(pointers.slice(0, 4));
});
