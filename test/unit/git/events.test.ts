import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import { createGitEvents, type GitEvent } from "../../../helper/git/events.ts";
import { parseReflogLine } from "../../../helper/git/reflog.ts";

const hash = "a".repeat(40);
const path = (text: string) => text.split("/").map(mustFileName);

describe("a reflog line", () => {
  test("is taken apart, names without ASCII and empty messages included", () => {
    expect(parseReflogLine(`${hash} ${hash} J\u00f6rg <j@x> 1700000000 +0100\tcommit (amend): a: b`)).toEqual({
      old: hash,
      new: hash,
      name: "J\u00f6rg",
      mail: "j@x",
      when: 1_700_000_000,
      action: "commit (amend)",
      message: "a: b",
    });
    expect(parseReflogLine(`${hash} ${hash} <> 0 -0000`)).toMatchObject({ name: "", mail: "", action: "" });
    for (const bad of [
      "",
      "x",
      `${hash} ${hash}`,
      `${hash}  J <j> 1 +0100`,
      `${"a".repeat(41)} ${hash} J <j@x> 1 +0100\tx`,
    ]) {
      expect(parseReflogLine(bad)).toBeUndefined();
    }
  });
});

describe("the timeline of real git commands", () => {
  let dir: string;
  let sizes: Map<string, number>;
  const events = createGitEvents();
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "pm-content-"));
    sizes = new Map();
    git("init", "-q", "-b", "main");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** Runs git and returns the events of what it appended to the logs named. */
  function git(...args: string[]): GitEvent[] {
    const identity = ["-c", "user.name=J\u00f6rg", "-c", "user.email=j@x", "-c", "rebase.instructionFormat=%s"];
    execFileSync("git", [...identity, ...args], {
      cwd: dir,
      stdio: "ignore",
      env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_EDITOR: "true" },
    });
    return ["logs/HEAD", "logs/refs/heads/topic", "logs/refs/stash"].flatMap((log) => {
      const file = join(dir, ".git", log);
      if (!existsSync(file)) return [];
      const bytes = readFileSync(file);
      const from = sizes.get(log) ?? 0;
      sizes.set(log, bytes.length);
      return events.of(
        { t: "appended", path: path(log), bytes: bytes.subarray(from) },
        readFileSync(join(dir, ".git/HEAD"), "utf8"),
      );
    });
  }
  const head = () => execFileSync("git", ["rev-parse", "HEAD"], { cwd: dir, encoding: "utf8" }).trim();
  const commit = (name: string, subject: string) => {
    writeFileSync(join(dir, name), subject);
    git("add", ".");
    return git("commit", "-m", subject);
  };

  test("shows commits, amends, branches, merges, rebases, resets, cherry-picks and stashes", () => {
    expect(commit("a", "first: caf\u00e9")).toEqual([
      {
        kind: "commit",
        hash: head(),
        old: undefined,
        at: expect.any(Number),
        branch: "main",
        subject: "first: caf\u00e9",
        author: "J\u00f6rg",
        how: "commit",
      },
    ]);
    expect(git("commit", "--amend", "-m", "better")).toMatchObject([
      { kind: "commit", how: "amend", subject: "better" },
    ]);
    expect(git("checkout", "-b", "topic")).toMatchObject([
      { kind: "branch switched", from: "main", to: "topic" },
      { kind: "branch created", name: "topic" },
    ]);
    commit("b", "on topic");
    const topic = head();
    git("checkout", "main");
    expect(git("cherry-pick", topic)).toMatchObject([
      { kind: "commit", how: "cherry-pick", subject: "on topic", branch: "main" },
    ]);
    expect(git("reset", "--hard", "HEAD~1")).toMatchObject([{ kind: "reset", to: "HEAD~1" }]);
    expect(git("merge", "topic")).toEqual([
      { kind: "merged", branch: "main", from: "topic", hash: topic, fastForward: true },
    ]);
    git("reset", "--hard", "HEAD~1");
    commit("c", "on main");
    git("checkout", "topic");
    const rebased = git("rebase", "main");
    expect(rebased).toMatchObject([
      { kind: "rebase begun", onto: "main" },
      { kind: "commit", how: "rebase", subject: "on topic" },
      { kind: "rebase finished", branch: "topic", hash: head() },
    ]);
    writeFileSync(join(dir, "a"), "dirty");
    expect(git("stash")).toMatchObject([{ kind: "reset" }, { kind: "stashed" }]);
  });

  test("waits for the rest of a line, and tells tags and deleted branches from packed refs", () => {
    const line = Buffer.from(`${hash} ${hash} A <a@x> 1 +0000\tcommit: x\n`);
    expect(events.of({ t: "appended", path: path("logs/HEAD"), bytes: line.subarray(0, 50) }, undefined)).toEqual([]);
    expect(events.of({ t: "appended", path: path("logs/HEAD"), bytes: line.subarray(50) }, undefined)).toMatchObject([
      { kind: "commit", branch: undefined },
    ]);
    expect(
      events.of(
        { t: "replaced", path: path("refs/tags/v1"), created: true, bytes: Buffer.from(`${hash}\n`) },
        undefined,
      ),
    ).toEqual([{ kind: "tag created", name: "v1", hash }]);
    expect(events.of({ t: "removed", path: path("refs/heads/x") }, undefined)).toEqual([]);
    expect(events.of({ t: "removed", path: path("logs/refs/heads/x") }, undefined)).toEqual([
      { kind: "branch deleted", name: "x" },
    ]);
    const pushed = Buffer.from(`${hash} ${hash} A <a@x> 1 +0000\tupdate by push\n`);
    expect(events.of({ t: "appended", path: path("logs/refs/remotes/origin/main"), bytes: pushed }, undefined)).toEqual(
      [{ kind: "pushed", name: "origin/main", hash }],
    );
  });
});
