/** R-SEED between two mounts: what git ignores is the host's for everybody to read, and each guest's own once it changes it. */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { gitEnvironment } from "../harness/git.ts";
import { repositoryPair } from "../harness/repository-pair.ts";

const files = {
  ".gitignore": "node_modules/\nbuild/\n*.log\n*.tmp\n*~\n",
  "src/main.ts": "one\n",
  "node_modules/a/index.js": "host's a\n",
  "node_modules/a/package.json": "{}\n",
  "node_modules/b/index.js": "host's b\n",
  "build/out.js": "built by the host\n",
  "run.log": "line of the host\n",
};
const settles = { timeout: 20_000, interval: 50 };
const text = (...path: string[]): string => readFileSync(join(...path), "utf8");
const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", args, { cwd, env: gitEnvironment("ben"), encoding: "utf8" });

test("R-SEED: a guest reads the host's builds, and what it changes of them stays with it", async () => {
  const { folder, host, guest, told } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  expect(text(guest, "node_modules/a/index.js")).toBe("host's a\n");

  appendFileSync(join(guest, "run.log"), "line of the guest\n");
  expect(text(guest, "run.log")).toBe("line of the host\nline of the guest\n");
  appendFileSync(join(host, "run.log"), "another of the host\n");
  await told(host, guest);
  expect(text(guest, "run.log")).toBe("line of the host\nline of the guest\n");
  expect(text(host, "run.log")).toBe("line of the host\nanother of the host\n");

  rmSync(join(guest, "node_modules"), { recursive: true });
  expect(existsSync(join(guest, "node_modules"))).toBe(false);
  mkdirSync(join(guest, "node_modules/c/deep"), { recursive: true });
  writeFileSync(join(guest, "node_modules/c/deep/index.js"), "guest's c\n");
  renameSync(join(guest, "node_modules/c"), join(guest, "node_modules/d"));
  await told(guest, host);
  expect(readdirSync(join(guest, "node_modules"))).toEqual(["d"]);
  expect(text(guest, "node_modules/d/deep/index.js")).toBe("guest's c\n");
  expect(readdirSync(join(folder, "node_modules")).sort()).toEqual(["a", "b"]);
  expect(readdirSync(join(host, "node_modules/a")).sort()).toEqual(["index.js", "package.json"]);

  writeFileSync(join(guest, "build/out.js"), "built by the guest\n");
  writeFileSync(join(guest, "build/more.js"), "built by the guest\n");
  rmSync(join(host, "build"), { recursive: true });
  await told(host, guest);
  expect(readdirSync(join(guest, "build")).sort()).toEqual(["more.js", "out.js"]);
  expect(text(guest, "build/out.js")).toBe("built by the guest\n");
  expect(existsSync(join(host, "build"))).toBe(false);

  for (const root of [host, guest]) expect(git(root, "status", "--porcelain")).toBe("");
}, 120_000);

test("R-SEED: an editor's saves and backups by ignored names, and mv, work across the border", async () => {
  const { host, guest, told } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  const main = join(guest, "src/main.ts");

  writeFileSync(join(guest, "src/main.ts.tmp"), "saved\n");
  await told(guest, host);
  expect(existsSync(join(host, "src/main.ts.tmp"))).toBe(false);
  renameSync(join(guest, "src/main.ts.tmp"), main);
  await told(guest, host);
  expect(text(host, "src/main.ts")).toBe("saved\n");
  appendFileSync(main, "and more\n");
  await told(guest, host);
  expect(text(host, "src/main.ts")).toBe("saved\nand more\n");

  for (const round of ["second", "third"]) {
    renameSync(main, `${main}~`);
    writeFileSync(main, `${round}\n`);
    rmSync(`${main}~`);
    await told(guest, host);
    expect(readdirSync(join(host, "src"))).toEqual(["main.ts"]);
    expect(text(host, "src/main.ts")).toBe(`${round}\n`);
  }

  execFileSync("mv", ["build", "kept"], { cwd: guest });
  await told(guest, host);
  expect(text(host, "kept/out.js")).toBe("built by the host\n");
  expect(text(host, "build/out.js")).toBe("built by the host\n");
  expect(existsSync(join(guest, "build/out.js"))).toBe(false);
}, 120_000);

test("R-SEED: what git begins to track is shared, whoever wrote it", async () => {
  const { host, guest, helper, told } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  writeFileSync(join(guest, "build/out.js"), "built by the guest\n");
  mkdirSync(join(guest, "build/site"));
  writeFileSync(join(guest, "build/site/index.html"), "page\n");
  writeFileSync(join(guest, "build/site/scratch.log"), "scratch\n");
  await told(guest, host);
  expect(existsSync(join(host, "build/site"))).toBe(false);

  git(guest, "add", "-f", "build/site/index.html");
  git(guest, "commit", "-qm", "the site");
  await vi.waitFor(() => expect(text(host, "build/site/index.html")).toBe("page\n"), settles);
  expect(git(host, "status", "--porcelain")).toBe("");
  expect(existsSync(join(host, "build/site/scratch.log"))).toBe(false);
  expect(text(guest, "build/site/scratch.log")).toBe("scratch\n");

  writeFileSync(join(guest, ".gitignore"), "node_modules/\n*.log\n");
  await vi.waitFor(() => expect(text(host, ".gitignore")).toBe("node_modules/\n*.log\n"), settles);
  writeFileSync(join(guest, "build/site/second.html"), "page\n");
  await vi.waitFor(() => expect(text(host, "build/site/second.html")).toBe("page\n"), settles);
  await vi.waitFor(() => expect(text(guest, "build/out.js")).toBe("built by the host\n"), settles);
  expect(helper?.events.filter(({ event }) => event === "recovered")).toMatchObject([{ path: "build/out.js" }]);
}, 120_000);
