import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { mustFileName, type FileName } from "../../../helper/base/name.ts";
import { openHostFolder } from "../../../helper/content/host-folder.ts";
import { Bench, time, v0 } from "./tree.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.dispose());

describe("the host's folder", () => {
  test("makes operations real, in place", () => {
    bench.mkdir("a");
    const node = bench.create("a/f", "hello");
    bench.write(node, 5, " world");
    expect(readFileSync(bench.real("a/f"), "utf8")).toBe("hello world");
    bench.do({ t: "truncate", node, base: v0, size: 5, time });
    bench.do({ t: "append", node, seen: v0, extent: { offset: 0, length: 1, bytes: Buffer.from("!") }, time });
    expect(readFileSync(bench.real("a/f"), "utf8")).toBe("hello!");
    expect(bench.rename("a/f", "g")).toBeUndefined();
    expect(bench.text(node)).toBe("hello!");
    bench.do({ t: "link", at: bench.tree.at("a/h"), node, time });
    expect(statSync(bench.real("g")).nlink).toBe(2);
    bench.do({ t: "symlink", at: bench.tree.at("s"), node: bench.tree.newNode(), target: "g", time });
    expect(readFileSync(bench.real("s"), "utf8")).toBe("hello!");
    bench.unlink("a/h");
    expect(bench.do({ t: "rmdir", at: bench.tree.at("a"), node: bench.tree.id("a"), time })).toBeUndefined();
    expect(readdirSync(bench.dir).sort()).toEqual(["g", "s"]);
  });

  test("keeps names as bytes", () => {
    const name = "\u00ff\u00fe" as FileName;
    bench.do({
      t: "create",
      at: { parent: bench.tree.at("x").parent, name },
      node: bench.tree.newNode(),
      mode: 0o644,
      time,
    });
    expect(readdirSync(bench.dir, "latin1")).toEqual([name]);
  });

  test("gives exactly the mode asked for, but never setuid, and explicit times", () => {
    bench.create("f", "", 0o4666);
    expect(lstatSync(bench.real("f")).mode & 0o7777).toBe(0o666);
    const dir = bench.mkdir("d", 0o2777);
    expect(lstatSync(bench.real("d")).mode & 0o7777).toBe(0o2777);
    bench.do({ t: "setattr", node: dir, mode: 0o700, mtime: { sec: 1000, nsec: 5000 }, time });
    expect(lstatSync(bench.real("d")).mode & 0o7777).toBe(0o700);
    expect(lstatSync(bench.real("d"), { bigint: true }).mtimeNs).toBe(1_000_000_005_000n);
  });

  test("answers EEXIST for a create or rename where a stray process was first", () => {
    writeFileSync(bench.real("index.lock"), "");
    const at = bench.tree.at("index.lock");
    expect(bench.do({ t: "create", at, node: bench.tree.newNode(), mode: 0o644, time })).toBe(errno.EEXIST);
    bench.create("f", "mine");
    expect(bench.rename("f", "index.lock")).toBe(errno.EEXIST);
    expect(readFileSync(bench.real("f"), "utf8")).toBe("mine");
  });

  test("never goes through a symlink put in place of a directory or file", () => {
    const outside = new Bench();
    bench.mkdir("d");
    bench.create("d/f", "inside");
    const other = bench.create("g", "inside");
    rmSync(bench.real("d"), { recursive: true });
    symlinkSync(outside.dir, bench.real("d"));
    rmSync(bench.real("g"));
    writeFileSync(outside.real("f"), "outside");
    symlinkSync(outside.real("f"), bench.real("g"));
    const { tree } = bench;
    bench.folder.dispose();
    bench.folder = openHostFolder(bench.dir);
    bench.folder.bind(tree);
    const create = { t: "create", at: tree.at("d/new"), node: tree.newNode(), mode: 0o644, time } as const;
    expect(bench.folder.apply(create)).toBe(errno.ENOTDIR);
    expect(bench.text(tree.id("d/f"))).toBe(errno.ENOTDIR);
    expect(bench.text(other)).toBe(errno.ELOOP);
    expect(bench.folder.apply({ t: "setattr", node: other, mode: 0o777, time })).toBeDefined();
    expect(statSync(outside.real("f")).mode & 0o777).toBe(0o644);
    expect(readdirSync(outside.dir)).toEqual(["f"]);
    outside.dispose();
  });

  test("does not block on a FIFO put in place of a file", () => {
    const node = bench.create("f", "x");
    for (let i = 0; i < 300; i++) bench.create(`n${i}`);
    rmSync(bench.real("f"));
    execFileSync("mkfifo", [bench.real("f")]);
    expect(bench.text(node)).toBe(errno.EIO);
  });

  test("reads a file that has lost its last name until it is dropped", () => {
    const node = bench.create("f", "old");
    const victim = bench.create("g", "victim");
    bench.unlink("f");
    expect(bench.rename("h", "g")).toBe(errno.ENOENT);
    bench.create("h", "new");
    expect(bench.rename("h", "g")).toBeUndefined();
    expect(bench.text(node)).toBe("old");
    expect(bench.text(victim)).toBe("victim");
    expect(bench.folder.writePast(node, 0, Buffer.from("OLD"))).toBeUndefined();
    expect(bench.text(node)).toBe("OLD");
    bench.folder.drop(node);
    expect(bench.text(node)).toBe(errno.ESTALE);
  });

  test("survives the removal of more files than it keeps descriptors for, content and all", () => {
    const count = 5000;
    const nodes = Array.from({ length: count }, (_, i) => bench.create(`f${i}`, `content ${i}`));
    for (let i = 0; i < count; i++) {
      bench.do({
        t: "unlink",
        at: { parent: 1 as never, name: mustFileName(`f${i}`) },
        node: nodes[i] as never,
        seen: v0,
        time,
      });
    }
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(4700);
    for (let i = 0; i < count; i += 97) expect(bench.text(nodes[i] as never)).toBe(`content ${i}`);
  });

  test("answers EIO where the real file is shorter than the tree says, never zeros", () => {
    const node = bench.create("f", "0123456789");
    writeFileSync(bench.real("f"), "01");
    expect(bench.text(node)).toBe(errno.EIO);
    expect(bench.text(node, 20)).toBe("");
  });

  test("tells a change made behind the mount from its own", () => {
    const node = bench.create("f", "mine");
    expect(bench.folder.protectedChanged(node)).toBe(false);
    bench.write(node, 0, "also");
    bench.do({ t: "setattr", node, mode: 0o600, time });
    bench.rename("f", "g");
    expect(bench.folder.protectedChanged(node)).toBe(false);
    writeFileSync(bench.real("g"), "his!");
    expect(bench.folder.protectedChanged(node)).toBe(true);
    bench.folder.restamp(node);
    expect(bench.folder.protectedChanged(node)).toBe(false);
    rmSync(bench.real("g"));
    expect(bench.folder.protectedChanged(node)).toBe(true);
  });

  test("removes a directory whose only content is private, after handing that over", () => {
    const lost: string[] = [];
    bench.tree.privates.add("config").add("hooks");
    bench.folder.bind(bench.tree, {
      losing: (_, names, bytes) => lost.push(`${names.join("/")}=${Buffer.from(bytes).toString()}`),
    });
    const dir = bench.mkdir(".git");
    mkdirSync(bench.real(".git/hooks"));
    writeFileSync(bench.real(".git/hooks/pre-commit"), "run");
    writeFileSync(bench.real(".git/config"), "[core]");
    writeFileSync(bench.real(".git/stray"), "");
    const rmdir = { t: "rmdir", at: bench.tree.at(".git"), node: dir, time } as const;
    expect(bench.folder.apply(rmdir)).toBe(errno.ENOTEMPTY);
    expect(lost).toEqual([]);
    rmSync(bench.real(".git/stray"));
    expect(bench.do(rmdir)).toBeUndefined();
    expect(lost.sort()).toEqual(["config=[core]", "hooks/pre-commit=run"]);
    expect(readdirSync(bench.dir)).toEqual([]);
  });

  test("R-HIDE: does not remove a directory that holds a hidden file which the tree does not know", () => {
    bench.tree.hidden.add(".env");
    const dir = bench.mkdir("d");
    writeFileSync(bench.real("d/.env"), "A=1");
    expect(bench.folder.apply({ t: "rmdir", at: bench.tree.at("d"), node: dir, time })).toBe(errno.ENOTEMPTY);
    expect(readFileSync(bench.real("d/.env"), "utf8")).toBe("A=1");
  });

  test("brings a directory back under its id and goes on in it (R-REVIVE)", () => {
    const dir = bench.mkdir("d");
    bench.do({ t: "rmdir", at: bench.tree.at("d"), node: dir, time });
    expect(bench.folder.revive(dir, bench.tree.at("d"), 0o755)).toBeUndefined();
    const at = { parent: dir, name: mustFileName("f") };
    expect(bench.folder.apply({ t: "create", at, node: bench.tree.newNode(), mode: 0o644, time })).toBeUndefined();
    expect(readdirSync(bench.real("d"))).toEqual(["f"]);
  });

  test("syncs files and the directories of new names, also when descriptors are closed meanwhile", async () => {
    bench.mkdir("a");
    bench.mkdir("a/b");
    const node = bench.create("a/b/f", "x");
    const syncing = bench.folder.fsync(node);
    for (let i = 0; i < 300; i++) bench.create(`n${i}`);
    expect(await syncing).toEqual({ ok: true, value: undefined });
    bench.unlink("a/b/f");
    expect((await bench.folder.fsync(node)).ok).toBe(true);
    const space = await bench.folder.space();
    expect(space.ok && space.value.blocks > 0n).toBe(true);
    expect(bench.folder.available).toBeGreaterThan(0);
    expect(await bench.folder.readAsync(node, 0, 100)).toMatchObject({ ok: true, value: Buffer.from("x") });
  });
});
