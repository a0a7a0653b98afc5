/** Row 9 across a remount: git's index and editors go by inode number and mtime. */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeRepository, mustGit } from "../harness/git.ts";
import { startHelper, type Helper } from "../harness/helper.ts";
import { eventually } from "../suites/coherence/peers.ts";

/** A folder with one file of each kind, and the means to share and join it again and again from the same homes. */
async function place(): Promise<{
  folder: string;
  guestRoot: string;
  share: () => Promise<Helper>;
  join: (host: Helper) => Promise<Helper>;
}> {
  const temporary = mkdtempSync(join(tmpdir(), "pairmount-remounted-"));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const [folder, guestRoot] = [join(temporary, "folder"), join(temporary, "guest-mount")];
  for (const dir of [folder, guestRoot]) mkdirSync(dir);
  await fill(folder, "before");
  const start = async (home: string, args: readonly string[], mount: string): Promise<Helper> => {
    const helper = await startHelper({ home: join(temporary, home), args, mount });
    onTestFinished(async () => void (await helper.stop()));
    return helper;
  };
  return {
    folder,
    guestRoot,
    share: () => start("host", ["share", folder, "--accept", "--name", "ada"], folder),
    join: (host) => start("guest", ["join", String(host.first["invite"]), guestRoot, "--name", "ben"], guestRoot),
  };
}

async function fill(root: string, name: string): Promise<void> {
  const dir = join(root, name);
  mkdirSync(join(dir, "dir"), { recursive: true });
  for (let i = 0; i < 20; i += 1) writeFileSync(join(dir, "dir", `f${i}`), `text ${i}\n`.repeat(i * 100));
  writeFileSync(join(dir, "old"), "old");
  utimesSync(join(dir, "old"), -1.25, -86_400.5);
  writeFileSync(join(dir, "linked"), "linked");
  linkSync(join(dir, "linked"), join(dir, "dir", "link"));
  symlinkSync("linked", join(dir, "symlink"));
  await makeRepository({ root: dir, name: "ada" }, name);
}

/** Each peer has its own of these. */
const ownFiles = /\.git\/(config|hooks|COMMIT_EDITMSG)(\/|$)/;

interface Stat {
  readonly ino: bigint;
  readonly mtime: bigint;
}

function stat(path: string): Stat {
  const { ino, mtimeNs } = lstatSync(path, { bigint: true });
  return { ino, mtime: mtimeNs };
}

/** Of everything below `root`, directories too. */
function looks(root: string): Record<string, Stat> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => !ownFiles.test(path))
    .toSorted();
  return Object.fromEntries(paths.map((path) => [path, stat(join(root, path))]));
}

test("row 9: at a guest that leaves and joins again every file has the inode number and mtime it had, to the nanosecond", async () => {
  const at = await place();
  const host = await at.share();
  const guest = await at.join(host);
  await fill(at.folder, "of-host");
  await fill(at.guestRoot, "of-guest");
  await eventually(() => expect(looks(at.guestRoot)).toEqual(looks(at.folder)), 20_000);
  const before = looks(at.guestRoot);
  await guest.stop();
  await at.join(host);
  expect(looks(at.guestRoot)).toEqual(before);
  expect(looks(at.folder)).toEqual(before);
});

test("row 9: in a folder shared again what is older than the first session keeps inode number and mtime; what that made takes the real folder's number and, unless it was set, a time close by", async () => {
  const at = await place();
  const real = looks(at.folder);
  const first = await at.share();
  const guest = await at.join(first);
  await fill(at.folder, "of-host");
  await fill(at.guestRoot, "of-guest");
  await eventually(() => expect(looks(at.guestRoot)).toEqual(looks(at.folder)), 20_000);
  const before = looks(at.folder);
  expect(before).toMatchObject(real);
  await guest.stop();
  await first.stop();
  const between = looks(at.folder);

  const second = await at.share();
  await at.join(second);
  const after = looks(at.folder);
  expect(after).toEqual(between);
  expect(after).toMatchObject(real);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [path, { mtime }] of Object.entries(before)) {
    const moved = Number((after[path]?.mtime ?? 0n) - mtime) / 1e9;
    expect(Math.abs(moved), path).toBeLessThan(path.endsWith("/old") ? 1e-9 : 5);
  }
  expect(looks(at.guestRoot)).toEqual(after);
  // Git's index holds the first session's stats: one look at the bytes, and nothing has changed.
  for (const name of ["before", "of-host", "of-guest"])
    expect(await mustGit({ root: join(at.folder, name), name: "ada" }, ["status", "--porcelain"])).toBe("");
});

/** Status until the index stays as it is: what was saved in the second of `git add` is looked at again. */
async function settledIndex(root: string): Promise<Buffer> {
  const index = join(root, ".git", "index");
  return await eventually(async () => {
    const before = readFileSync(index);
    await mustGit({ root, name: "ada" }, ["status"]);
    expect(readFileSync(index).equals(before)).toBe(true);
    return before;
  }, 20_000);
}

async function statusLeavesIndex(root: string): Promise<boolean> {
  const index = join(root, ".git", "index");
  const before = readFileSync(index);
  expect(await mustGit({ root, name: "ben" }, ["status", "--porcelain"])).toBe("");
  return readFileSync(index).equals(before);
}

test("rows 9 and 10: status rewrites no index at a guest that joins again, nor in a folder shared again for files older than the session; for files the session made, once", async () => {
  const at = await place();
  const first = await at.share();
  const guest = await at.join(first);
  await fill(at.folder, "of-host");
  await fill(at.guestRoot, "of-guest");
  const names = ["before", "of-host", "of-guest"];
  const indexes = new Map<string, Buffer>();
  for (const name of names) indexes.set(name, await settledIndex(join(at.folder, name)));
  await guest.stop();
  const again = await at.join(first);
  for (const name of names) {
    const root = join(at.guestRoot, name);
    expect([name, await mustGit({ root, name: "ben" }, ["diff-files"])]).toEqual([name, ""]);
    expect([name, await statusLeavesIndex(root)]).toEqual([name, true]);
    expect(readFileSync(join(at.folder, name, ".git", "index"))).toEqual(indexes.get(name));
  }
  await again.stop();
  await first.stop();

  const second = await at.share();
  await at.join(second);
  const left: [string, boolean][] = [];
  for (const name of names) left.push([name, await statusLeavesIndex(join(at.folder, name))]);
  expect(left).toEqual([
    ["before", true],
    ["of-host", false],
    ["of-guest", false],
  ]);
  for (const name of names) {
    for (const root of [at.folder, at.guestRoot])
      expect([name, await statusLeavesIndex(join(root, name))]).toEqual([name, true]);
  }
});
