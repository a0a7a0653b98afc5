/** What whole programs need: databases, scripts, a current directory, git. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, statfsSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { mustGit } from "../../harness/git.ts";
import { mustProbe, startProbe } from "../../harness/fs-probe/probe.ts";
import type { Family } from "./family.ts";

const inserts = `
  import sqlite3
  db = sqlite3.connect(A[0], timeout=30); R = db.execute("pragma journal_mode=" + A[2]).fetchone()[0]
  db.execute("create table if not exists t (who text, n int)")
  for i in range(100):
      with db: db.execute("insert into t values (?, ?)", (A[1], i))`;

export const programs: Family = (test) => {
  for (const mode of ["wal", "delete"]) {
    test(`row 2: two processes write one SQLite database in ${mode} mode`, async ({ at }) => {
      // Before the two begin: SQLite does not wait for a busy database when it changes the mode (ext4 shows it too).
      mustProbe(
        `import sqlite3; db = sqlite3.connect(A[0]); db.execute("pragma journal_mode=" + A[1]); db.execute("create table t (who text, n int)"); R = 1`,
        [at("db"), mode],
      );
      const modes = await Promise.all(
        ["one", "two"].map(async (who) => await startProbe(inserts, [at("db"), who, mode]).done),
      );
      expect(modes).toEqual([mode, mode]);
      const body = `
        import sqlite3
        db = sqlite3.connect(A[0]); R = [db.execute("pragma integrity_check").fetchone()[0], db.execute("select count(*) from t").fetchone()[0]]`;
      expect(mustProbe(body, [at("db")])).toEqual(["ok", 200]);
    });
  }

  test("a script on the mount runs by its path", ({ at }) => {
    writeFileSync(at("script"), "#!/bin/sh\necho it ran\n");
    chmodSync(at("script"), 0o755);
    expect(spawnSync(at("script"), { encoding: "utf8" }).stdout).toBe("it ran\n");
  });

  test("a compiled program on the mount runs after it was replaced", ({ at }) => {
    mustProbe(
      `import shutil; shutil.copy("/bin/true", A[0]); shutil.copy("/bin/true", A[0] + ".new"); os.rename(A[0] + ".new", A[0])`,
      [at("true")],
    );
    expect(spawnSync(at("true")).status).toBe(0);
  });

  test("statfs gives figures that make sense", ({ dir }) => {
    const { bsize, blocks, bfree, bavail } = statfsSync(dir);
    expect(bsize).toBeGreaterThanOrEqual(512);
    expect(blocks).toBeGreaterThan(0);
    expect(bfree).toBeLessThanOrEqual(blocks);
    expect(bavail).toBeLessThanOrEqual(bfree);
    expect(bavail).toBeGreaterThan(0);
    expect(mustProbe(`R = os.statvfs(A[0]).f_namemax`, [dir])).toBe(255);
  });

  test("a current directory follows its directory through a rename", ({ at }) => {
    mkdirSync(at("a"));
    const body = `
      os.chdir(A[0]); os.rename(A[0], A[1]); open("made", "w").close()
      R = [os.getcwd() == os.path.realpath(A[1]), os.listdir(A[1])]`;
    expect(mustProbe(body, [at("a"), at("b")])).toEqual([true, ["made"]]);
  });

  test("git makes, commits to, packs, clones by link and checks a repository", async ({ at }) => {
    const one = { root: at("one"), name: "ada" };
    mkdirSync(one.root);
    await mustGit(one, ["init", "-q"]);
    for (let i = 0; i < 30; i += 1) writeFileSync(at("one", `f${i}`), `content ${i}\n`);
    await mustGit(one, ["add", "."]);
    await mustGit(one, ["commit", "-q", "-m", "First"]);
    await mustGit(one, ["clone", "-q", "-l", ".", at("two")]);
    await mustGit(one, ["gc", "-q"]);
    await mustGit(one, ["fsck", "--strict"]);
    expect(await mustGit({ root: at("two"), name: "ben" }, ["status", "--porcelain"])).toBe("");
    expect(existsSync(at("two", "f29"))).toBe(true);
  });

  test("row 10: git status rewrites the index once, then never again", async ({ at }) => {
    const here = { root: at("repo"), name: "ada" };
    mkdirSync(here.root);
    await mustGit(here, ["init", "-q"]);
    for (let i = 0; i < 20; i += 1) writeFileSync(at("repo", `f${i}`), `content ${i}\n`);
    await mustGit(here, ["add", "."]);
    await mustGit(here, ["status"]);
    expect(await mustGit(here, ["diff-files"])).toBe("");
  });
};
