/** Merge with conflict, rebase, cherry-pick, bisect, submodule, tag, gc. */
import { expect } from "vitest";
import { faultyLevel } from "../../harness/fixture/stream.ts";
import { git, mustGit, type GitAt } from "../../harness/git.ts";
import { mustRun } from "../../harness/run.ts";
import { readAt, writeAt } from "./files.ts";
import type { Step } from "./steps.ts";

async function commitFile(at: GitAt, path: string, content: string): Promise<void> {
  await writeAt(at, path, content);
  await mustGit(at, ["add", path]);
  await mustGit(at, ["commit", "-q", "-m", `Change ${path}`]);
}

export const historySteps: readonly Step[] = [
  {
    title: "merge that stops at a conflict",
    async run({ at }) {
      await commitFile(at, "both.txt", "base\n");
      await mustGit(at, ["checkout", "-q", "-b", "topic"]);
      await commitFile(at, "both.txt", "theirs\n");
      await mustGit(at, ["checkout", "-q", "daily"]);
      await commitFile(at, "both.txt", "ours\n");
      expect((await git(at, ["merge", "-q", "topic"])).code).toBe(1);
      expect(await mustGit(at, ["status", "--porcelain"])).toBe("UU both.txt\n");
    },
  },
  {
    title: "the conflict's resolution",
    async run({ at }) {
      await writeAt(at, "both.txt", "ours and theirs\n");
      await mustGit(at, ["commit", "-q", "-a", "-m", "Merge topic"]);
      expect((await mustGit(at, ["rev-list", "--parents", "-1", "HEAD"])).trim().split(" ")).toHaveLength(3);
    },
  },
  {
    title: "rebase of ten commits",
    async run({ at }) {
      await mustGit(at, ["checkout", "-q", "-b", "ten", "HEAD~1"]);
      for (let i = 0; i < 10; i += 1) await commitFile(at, `ten-${i}.txt`, `${i}\n`);
      await mustGit(at, ["rebase", "-q", "daily"]);
      expect(await mustGit(at, ["rev-list", "--count", "daily..ten"])).toBe("10\n");
      await mustGit(at, ["checkout", "-q", "daily"]);
    },
  },
  {
    title: "cherry-pick of one commit and of a range",
    async run({ at }) {
      await mustGit(at, ["cherry-pick", "ten~9"]);
      await mustGit(at, ["cherry-pick", "ten~3..ten"]);
      expect(await readAt(at, "ten-0.txt")).toBe("0\n");
      expect(await readAt(at, "ten-9.txt")).toBe("9\n");
    },
  },
  {
    title: "bisect over 220 commits of 5,000 files",
    async run({ at }) {
      await mustGit(at, ["bisect", "start", "origin/main", "import-100"]);
      const test = `test "$(cat state/level.txt)" -lt ${faultyLevel}`;
      const said = await mustGit(at, ["bisect", "run", "sh", "-c", test]);
      const found = /([0-9a-f]{40}) is the first bad commit/.exec(said)?.[1] ?? said;
      expect(await mustGit(at, ["show", `${found}:state/level.txt`])).toBe(`${faultyLevel}\n`);
      await mustGit(at, ["bisect", "reset"]);
    },
  },
  {
    title: "submodule add, commit and update",
    async run({ at, others, outside }) {
      const part = { name: at.name, root: `${outside}/part` };
      await mustRun("git", ["init", "-q", "-b", "main", part.root]);
      await commitFile(part, "part.txt", "a part\n");
      await mustGit(at, ["submodule", "--quiet", "add", part.root, "part"]);
      await mustGit(at, ["commit", "-q", "-m", "Add the part"]);
      await commitFile(part, "part.txt", "a better part\n");
      await mustGit(at, ["submodule", "--quiet", "update", "--remote", "part"]);
      await mustGit(at, ["commit", "-q", "-a", "-m", "Take the better part"]);
      expect(await readAt(at, "part/part.txt")).toBe("a better part\n");
      // The submodule's own config, born at one peer, says at every other where its work tree is.
      for (const peer of [at, ...others]) {
        const read = ["config", "--file", `${peer.root}/.git/modules/part/config`, "core.worktree"];
        await expect.poll(async () => (await git(peer, read)).out, { timeout: 10_000 }).toBe("../../../part\n");
      }
    },
  },
  {
    title: "tags, light and annotated",
    async run({ at, others }) {
      await mustGit(at, ["tag", "light"]);
      await mustGit(at, ["tag", "-a", "-m", "With words", "heavy"]);
      for (const peer of [at, ...others]) {
        await expect.poll(async () => await mustGit(peer, ["describe"]), { timeout: 10_000 }).toBe("heavy\n");
      }
    },
  },
  {
    title: "gc, after which every peer reads the whole history",
    async run({ at, others }) {
      await mustGit(at, ["gc", "-q"]);
      const all = await mustGit(at, ["rev-list", "--objects", "--all"]);
      const loose = await mustGit(at, ["count-objects"]);
      for (const peer of others) {
        await expect.poll(async () => await mustGit(peer, ["count-objects"]), { timeout: 10_000 }).toBe(loose);
        expect(await mustGit(peer, ["rev-list", "--objects", "--all"])).toBe(all);
      }
    },
  },
];
