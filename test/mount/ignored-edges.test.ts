/** R-SEED between two mounts, where own files meet shared names. */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { gitEnvironment } from "../harness/git.ts";
import { repositoryPair } from "../harness/repository-pair.ts";

const files = {
  ".gitignore": "node_modules/\nbuild/\n*.log\n/src/gen/\n",
  "src/main.ts": "one\n",
  "node_modules/a/index.js": "host's a\n",
  "build/out.js": "built by the host\n",
  "build/sub/deep.js": "deep\n",
  "run.log": "line of the host\n",
};
const settles = { timeout: 20_000, interval: 50 };
const text = (...path: string[]): string => readFileSync(join(...path), "utf8");
const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", args, { cwd, env: gitEnvironment("ben"), encoding: "utf8", stdio: "pipe" });

test("the host's mv of an ignored directory to a shared name shows at a guest that has something in it", async () => {
  const { host, guest, told } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  writeFileSync(join(guest, "build/own.js"), "own\n");
  rmSync(join(guest, "build/sub/deep.js"));
  expect(existsSync(join(guest, "docs"))).toBe(false);
  renameSync(join(host, "build"), join(host, "docs"));
  await told(host, guest);
  await vi.waitFor(() => expect(readdirSync(join(guest, "docs")).sort()).toEqual(["out.js", "own.js", "sub"]), settles);
  await vi.waitFor(() => expect(text(host, "docs/own.js")).toBe("own\n"), settles);
  expect(text(guest, "docs/out.js")).toBe("built by the host\n");
  await vi.waitFor(() => expect(text(guest, "docs/sub/deep.js")).toBe("deep\n"), settles);
  expect(git(guest, "status", "--porcelain")).toBe(git(host, "status", "--porcelain"));
}, 120_000);

test("R-SEED: a file that a guest had changed while it was ignored is the host's when that tracks it, and the guest's is recovered", async () => {
  const { host, guest, helper, told } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  writeFileSync(join(guest, "run.log"), "line of the guest\n");
  writeFileSync(join(guest, "build/out.js"), "built by the host\n");
  git(host, "add", "-f", "run.log", "build/out.js");
  git(host, "commit", "-qm", "log");
  await vi.waitFor(() => expect(text(guest, "run.log")).toBe("line of the host\n"), settles);
  await vi.waitFor(() => expect(git(guest, "status", "--porcelain")).toBe(""), settles);
  const recovered = helper?.events.filter(({ event }) => event === "recovered");
  expect(recovered).toMatchObject([{ path: "run.log" }]);
  appendFileSync(join(guest, "run.log"), "more\n");
  appendFileSync(join(guest, "build/out.js"), "more\n");
  await told(guest, host);
  expect(text(host, "run.log")).toBe("line of the host\nmore\n");
  expect(text(host, "build/out.js")).toBe("built by the host\nmore\n");
}, 120_000);

test("mv of a directory with own files in an ignored one", async () => {
  const { host, guest, told } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  mkdirSync(join(guest, "src/gen"));
  writeFileSync(join(guest, "src/gen/x.ts"), "generated\n");
  await told(guest, host);
  expect(existsSync(join(host, "src/gen"))).toBe(false);
  git(guest, "mv", "src", "lib");
  await vi.waitFor(() => expect(text(host, "lib/gen/x.ts")).toBe("generated\n"), settles);
  expect(git(guest, "status", "--porcelain")).toBe(git(host, "status", "--porcelain"));
}, 120_000);

test("git's own ways in ignored folders", async () => {
  const { host, guest, told } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  git(guest, "worktree", "add", "-q", "build/wt", "-b", "other");
  expect(text(guest, "build/wt/src/main.ts")).toBe("one\n");
  appendFileSync(join(guest, "build/wt/src/main.ts"), "two\n");
  git(join(guest, "build/wt"), "commit", "-qam", "two");
  expect(git(join(guest, "build/wt"), "status", "--porcelain")).toBe("");
  git(guest, "clone", "-q", ".", "node_modules/clone");
  writeFileSync(join(guest, "node_modules/clone/x"), "x");
  git(join(guest, "node_modules/clone"), "add", "x");
  git(join(guest, "node_modules/clone"), "commit", "-qm", "x");
  git(join(guest, "node_modules/clone"), "gc", "-q");
  git(join(guest, "node_modules/clone"), "fsck", "--strict");
  await told(guest, host);
  expect(existsSync(join(host, "node_modules/clone"))).toBe(false);
  writeFileSync(join(guest, "untracked.txt"), "u\n");
  appendFileSync(join(guest, "src/main.ts"), "stashed\n");
  git(guest, "stash", "-uq");
  expect(existsSync(join(guest, "untracked.txt"))).toBe(false);
  git(guest, "stash", "pop", "-q");
  expect(text(guest, "untracked.txt")).toBe("u\n");
  git(guest, "worktree", "remove", "--force", "build/wt");
  git(guest, "clean", "-fdxq", "-f");
  await told(guest, host);
  expect(readdirSync(guest).sort()).toEqual([".git", ".gitignore", "src"]);
  expect(readdirSync(host).sort()).toEqual([".git", ".gitignore", "build", "node_modules", "run.log", "src"]);
  expect(text(host, "node_modules/a/index.js")).toBe("host's a\n");
  mkdirSync(join(guest, "build"));
  writeFileSync(join(guest, "build/new.js"), "new\n");
  expect(readdirSync(join(guest, "build"))).toEqual(["new.js"]);
  git(guest, "checkout", "-q", "src/main.ts");
  for (const root of [host, guest]) expect(git(root, "status", "--porcelain")).toBe("");
}, 120_000);

test("hard links, sed -i, mmap, backups and directories moved about", async () => {
  const { host, guest, told } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  const run = (script: string, cwd = guest): string =>
    execFileSync("bash", ["-ec", script], { cwd, encoding: "utf8", stdio: "pipe" });
  run("ln build/out.js build/linked.js; echo more >> build/linked.js; cat build/out.js");
  expect(text(guest, "build/out.js")).toBe("built by the host\nmore\n");
  expect(text(host, "build/out.js")).toBe("built by the host\n");
  run("sed -i s/host/guest/ run.log; sed -i s/one/uno/ src/main.ts");
  expect(text(guest, "run.log")).toBe("line of the guest\n");
  run("echo secret=1 > .env; sed -i s/1/2/ .env; cp .env .env.local; mv .env.local .env.prod");
  expect(text(guest, ".env")).toBe("secret=2\n");
  run(`python3 - <<'P'
import mmap
f=open("build/sub/deep.js","r+b"); m=mmap.mmap(f.fileno(),0); m[0:4]=b"DEEP"; m.flush(); m.close(); f.close()
f=open("src/main.ts","r+b"); m=mmap.mmap(f.fileno(),0); m[0:3]=b"UNO"; m.flush(); m.close(); f.close()
P`);
  expect(text(guest, "build/sub/deep.js")).toBe("DEEP\n");
  run("cp -a build build2; mv build2 node_modules/build2; mv node_modules/build2 build/; rm -r build/build2");
  run("mv src/main.ts src/main.log; echo dos > src/main.ts; rm src/main.log");
  run(
    'python3 -c \'f=open("run.log","w"); import os; os.unlink("run.log"); f.write("x"*9000); f.flush(); os.fsync(f.fileno()); f.close()\'',
  );
  run("mkdir -p a/b; echo x > a/b/c.log; echo y > a/b/y; rm -r a; test ! -e a");
  await told(guest, host);
  expect(text(host, "src/main.ts")).toBe("dos\n");
  expect(text(host, "run.log")).toBe("line of the host\n");
  expect(text(host, "build/sub/deep.js")).toBe("deep\n");
  expect(readdirSync(host).sort()).toEqual([".git", ".gitignore", "build", "node_modules", "run.log", "src"]);
  expect(git(guest, "status", "--porcelain")).toBe(" M src/main.ts\n?? .env\n?? .env.prod\n");
  expect(git(host, "status", "--porcelain")).toBe(" M src/main.ts\n");
}, 120_000);

test("a large file goes from an ignored name to a shared one", async () => {
  const { host, guest, told } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  const bytes = Buffer.alloc(9_000_000, "pairmount ");
  writeFileSync(join(guest, "src/large.log"), bytes);
  renameSync(join(guest, "src/large.log"), join(guest, "src/large.bin"));
  await told(guest, host);
  expect(readFileSync(join(host, "src/large.bin")).equals(bytes)).toBe(true);
}, 120_000);

const big = "x".repeat(600_000);
const more = {
  ...files,
  ".gitignore": "node_modules/\nbuild/\n*.log\n",
  "lib/keep.ts": "keep\n",
  "build/out.js": big,
};
const tracked = [".gitignore", "src/main.ts", "lib/keep.ts"];

test("partial writes, chmod, truncation of uncached host files", async () => {
  const { host, guest, told } = await repositoryPair(more, tracked);
  const fd = openSync(join(guest, "build/out.js"), "r+");
  writeSync(fd, "middle", 300_000);
  closeSync(fd);
  const want = Buffer.from(big);
  want.write("middle", 300_000);
  expect(text(guest, "build/out.js")).toBe(want.toString());
  chmodSync(join(guest, "build/sub/deep.js"), 0o755);
  writeFileSync(join(host, "build/sub/deep.js"), "changed\n");
  await told(host, guest);
  expect(text(guest, "build/sub/deep.js")).toBe("deep\n");
  const cut = openSync(join(guest, "run.log"), "r+");
  ftruncateSync(cut, 4);
  ftruncateSync(cut, 8);
  closeSync(cut);
  expect(readFileSync(join(guest, "run.log"))).toEqual(Buffer.from("line\0\0\0\0"));
  expect(text(host, "run.log")).toBe("line of the host\n");
  expect(text(host, "build/out.js")).toBe(big);
}, 60_000);

test("open handles while the host deletes, and rules change under them", async () => {
  const { host, guest, told } = await repositoryPair(more, tracked);
  const read = openSync(join(guest, "run.log"), "r+");
  rmSync(join(host, "run.log"));
  await told(host, guest);
  writeSync(read, "late", 0);
  const buffer = Buffer.alloc(17);
  readSync(read, buffer, 0, 17, 0);
  expect(buffer.toString()).toBe("late of the host\n");
  closeSync(read);
  expect(existsSync(join(guest, "run.log"))).toBe(false);

  const own = openSync(join(guest, "build/own.js"), "w");
  writeSync(own, "first\n");
  writeFileSync(join(host, ".gitignore"), "node_modules/\n*.log\n");
  await vi.waitFor(() => expect(text(host, "build/own.js")).toBe("first\n"), settles);
  writeSync(own, "second\n");
  closeSync(own);
  await told(guest, host);
  expect(text(host, "build/own.js")).toBe("first\nsecond\n");
  writeFileSync(join(host, ".gitignore"), "node_modules/\nbuild/\n*.log\n");
  await setTimeout(2500);
  writeFileSync(join(guest, "build/own.js"), "mine again\n");
  await told(guest, host);
  expect(text(host, "build/own.js")).toBe("first\nsecond\n");
  expect(text(guest, "build/own.js")).toBe("mine again\n");
}, 60_000);

test("checkout between branches that have and lack a directory with own files in it", async () => {
  const { host, guest, told } = await repositoryPair(more, tracked);
  git(host, "checkout", "-qb", "without");
  git(host, "rm", "-rq", "lib");
  git(host, "commit", "-qm", "no lib");
  git(host, "checkout", "-q", "-");
  await told(host, guest);
  writeFileSync(join(guest, "lib/own.log"), "own\n");
  for (let round = 0; round < 3; round++) {
    git(round === 1 ? guest : host, "checkout", "-q", "without");
    await told(host, guest);
    expect(existsSync(join(host, "lib"))).toBe(round === 1);
    expect(readdirSync(join(guest, "lib"))).toEqual(["own.log"]);
    for (const root of [host, guest]) expect(git(root, "status", "--porcelain")).toBe("");
    git(round === 2 ? guest : host, "checkout", "-q", "-");
    await told(host, guest);
    await told(guest, host);
    expect(readdirSync(join(guest, "lib")).sort()).toEqual(["keep.ts", "own.log"]);
    expect(text(guest, "lib/own.log")).toBe("own\n");
    expect(readdirSync(join(host, "lib")).sort()).toEqual(["keep.ts"]);
    for (const root of [host, guest]) expect(git(root, "status", "--porcelain")).toBe("");
  }
}, 60_000);

test("the host builds anew", async () => {
  const { host, guest, told } = await repositoryPair(more, tracked);
  mkdirSync(join(guest, "node_modules/.cache"));
  writeFileSync(join(guest, "node_modules/.cache/x"), "x");
  rmSync(join(host, "node_modules"), { recursive: true });
  mkdirSync(join(host, "node_modules/b"), { recursive: true });
  writeFileSync(join(host, "node_modules/b/index.js"), "b\n");
  await told(host, guest);
  expect(readdirSync(join(guest, "node_modules")).sort()).toEqual([".cache", "b"]);
  expect(text(guest, "node_modules/b/index.js")).toBe("b\n");
  expect(text(guest, "node_modules/.cache/x")).toBe("x");
  rmSync(join(guest, "node_modules"), { recursive: true });
  expect(existsSync(join(guest, "node_modules"))).toBe(false);
}, 60_000);
