import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FileName } from "../../../helper/base/name.ts";
import { openHostFolder } from "../../../helper/content/host-folder.ts";
import { pathRulesOf } from "../../../helper/git/path-rules.ts";
import { hiddenIn, readFolder } from "../../../helper/session/read-folder.ts";
import type { NodeId } from "../../../helper/replica/ids.ts";
import { scannedDirs } from "../../../helper/session/rules-sources.ts";
import { gitEnvironment } from "../../harness/git.ts";

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "pm-rules-")));
  vi.stubEnv("XDG_CONFIG_HOME", join(root, "..", "none"));
  vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function git(args: readonly string[], at = ""): void {
  execFileSync("git", args, { cwd: join(root, at), env: { ...process.env, ...gitEnvironment("ada") }, stdio: "pipe" });
}

function put(path: string, text = ""): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const says: string[] = [];
async function read(hide: readonly string[] = [".env", ".env.*"], shareIgnored = false) {
  says.length = 0;
  const folder = openHostFolder(root);
  try {
    const { collected, hidden, scanned } = await readFolder(folder, root, {
      hide,
      shareIgnored,
      warn: (text) => says.push(text),
    });
    const dirAt = scannedDirs(scanned.nodes);
    return { hidden, dirAt, collected: await collected, rules: pathRulesOf(await collected) };
  } finally {
    folder.dispose();
  }
}

test("R-SEED: patterns, excludes, tracked files that match, submodules and worktrees are found, and git's programs do not run", async () => {
  git(["init", "-q"]);
  put(".gitignore", "build/\n*.log\n");
  put("build/kept.txt");
  put("build/.gitignore", "never read");
  put("a/.gitignore", "!a.log\n");
  put("a/a.log");
  put(".git/info/exclude", "mine\n");
  git(["add", "-f", "build/kept.txt", ".gitignore"]);
  git(["commit", "-qm", "one"]);
  git(["worktree", "add", "-q", "build/tree"]);
  put("build/tree/sub/.gitignore", "x\n");
  put("program", `#!/bin/sh\ntouch ${join(root, "ran")}\n`);
  chmodSync(join(root, "program"), 0o755);
  git(["config", "core.fsmonitor", join(root, "program")]);
  const { collected, rules } = await read();
  expect([says, existsSync(join(root, "ran"))]).toEqual([[], false]);
  expect(collected.repositories).toEqual([
    { dir: "", excludes: ["mine\n"], tracked: ["build/kept.txt"] },
    { dir: "build/tree", excludes: ["mine\n"], tracked: ["build/kept.txt"] },
  ]);
  expect(collected.ignoreFiles.map(({ dir }) => dir)).toEqual(["", "a", "build/tree", "build/tree/sub"]);
  const isIgnored = (path: string): boolean => rules.isIgnored(path.split("/") as FileName[], "file");
  expect(
    ["build/x", "x.log", "mine", "build/tree/mine", "build/tree/sub/x", "build/tree/build/x"].map(isIgnored),
  ).toEqual(Array.from({ length: 6 }, () => true));
  expect(["build/kept.txt", "a/a.log", "build/tree/y"].map(isIgnored)).toEqual([false, false, false]);
});

test("the user's own excludes count, after all others", async () => {
  git(["init", "-q"]);
  vi.stubEnv("XDG_CONFIG_HOME", join(dirname(root), "pm-rules-config"));
  const config = join(dirname(root), "pm-rules-config", "git");
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, "ignore"), "*.swp\n");
  rmSync(join(root, ".git/info/exclude"));
  const { collected } = await read();
  rmSync(dirname(config), { recursive: true });
  expect(collected.repositories).toEqual([{ dir: "", excludes: ["*.swp\n"], tracked: [] }]);
});

test("R-HIDE: tracked files are shared where they are; what lies in a hidden directory is not told of", async () => {
  git(["init", "-q"]);
  put("a/.env", "A=1");
  put("b/.env/.gitignore", "*");
  put("b/.env.local", "A=");
  put("c/.env", "PUBLIC=1");
  put("c/.env.d/list", "");
  put("d/gone/.env", "");
  git(["add", "-f", "c", "d"]);
  rmSync(join(root, "d/gone/.env"));
  const { collected, hidden, rules, dirAt } = await read();
  const exempt = [
    { dir: dirAt("c"), name: ".env" },
    { dir: dirAt("c"), name: ".env.d" },
    { dir: dirAt("d/gone"), name: ".env" },
  ];
  expect(collected).toMatchObject({ hidden: [".env", ".env.*"], exempt, ignoreFiles: [] });
  expect(hidden).toEqual(["a/.env", "b/.env/", "b/.env.local"]);
  expect(await hiddenIn(root, [".env"])).toEqual(["a/.env", "b/.env/"]);
  const isHidden = (dir: string): boolean => rules.isHidden(".env" as FileName, dirAt(dir) as NodeId);
  expect(["a", "c", "d", "d/gone", ""].map(isHidden)).toEqual([true, false, true, false, true]);
});

test("a folder that is no repository ignores nothing; nor does one that git cannot read, which is said", async () => {
  put(".gitignore", "*");
  put("broken/.git/HEAD", "nonsense");
  put("broken/.gitignore", "*");
  const { collected, rules } = await read();
  expect(collected).toMatchObject({ repositories: [{ dir: "broken", excludes: [], tracked: [] }], ignoreFiles: [] });
  expect(says).toEqual([
    expect.stringMatching(/^What git ignores in broken is shared like everything else: .*not a git repository/),
  ]);
  expect(rules.isIgnored(["broken", "x"] as FileName[], "file")).toBe(false);
  expect(rules.isIgnored(["x"] as FileName[], "file")).toBe(false);
  expect((await read([], true)).collected).toEqual({ hidden: [], exempt: [], repositories: [], ignoreFiles: [] });
});
