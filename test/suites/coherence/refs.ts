/** Rows about the order in which git's files arrive. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { mustGit, git } from "../../harness/git.ts";
import { eventually, repositoryAt, type Declare } from "./peers.ts";

/** Repeats `look` until `work` is done, at least once. */
async function meanwhile(work: Promise<unknown>, look: () => Promise<void>): Promise<void> {
  let running = true;
  const done = work.finally(() => {
    running = false;
  });
  // The look's complaint comes first; the work's, if any, is awaited below.
  done.catch(() => undefined);
  do await look();
  while (running);
  await done;
}

export const refs = (test: Declare): void => {
  test("row 19: A packs its refs in a loop while B resolves 50 of them: no miss", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    const names = Array.from({ length: 50 }, (_, i) => `refs/tags/t${i}`);
    const create = names.map((name) => `update ${name} HEAD\n`).join("");
    await mustGit(ada, ["update-ref", "--stdin"], { input: create });
    await eventually(async () => await mustGit(ben, ["rev-parse", "--verify", ...names.slice(-1)]));
    const pack = async (): Promise<void> => {
      for (let i = 0; i < 15; i += 1) {
        await mustGit(ada, ["pack-refs", "--all", "--prune"]);
        // Loose again, so that the next round has something to prune.
        await mustGit(ada, ["commit", "-q", "--allow-empty", "-m", `Round ${i}`]);
        await mustGit(ada, ["update-ref", "--stdin"], { input: names.map((name) => `update ${name} HEAD\n`).join("") });
      }
    };
    await meanwhile(pack(), async () => {
      const ran = await git(ben, ["rev-parse", ...names]);
      expect(ran.err).toBe("");
      expect(ran.out.trim().split("\n")).toHaveLength(50);
    });
  });

  test("row 20: A commits in a loop while B walks all objects of HEAD: nothing is missing", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    const commit = async (): Promise<void> => {
      for (let i = 0; i < 25; i += 1) {
        writeFileSync(join(ada.root, `f${i % 5}`), `round ${i}\n`);
        await mustGit(ada, ["add", "."]);
        await mustGit(ada, ["commit", "-q", "-m", `Round ${i}`]);
      }
    };
    await meanwhile(commit(), async () => {
      const ran = await git(ben, ["rev-list", "--objects", "HEAD"]);
      expect([ran.code, ran.err]).toEqual([0, ""]);
    });
    const head = await mustGit(ada, ["rev-parse", "HEAD"]);
    await eventually(async () => expect(await mustGit(ben, ["rev-parse", "HEAD"])).toBe(head));
    await mustGit(ben, ["fsck", "--full", "--strict"]);
  });

  test("row 28: an object B looked for in vain is found once A made it", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    for (let i = 0; i < 8; i += 1) {
      const text = `blob ${i}\n`;
      const hash = (await mustGit(ada, ["hash-object", "--stdin"], { input: text })).trim();
      expect((await git(ben, ["cat-file", "-e", hash])).code).not.toBe(0);
      await mustGit(ada, ["hash-object", "-w", "--stdin"], { input: text });
      await eventually(async () => expect(await mustGit(ben, ["cat-file", "blob", hash])).toBe(text));
    }
  });
};
