import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exchangeIndexOwner } from "../../../helper/git/index-owner.ts";
import { gitEnvironment } from "../../harness/git.ts";

const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const other = { uid: own.uid + 1234, gid: own.gid + 4321 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pm-index-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", env: { ...process.env, ...gitEnvironment("ada") } });
const indexPath = (): string => join(folder, ".git", "index");
const index = (): Buffer => readFileSync(indexPath());

/** Names of every length up to 40, one as long as a path can be (the flags stop counting there); a commit, so that there is a cache tree. */
function repository(format = "sha1"): void {
  git("init", "-q", `--object-format=${format}`);
  const long = `${"d".repeat(15)}/`.repeat(255) + "d".repeat(15);
  mkdirSync(join(folder, "src"), { recursive: true });
  for (let i = 1; i <= 40; i++) writeFileSync(join(folder, "src", "n".repeat(i)), String(i));
  git("add", ".");
  const blob = execFileSync("git", ["-C", folder, "hash-object", "-w", "--stdin"], {
    input: "x",
    encoding: "utf8",
  }).trim();
  git(
    "update-index",
    "--add",
    "--cacheinfo",
    `100644,${blob},${long.slice(1)}`,
    "--cacheinfo",
    `100644,${blob},${long}`,
  );
  git("commit", "-qm", "first");
}

function owners(): string[] {
  const shown = git("ls-files", "--debug", "src").matchAll(/uid: (\d+)\s+gid: (\d+)/g);
  return [...new Set([...shown].map(([, uid, gid]) => `${uid}:${gid}`))];
}

function expectExchanged(): void {
  const before = index();
  expect(owners()).toEqual([`${own.uid}:${own.gid}`]);
  const exchanged = exchangeIndexOwner(before, own, other);
  expect(exchanged.length).toBe(before.length);
  writeFileSync(indexPath(), exchanged);
  expect(owners()).toEqual([`${other.uid}:${other.gid}`]);
  expect(() => git("fsck", "--strict")).not.toThrow();
  expect(Buffer.from(exchangeIndexOwner(exchanged, own, other)).equals(before)).toBe(true);
}

describe("an index for another owner", () => {
  test.each(["2", "3", "4"])("is sound to git, and exchanged back it is the first again: version %s", (version) => {
    repository();
    // Only a flag beyond version 2 keeps git at 3.
    if (version === "3") git("update-index", "--skip-worktree", "src/nn");
    else git("update-index", `--index-version=${version}`);
    expect(index().readUInt32BE(4)).toBe(Number(version));
    expectExchanged();
  });

  test.each(["2", "4"])("may be hashed with SHA-256: version %s", (version) => {
    repository("sha256");
    git("update-index", `--index-version=${version}`);
    expectExchanged();
  });

  test("keeps its extensions: cache tree, untracked cache, resolve-undo, offset tables", () => {
    repository();
    git("config", "index.threads", "4");
    git("update-index", "--index-version=4", "--force-untracked-cache");
    git("checkout", "-qb", "side");
    writeFileSync(join(folder, "src", "n"), "side");
    git("commit", "-qam", "side");
    git("checkout", "-q", "main");
    writeFileSync(join(folder, "src", "n"), "main");
    git("commit", "-qam", "main");
    expect(() => git("merge", "-q", "side")).toThrow("Command failed");
    git("add", "src/n");
    git("status");
    for (const name of ["TREE", "REUC", "UNTR"]) expect(index().includes(name)).toBe(true);
    expectExchanged();
  });

  test("leaves out the checksum where git does", () => {
    repository();
    const bytes = index();
    bytes.fill(0, bytes.length - 20);
    const exchanged = Buffer.from(exchangeIndexOwner(bytes, own, other));
    expect(exchanged.subarray(-20).every((byte) => byte === 0)).toBe(true);
    writeFileSync(indexPath(), exchanged);
    expect(owners()).toEqual([`${other.uid}:${other.gid}`]);
  });

  test("leaves entries of a third owner as they are", () => {
    repository();
    const third = { uid: 77, gid: 78 };
    const bytes = exchangeIndexOwner(index(), own, third);
    expect(exchangeIndexOwner(bytes, own, other)).toBe(bytes);
  });
});

describe("what is not a whole index comes back as it is", () => {
  test("its beginning, at whatever length, and other files", () => {
    repository();
    const bytes = index();
    for (let length = 0; length < bytes.length; length += length < 200 ? 1 : 41) {
      const part = bytes.subarray(0, length);
      expect(exchangeIndexOwner(part, own, other)).toBe(part);
    }
    for (const text of ["", "DIRC", "ref: refs/heads/main\n", "DIRC".repeat(50)]) {
      const part = Buffer.from(text);
      expect(exchangeIndexOwner(part, own, other)).toBe(part);
    }
  });

  test("without a checksum, whatever byte of its structure is wrong, it never throws or grows", () => {
    repository();
    git("update-index", "--index-version=4");
    const bytes = index().subarray(0, 1200);
    bytes.fill(0, bytes.length - 20);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 0x7f, 0xff]) {
        const broken = Buffer.from(bytes);
        broken[at] = value;
        expect(exchangeIndexOwner(broken, own, other).length).toBe(broken.length);
      }
    }
  });
});
