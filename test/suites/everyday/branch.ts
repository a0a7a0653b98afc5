/** Clone, checkouts of thousands of files, and what is done before a commit. */
import { expect } from "vitest";
import { mustGit } from "../../harness/git.ts";
import { mustRun } from "../../harness/run.ts";
import { readAt, writeAt } from "./files.ts";
import type { Step } from "./steps.ts";

export const branchSteps: readonly Step[] = [
  {
    title: "clone",
    async run({ at, fixture }) {
      await mustGit({ ...at, root: "/" }, ["clone", "-q", fixture, at.root]);
      expect(await mustGit(at, ["status", "--porcelain"])).toBe("");
    },
  },
  {
    title: "checkout of a branch with 3,333 other files",
    async run({ at }) {
      await mustGit(at, ["checkout", "-q", "wide"]);
      expect(await mustGit(at, ["status", "--porcelain"])).toBe("");
    },
  },
  {
    title: "checkout of a branch with 4,500 files less",
    async run({ at }) {
      await mustGit(at, ["checkout", "-q", "lean"]);
      expect(await mustGit(at, ["status", "--porcelain"])).toBe("");
    },
  },
  {
    title: "checkout that brings 4,500 files back, and away again to a new branch",
    async run({ at }) {
      await mustGit(at, ["checkout", "-q", "main"]);
      expect((await mustGit(at, ["ls-files"])).trim().split("\n")).toHaveLength(5001);
      expect(await mustGit(at, ["status", "--porcelain"])).toBe("");
      await mustGit(at, ["checkout", "-q", "-b", "daily", "origin/lean"]);
    },
  },
  {
    title: "add -p of one of two hunks",
    async run({ at }) {
      const lines = Array.from({ length: 40 }, (_, i) => `line ${i}`);
      await writeAt(at, "notes.txt", `${lines.join("\n")}\n`);
      await mustGit(at, ["add", "notes.txt"]);
      await mustGit(at, ["commit", "-q", "-m", "Notes"]);
      const changed = lines.map((line, i) => (i === 2 || i === 35 ? `${line} changed` : line));
      await writeAt(at, "notes.txt", `${changed.join("\n")}\n`);
      await mustGit(at, ["add", "-p"], { input: "y\nn\n" });
      const staged = await mustGit(at, ["diff", "--cached"]);
      expect(staged).toContain("+line 2 changed");
      expect(staged).not.toContain("+line 35 changed");
    },
  },
  {
    title: "commit of the staged half, then of the rest",
    async run({ at }) {
      await mustGit(at, ["commit", "-q", "-m", "First half"]);
      expect(await mustGit(at, ["status", "--porcelain"])).toBe(" M notes.txt\n");
      await mustGit(at, ["commit", "-q", "-a", "-m", "Second half"]);
    },
  },
  {
    title: "commit --amend",
    async run({ at }) {
      const before = await mustGit(at, ["rev-list", "--count", "HEAD"]);
      await writeAt(at, "notes.txt", `${await readAt(at, "notes.txt")}amended\n`);
      await mustGit(at, ["commit", "-q", "-a", "--amend", "-m", "Second half, amended"]);
      expect(await mustGit(at, ["rev-list", "--count", "HEAD"])).toBe(before);
      expect(await mustGit(at, ["show", "HEAD:notes.txt"])).toContain("amended");
    },
  },
  {
    title: "stash and stash pop",
    async run({ at }) {
      await writeAt(at, "notes.txt", "away for a moment\n");
      await writeAt(at, "new.txt", "untracked\n");
      await mustGit(at, ["stash", "push", "-q", "-u"]);
      expect(await mustGit(at, ["status", "--porcelain"])).toBe("");
      await mustGit(at, ["stash", "pop", "-q"]);
      expect(await readAt(at, "notes.txt")).toBe("away for a moment\n");
      await mustGit(at, ["checkout", "-q", "--", "notes.txt"]);
      await mustRun("rm", [`${at.root}/new.txt`]);
    },
  },
];
