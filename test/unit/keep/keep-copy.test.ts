/** A copy of a folder in the place of a mount: what is copied, what is not, and what is left when it comes to nothing. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { guestConfig } from "../../../helper/git/config-seed.ts";
import { keepCopy } from "../../../helper/keep/keep-copy.ts";
import type { Kept, Progress } from "../../../helper/session/api.ts";
import { git, makeRepository, mustGit } from "../../harness/git.ts";

let base: string;
let mount: string;
let folder: string;
const at = (root: string) => ({ root, name: "ben" });

beforeEach(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "pm-keep-")));
  mount = join(base, "mount");
  folder = join(base, "copy");
  mkdirSync(mount);
  writeFileSync(join(mount, "a.txt"), "one\n");
  await makeRepository(at(mount), "One");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function keep(options: { signal?: AbortSignal; onProgress?: (progress: Progress) => void } = {}): Promise<Kept> {
  const { signal = new AbortController().signal, onProgress = () => undefined } = options;
  return await keepCopy({ mount, folder, signal, onProgress });
}
/** Nothing beside the source but this. */
const left = (): readonly string[] => readdirSync(base).filter((name) => name !== "mount");

describe("a copy", () => {
  it("holds the work tree as it is, and every ref, and goes on without its source", async () => {
    await mustGit(at(mount), ["tag", "-a", "v1", "-m", "First"]);
    await mustGit(at(mount), ["branch", "topic"]);
    writeFileSync(join(mount, "a.txt"), "stashed\n");
    await mustGit(at(mount), ["stash"]);
    writeFileSync(join(mount, "a.txt"), "staged\n");
    await mustGit(at(mount), ["add", "."]);
    writeFileSync(join(mount, "a.txt"), "two\n");
    writeFileSync(join(mount, "run.sh"), "#!/bin/sh\n");
    chmodSync(join(mount, "run.sh"), 0o755);
    symlinkSync("a.txt", join(mount, "link"));
    mkdirSync(join(mount, "empty"), { mode: 0o555 });
    const ask = [
      ["status", "--porcelain"],
      ["diff"],
      ["diff", "--cached"],
      ["show-ref"],
      ["stash", "list"],
      ["reflog"],
    ];
    const before = await Promise.all(ask.map((args) => mustGit(at(mount), args)));
    const kept = await keep();
    rmSync(mount, { recursive: true });
    expect(await Promise.all(ask.map((args) => mustGit(at(folder), args)))).toEqual(before);
    expect(kept).toMatchObject({ folder, commits: 3, note: null });
    expect([readlinkSync(join(folder, "link")), lstatSync(join(folder, "run.sh")).mode & 0o777]).toEqual([
      "a.txt",
      0o755,
    ]);
    expect(lstatSync(join(folder, "empty")).mode & 0o777).toBe(0o555);
    expect(left()).toEqual(["copy"]);
    await mustGit(at(folder), ["commit", "-q", "-a", "-m", "Goes on"]);
  });

  it("takes no locks and nothing half made, and loses a guest's settings but not its user's", async () => {
    const config = join(mount, ".git", "config");
    writeFileSync(config, guestConfig(readFileSync(config)));
    await mustGit(at(mount), ["remote", "add", "origin", "https://example.invalid/a.git"]);
    await mustGit(at(mount), ["config", "user.name", "Ben"]);
    await mustGit(at(mount), ["config", "core.hooksPath", join(mount, "hooks")]);
    for (const name of ["index.lock", "refs/heads/x.lock", "objects/tmp_obj_1", "objects/pack/.tmp-1.pack"])
      writeFileSync(join(mount, ".git", name), "");
    writeFileSync(join(mount, ".git", "hooks", "own.lock"), "");
    writeFileSync(join(mount, "yarn.lock"), "");
    await keep();
    const git = (name: string): boolean => existsSync(join(folder, ".git", name));
    expect(["index.lock", "refs/heads/x.lock", "objects/tmp_obj_1", "objects/pack/.tmp-1.pack"].filter(git)).toEqual(
      [],
    );
    expect([git("hooks/own.lock"), existsSync(join(folder, "yarn.lock"))]).toEqual([true, true]);
    const settings = await mustGit(at(folder), ["config", "--local", "--list"]);
    expect(settings).toContain("remote.origin.url=https://example.invalid/a.git");
    expect(settings).toContain("user.name=Ben");
    expect(settings).toContain(`core.hookspath=${join(folder, "hooks")}`);
    expect(settings).not.toMatch(/gc\.|maintenance\./);
    expect(readFileSync(join(folder, ".git", "config"), "utf8")).not.toContain(mount);
  });

  it("has linked worktrees and submodules that name each other, not the source", async () => {
    const library = join(base, "library");
    await mustGit(at(base), ["clone", "-q", mount, library]);
    await mustGit(at(mount), ["submodule", "--quiet", "add", library, "sub"]);
    await mustGit(at(mount), ["commit", "-q", "-m", "Two"]);
    await mustGit(at(mount), ["worktree", "add", "-q", join(mount, "tree")]);
    await keep();
    rmSync(mount, { recursive: true });
    expect(await mustGit(at(join(folder, "tree")), ["rev-parse", "--git-dir"])).toBe(
      `${join(folder, ".git/worktrees/tree")}\n`,
    );
    expect(await mustGit(at(folder), ["worktree", "list", "--porcelain"])).not.toContain("prunable");
    expect(await mustGit(at(join(folder, "sub")), ["log", "--format=%s"])).toBe("One\n");
    expect(await mustGit(at(folder), ["status", "--porcelain"])).toBe("?? tree/\n");
  });

  it("is whole when commits are made while it is", async () => {
    for (let i = 0; i < 200; i++) writeFileSync(join(mount, `f${i}`), `${i}\n`.repeat(1000));
    await mustGit(at(mount), ["add", "."]);
    await mustGit(at(mount), ["commit", "-q", "-m", "Many"]);
    let commits = 2;
    let over = false;
    const committing = (async () => {
      while (!over) {
        appendFileSync(join(mount, "a.txt"), "more\n");
        await mustGit(at(mount), ["commit", "-q", "-a", "-m", "More"]);
        commits += 1;
        if (commits % 5 === 0) await mustGit(at(mount), ["pack-refs", "--all"]);
        if (commits === 9) await mustGit(at(mount), ["repack", "-q", "-a", "-d"]);
        if (commits === 12) over = true;
      }
    })();
    const kept = await keep().finally(() => (over = true));
    await committing;
    expect(kept.commits).toBeGreaterThan(1);
    expect(await mustGit(at(folder), ["fsck", "--full", "--strict"])).toBe("");
    expect(await mustGit(at(folder), ["rev-list", "--all", "--count"])).toBe(`${kept.commits}\n`);
  });

  it("follows what changes its kind, comes and goes meanwhile", async () => {
    mkdirSync(join(mount, "was-folder", "below"), { recursive: true });
    writeFileSync(join(mount, "was-folder", "below", "x"), "x");
    writeFileSync(join(mount, "was-file"), "x");
    writeFileSync(join(mount, "goes"), "x");
    let heard = 0;
    // Some of it was read by then.
    const onProgress = (): void => {
      if (++heard !== 4) return;
      rmSync(join(mount, "was-folder"), { recursive: true });
      writeFileSync(join(mount, "was-folder"), "a file now");
      rmSync(join(mount, "was-file"));
      mkdirSync(join(mount, "was-file"));
      writeFileSync(join(mount, "was-file", "y"), "y");
      rmSync(join(mount, "goes"));
      writeFileSync(join(mount, "a.txt"), "changed\n");
    };
    await keep({ onProgress });
    expect(readdirSync(folder).toSorted()).toEqual([".git", "a.txt", "was-file", "was-folder"]);
    expect(readFileSync(join(folder, "was-folder"), "utf8")).toBe("a file now");
    expect(readFileSync(join(folder, "was-file", "y"), "utf8")).toBe("y");
    expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("changed\n");
  });

  it("of a folder without a repository, of one without a commit, and of a name that is no UTF-8", async () => {
    rmSync(join(mount, ".git"), { recursive: true });
    const odd = Buffer.from(`${mount}/\xff\xfe`, "latin1");
    writeFileSync(odd, "odd");
    expect(await keep()).toMatchObject({ files: 2, bytes: 7, commits: 0 });
    expect(readFileSync(Buffer.from(`${folder}/\xff\xfe`, "latin1"), "utf8")).toBe("odd");
    await mustGit(at(mount), ["init", "-q"]);
    rmSync(folder, { recursive: true });
    expect(await keep()).toMatchObject({ commits: 0 });
  });

  it("is kept where only git's strict rules dislike the history, and says what they say", async () => {
    const tree = (await mustGit(at(mount), ["rev-parse", "HEAD^{tree}"])).trim();
    const commit = `tree ${tree}\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nodd\n`;
    const blob = (await mustGit(at(mount), ["hash-object", "-w", "a.txt"])).trim();
    const raw = Buffer.concat([Buffer.from("0100644 a\0"), Buffer.from(blob, "hex")]);
    const odd = await mustGit(at(mount), ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], { input: raw });
    const text = commit.replace(tree, odd.trim());
    const hash = await mustGit(at(mount), ["hash-object", "-t", "commit", "-w", "--stdin"], { input: text });
    await mustGit(at(mount), ["update-ref", "refs/heads/odd", hash.trim()]);
    expect((await keep()).note).toMatch(/zeroPaddedFilemode/);
  });
});

describe("nothing is left", () => {
  it("where the place is taken, in the mount, or nowhere", async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "mine"), "");
    await expect(keep()).rejects.toMatchObject({ code: "keep-target", detail: `${folder} is not empty` });
    expect([left(), readdirSync(folder)]).toEqual([["copy"], ["mine"]]);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    await expect(keep()).rejects.toMatchObject({ code: "keep-target" });
    rmSync(folder);
    symlinkSync(mount, join(base, "alias"));
    folder = join(base, "alias", "inside");
    await expect(keep()).rejects.toMatchObject({
      code: "keep-target",
      detail: expect.stringContaining("mount itself"),
    });
    const signal = new AbortController().signal;
    const again = keepCopy({ mount: join(base, "alias"), folder: join(mount, "inside"), signal, onProgress: () => {} });
    await expect(again).rejects.toMatchObject({ code: "keep-target" });
    folder = join(base, "no", "where");
    await expect(keep()).rejects.toMatchObject({ code: "keep-target" });
    expect(left()).toEqual(["alias"]);
  });

  it("of one that is cancelled, and an empty folder stays as it was", async () => {
    mkdirSync(folder);
    const stop = new AbortController();
    await expect(keep({ signal: stop.signal, onProgress: () => stop.abort() })).rejects.toMatchObject({
      code: "cancelled",
    });
    expect([left(), readdirSync(folder)]).toEqual([["copy"], []]);
    await keep();
    expect(readdirSync(folder)).toContain("a.txt");
  });

  it("of one whose source is gone meanwhile", async () => {
    const onProgress = (): void => rmSync(mount, { recursive: true, force: true });
    await expect(keep({ onProgress })).rejects.toMatchObject({ code: "host-gone" });
    expect(left()).toEqual([]);
  });
});

describe("a copy that is not whole is kept under a name that says so", () => {
  it("where git finds an object missing", async () => {
    const blob = (await mustGit(at(mount), ["rev-parse", "HEAD:a.txt"])).trim();
    unlinkSync(join(mount, ".git", "objects", blob.slice(0, 2), blob.slice(2)));
    mkdirSync(`${folder}.incomplete`);
    await expect(keep()).rejects.toMatchObject({
      code: "keep-incomplete",
      detail: expect.stringMatching(/missing blob.*copy\.incomplete-2$/) as string,
    });
    expect(left().toSorted()).toEqual(["copy.incomplete", "copy.incomplete-2"]);
    expect((await git(at(`${folder}.incomplete-2`), ["log", "--format=%s"])).out).toBe("One\n");
  });

  it("where the index or HEAD is no whole one", async () => {
    const index = join(mount, ".git", "index");
    const bytes = readFileSync(index);
    writeFileSync(index, bytes.subarray(0, bytes.length - 8));
    await expect(keep()).rejects.toMatchObject({ code: "keep-incomplete" });
    writeFileSync(index, bytes);
    writeFileSync(join(mount, ".git", "HEAD"), `${"1".repeat(40)}\n`);
    await expect(keep()).rejects.toMatchObject({ code: "keep-incomplete" });
  });
});
