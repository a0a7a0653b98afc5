/** Rows about git commands of one peer beside those of another. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { git, gitEnvironment, mustGit, type GitAt } from "../../harness/git.ts";
import { eventually, repositoryAt, type Declare, type Stage } from "./peers.ts";

async function commitFiles(at: GitAt, files: Readonly<Record<string, string>>, message: string): Promise<void> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(at.root, name), text);
  await mustGit(at, ["add", "."]);
  await mustGit(at, ["commit", "-q", "-m", message]);
}

async function sameHead(one: GitAt, other: GitAt): Promise<void> {
  const head = await mustGit(one, ["rev-parse", "HEAD"]);
  await eventually(async () => expect(await mustGit(other, ["rev-parse", "HEAD"])).toBe(head));
}

/** Repeats a git command until it is not refused for a lock that somebody holds; other refusals are errors. */
async function insist(at: GitAt, args: readonly string[]): Promise<void> {
  await eventually(async () => {
    const ran = await git(at, args);
    if (
      ran.code !== 0 &&
      !/\.lock|unable to lock|cannot lock|nothing to commit|reference already exists|is at .* but expected/i.test(
        ran.err,
      )
    ) {
      expect([args, ran.err + ran.out]).toEqual([args, ""]);
    }
    expect([ran.code, ran.err]).toEqual([0, expect.any(String)]);
  }, 30_000);
}

export const gitWork = (test: Declare): void => {
  test("row 10: B's status neither hashes nor rewrites what A's commit left in the index", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    await commitFiles(ada, Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, `text ${i}\n`])), "Files");
    await mustGit(ada, ["update-index", "--refresh"]);
    await sameHead(ada, ben);
    await eventually(async () => expect(await mustGit(ben, ["diff-files"])).toBe(""));
    await mustGit(ada, ["status"]);
    await mustGit(ben, ["status"]);
    const index = readFileSync(join(ben.root, ".git", "index"));
    for (const at of [ben, ada, ben]) {
      expect(await mustGit(at, ["status", "--porcelain"])).toBe("");
      expect(await mustGit(at, ["diff-files"])).toBe("");
      expect(readFileSync(join(at.root, ".git", "index")).equals(index)).toBe(true);
    }
  });

  test("rows 3 and 21: a cat-file --batch at B goes on while A repacks and collects garbage", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    await commitFiles(
      ada,
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, `${i} `.repeat(500)])),
      "Files",
    );
    await mustGit(ada, ["repack", "-a", "-d", "-q"]);
    await sameHead(ada, ben);
    const hashes = (await mustGit(ada, ["ls-tree", "HEAD", "--object-only"])).trim().split("\n");
    const child = spawn("git", ["-C", ben.root, "cat-file", "--batch-check"], {
      cwd: "/",
      env: { ...process.env, ...gitEnvironment("ben") },
    });
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      for (let round = 0; round < 5; round += 1) {
        for (const hash of hashes) {
          child.stdin.write(`${hash}\n`);
          expect((await lines.next()).value).toMatch(new RegExp(`^${hash} blob \\d+$`));
        }
        await commitFiles(ada, { [`new${round}`]: `round ${round}\n` }, `Round ${round}`);
        await mustGit(ada, ["repack", "-a", "-d", "-q", ...(round % 2 === 0 ? ["-f"] : [])]);
        await mustGit(ada, ["gc", "-q"]);
        await sameHead(ada, ben);
        await eventually(async () => await mustGit(ben, ["rev-list", "--objects", "HEAD"]));
      }
    } finally {
      child.kill();
    }
  });

  test("row 15: a clone made at A is whole at B", async (stage) => {
    const { ada } = await repositoryAt(stage);
    await commitFiles(ada, { big: "0123456789".repeat(300_000), small: "s" }, "Big");
    await mustGit(ada, ["clone", "-q", "--no-local", ".", join(stage.a, "copy")]);
    const there = { root: join(stage.b, "copy"), name: "ben" };
    await eventually(async () => expect(await mustGit(there, ["status", "--porcelain"])).toBe(""));
    await mustGit(there, ["fsck", "--full", "--strict"]);
    expect(readFileSync(join(there.root, "big"), "latin1")).toHaveLength(3_000_000);
  });

  test("row 23: git at B finds the repository safe", async (stage) => {
    const { ben } = await repositoryAt(stage);
    const ran = await git(ben, ["status"]);
    expect([ran.code, ran.err]).toEqual([0, ""]);
  });

  test("rows 25 and 34: a worktree added at A is not pruned by B, and B's use of it works or says why", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    await mustGit(ada, ["worktree", "add", "-q", join(stage.a, "side"), "-b", "side"]);
    await eventually(() => expect(existsSync(join(stage.b, ".git", "worktrees", "side", "HEAD"))).toBe(true));
    await eventually(() => expect(existsSync(join(stage.b, "side", ".git"))).toBe(true));
    const used = await git({ root: join(stage.b, "side"), name: "ben" }, ["status"]);
    if (used.code !== 0) expect(used.err).toMatch(/not a git repository|worktree/);
    // A prune whose answer is "gone" for a path only A can see must not take effect.
    await git(ben, ["worktree", "prune", "--expire", "now"]);
    await git(ben, ["gc", "-q"]);
    await mustGit({ root: join(stage.a, "side"), name: "ada" }, ["status"]);
    expect(await mustGit(ada, ["worktree", "list"])).toContain("[side]");
  });

  test("row 26: auto-gc at both peers at once loses nothing", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    const auto = ["-c", "gc.auto=50", "-c", "maintenance.auto=true", "-c", "gc.autoDetach=false"];
    const work = async (at: GitAt): Promise<string[]> => {
      const made: string[] = [];
      for (let i = 0; i < 12; i += 1) {
        const tree = (await mustGit(at, ["rev-parse", "HEAD^{tree}"])).trim();
        for (let n = 0; n < 8; n += 1)
          await mustGit(at, ["hash-object", "-w", "--stdin"], { input: `${at.name} ${i} ${n}` });
        const hash = (
          await mustGit(at, [
            "commit-tree",
            "-m",
            `${at.name} ${i}`,
            tree,
            ...made.slice(-1).flatMap((one) => ["-p", one]),
          ])
        ).trim();
        await insist(at, ["update-ref", `refs/heads/${at.name}`, hash]);
        made.push(hash);
        await git(at, [...auto, "gc", "--auto", "-q"]);
      }
      return made;
    };
    const made = (await Promise.all([work(ada), work(ben)])).flat();
    for (const at of [ada, ben]) {
      await eventually(async () => {
        const reachable = new Set((await mustGit(at, ["rev-list", "--all"])).trim().split("\n"));
        expect(made.filter((hash) => !reachable.has(hash))).toEqual([]);
      });
      await mustGit(at, ["fsck", "--full", "--strict"]);
    }
  });

  test("row 27: commits at A go on beside a status in a loop at B; refusals name the lock", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    await commitFiles(ada, Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, ""])), "Files");
    await sameHead(ada, ben);
    let running = true;
    const poll = async (): Promise<void> => {
      while (running) expect((await git(ben, ["status", "--porcelain"])).code).toBe(0);
    };
    const polled = poll();
    try {
      for (let i = 0; i < 20; i += 1) {
        writeFileSync(join(ada.root, "f0"), `round ${i}\n`);
        await insist(ada, ["commit", "-q", "-a", "-m", `Round ${i}`]);
      }
    } finally {
      running = false;
      await polled;
    }
    expect((await mustGit(ada, ["rev-list", "HEAD"])).trim().split("\n")).toHaveLength(22);
  });

  test("row 32: two peers edit shared files and commit -a: every line is in the final files", async (stage) => {
    await commitAllDuel(stage);
  });
};

/** Each writes into its own file of the shared tree; a stale cache would commit the revert of the other's lines. */
async function commitAllDuel(stage: Stage): Promise<void> {
  const { ada, ben } = await repositoryAt(stage);
  await commitFiles(ada, { "of-ada": "", "of-ben": "" }, "Files");
  await sameHead(ada, ben);
  const rounds = 12;
  const lines = (at: GitAt): string => Array.from({ length: rounds }, (_, i) => `${at.name} ${i}\n`).join("");
  await Promise.all(
    [ada, ben].map(async (at) => {
      for (let i = 0; i < rounds; i += 1) {
        writeFileSync(join(at.root, `of-${at.name}`), `${at.name} ${i}\n`, { flag: "a" });
        const committed = async (): Promise<boolean> =>
          (await mustGit(at, ["show", `HEAD:of-${at.name}`])).includes(`${at.name} ${i}\n`);
        await eventually(async () => {
          const ran = await git(at, ["commit", "-q", "-a", "-m", `${at.name} ${i}`]);
          // The other's commit -a may have taken this line along.
          expect(ran.code === 0 || (await committed())).toBe(true);
        }, 30_000);
      }
    }),
  );
  for (const at of [ada, ben]) {
    for (const who of [ada, ben]) {
      await eventually(async () => {
        expect(await mustGit(at, ["show", `HEAD:of-${who.name}`])).toBe(lines(who));
        expect(readFileSync(join(at.root, `of-${who.name}`), "utf8")).toBe(lines(who));
      });
    }
    await eventually(async () => expect(await mustGit(at, ["status", "--porcelain"])).toBe(""));
  }
}
