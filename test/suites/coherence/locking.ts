/** Rows about who wins: exclusive creates, mkdir, and what holds behind a lock. */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { mustGit } from "../../harness/git.ts";
import { startProbe } from "../../harness/fs-probe/probe.ts";
import { eventually, repositoryAt, type Declare, type Stage } from "./peers.ts";

/** A git directory that git would know, so that its rules hold in it. */
function gitDirAt({ a, b }: Stage): Promise<void> {
  for (const name of ["objects", "refs/heads"]) mkdirSync(join(a, ".git", name), { recursive: true });
  writeFileSync(join(a, ".git", "HEAD"), "ref: refs/heads/main\n");
  return eventually(() => {
    expect(existsSync(join(b, ".git", "HEAD"))).toBe(true);
    expect(existsSync(join(b, ".git", "refs", "heads"))).toBe(true);
  });
}

const race = `
  if A[1]: interrupt_every(0.0007)
  R = []
  for i in range(150):
      try:
          os.close(os.open(A[0] + "/" + str(i) + ".lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY)); R.append(i)
      except FileExistsError: pass
  signal.setitimer(signal.ITIMER_REAL, 0)`;
const all = Array.from({ length: 150 }, (_, i) => i);
const ascending = (x: number, y: number): number => x - y;

export const locking = (test: Declare): void => {
  for (const underTimer of [false, true]) {
    const how = underTimer ? " under a signal timer" : "";
    test(`row 6: two peers racing O_EXCL for 150 lock names have exactly 150 winners${how}`, async (stage) => {
      await gitDirAt(stage);
      const dirs = [stage.a, stage.b].map((dir) => join(dir, ".git", "refs", "heads"));
      const won = await Promise.all(
        dirs.map(async (dir) => (await startProbe(race, [dir, underTimer]).done) as number[]),
      );
      expect(won.flat().toSorted(ascending)).toEqual(all);
      for (const dir of dirs) await eventually(() => expect(readdirSync(dir)).toHaveLength(150));
    });
  }

  test("row 6: *.lock outside of git directories has one winner as well", async ({ a, b }) => {
    const won = await Promise.all([a, b].map(async (dir) => (await startProbe(race, [dir, false]).done) as number[]));
    expect(won.flat().toSorted(ascending)).toEqual(all);
  });

  test("row 7: 400 create, write, close and rename under a signal timer at both peers, none fails", async ({
    a,
    b,
  }) => {
    const body = `
      interrupt_every(0.0007)
      for i in range(400):
          fd = os.open(A[0] + "/t" + A[1], os.O_CREAT | os.O_EXCL | os.O_WRONLY); os.write(fd, str(i).encode()); os.close(fd)
          os.rename(A[0] + "/t" + A[1], A[0] + "/" + A[1] + str(i))
      signal.setitimer(signal.ITIMER_REAL, 0)`;
    await Promise.all([a, b].map(async (dir, i) => await startProbe(body, [dir, `abcdef`[i]]).done));
    for (const dir of [a, b]) await eventually(() => expect(readdirSync(dir)).toHaveLength(800));
  });

  test("row 1: a counter under a .lock loses no step of two peers", async (stage) => {
    await gitDirAt(stage);
    writeFileSync(join(stage.a, ".git", "refs", "heads", "n"), "0");
    await eventually(() => expect(existsSync(join(stage.b, ".git", "refs", "heads", "n"))).toBe(true));
    const body = `
      path = A[0]; done = 0
      while done < 100:
          try: fd = os.open(path + ".lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
          except FileExistsError: time.sleep(0.0005); continue
          n = int(open(path).read()); os.write(fd, str(n + 1).encode()); os.close(fd); os.rename(path + ".lock", path); done += 1`;
    const path = (dir: string): string => join(dir, ".git", "refs", "heads", "n");
    await Promise.all([stage.a, stage.b].map(async (dir) => await startProbe(body, [path(dir)]).done));
    for (const dir of [stage.a, stage.b]) await eventually(() => expect(readFileSync(path(dir), "utf8")).toBe("200"));
  });

  test("row 1: two peers compare-and-swap one ref with update-ref: every acknowledged commit is in its history", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    await mustGit(ada, ["update-ref", "refs/heads/duel", "HEAD"]);
    await eventually(async () => await mustGit(ben, ["rev-parse", "refs/heads/duel"]));
    const body = `
      import subprocess
      def git(*args): return subprocess.run(["git", "-C", A[0], "-c", "user.name=x", "-c", "user.email=x@example.invalid", *args], capture_output=True, text=True)
      R = []
      while len(R) < 20:
          old = git("rev-parse", "refs/heads/duel").stdout.strip()
          new = git("commit-tree", "-m", A[1] + str(len(R)), "-p", old, old + "^{tree}").stdout.strip()
          if git("update-ref", "refs/heads/duel", new, old).returncode == 0: R.append(new)
          else: time.sleep(0.002)`;
    const got = await Promise.all(
      [ada, ben].map(async (at) => (await startProbe(body, [at.root, at.name]).done) as string[]),
    );
    for (const at of [ada, ben]) {
      await eventually(async () => {
        const history = new Set((await mustGit(at, ["rev-list", "refs/heads/duel"])).trim().split("\n"));
        expect(got.flat().filter((hash) => !history.has(hash))).toEqual([]);
        expect(history.size).toBe(41);
      });
    }
  });

  test("row 1: two peers commit on one branch: every acknowledged commit is in its history at both", async (stage) => {
    const { ada, ben } = await repositoryAt(stage);
    const body = `
      import subprocess
      def git(*args): return subprocess.run(["git", "-C", A[0], "-c", "user.name=x", "-c", "user.email=x@example.invalid", "-c", "core.abbrev=40", *args], capture_output=True, text=True)
      R = []
      while len(R) < 15:
          ran = git("commit", "--allow-empty", "-m", A[1] + str(len(R)))
          if ran.returncode == 0: R.append(ran.stdout.split("]")[0].split(" ")[-1])
          else: time.sleep(0.002 + 0.002 * (os.getpid() % 3))`;
    const got = await Promise.all(
      [ada, ben].map(async (at) => (await startProbe(body, [at.root, at.name]).done) as string[]),
    );
    for (const at of [ada, ben]) {
      await eventually(async () => {
        const history = new Set((await mustGit(at, ["rev-list", "HEAD"])).trim().split("\n"));
        expect(got.flat().filter((hash) => !history.has(hash))).toEqual([]);
        expect(history.size).toBe(31);
      });
    }
  });

  test("row 33: mkdir is a mutex in a git directory: two peers racing for 100 names have exactly 100 winners", async (stage) => {
    await gitDirAt(stage);
    const body = `
      R = []
      for i in range(100):
          try: os.mkdir(A[0] + "/.git/rebase-" + str(i)); R.append(i)
          except FileExistsError: pass`;
    const won = await Promise.all(
      [stage.a, stage.b].map(async (dir) => (await startProbe(body, [dir]).done) as number[]),
    );
    expect(won.flat().toSorted(ascending)).toEqual(all.slice(0, 100));
    await eventually(() => expect(statSync(join(stage.b, ".git", "rebase-99")).isDirectory()).toBe(true));
  });
};
