import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { timeOfNs } from "../../../helper/base/time.ts";
import { rescan, type Found } from "../../../helper/content/rescan.ts";
import { foldInode, scanFolder } from "../../../helper/content/scan.ts";
import type { NodeId } from "../../../helper/replica/ids.ts";
import { Bench, time, Tree } from "./tree.ts";

let bench: Bench;
afterEach(() => bench.dispose());

async function scanned(fill: (dir: string) => void) {
  bench = new Bench(fill);
  const result = await scanFolder(bench.folder);
  bench.tree = new Tree(result.nodes);
  bench.folder.bind(bench.tree);
  return result;
}

function look(under?: NodeId): Found[] {
  const { tree } = bench;
  return rescan(bench.folder, { view: tree, newNode: tree.newNode, time, ...(under === undefined ? {} : { under }) });
}

function adopt(): string[] {
  return look().map(({ op, found }) => {
    bench.tree.adopt(op);
    if (found?.size !== undefined && "node" in op) Object.assign(bench.tree.node(op.node) ?? {}, { size: found.size });
    return op.t;
  });
}

describe("a scan of the real folder", () => {
  test("finds files, directories, symlinks and hard links with their real stat", async () => {
    const { nodes, skipped } = await scanned((dir) => {
      mkdirSync(`${dir}/d`);
      writeFileSync(`${dir}/d/f`, "text");
      linkSync(`${dir}/d/f`, `${dir}/second`);
      symlinkSync("d/f", `${dir}/s`);
      writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0xff])]), "");
      execFileSync("mkfifo", [`${dir}/pipe`]);
    });
    expect(nodes.map((node) => node.id)).toEqual([1, 2, 3, 4, 5]);
    expect(nodes[0]).toMatchObject({ kind: "dir", places: [], nlink: 3 });
    const { tree } = bench;
    const stat = lstatSync(bench.real("d/f"), { bigint: true });
    expect(tree.node(tree.id("d/f"))).toMatchObject({
      kind: "file",
      size: 4,
      nlink: 2,
      ino: Number(stat.ino),
      mtime: timeOfNs(stat.mtimeNs),
      ctime: timeOfNs(stat.ctimeNs),
    });
    expect(tree.id("second")).toBe(tree.id("d/f"));
    expect(tree.node(tree.id("s"))).toMatchObject({ kind: "symlink", target: "d/f" });
    expect(tree.id("\u00ff")).toBeGreaterThan(1);
    expect(skipped).toEqual([{ path: "pipe", why: "special file" }]);
    expect(bench.text(tree.id("second"))).toBe("text");
    expect(bench.folder.protectedChanged(tree.id("d/f"))).toBe(false);
  });

  test("takes 5,000 files in well under a second and lets the event loop run meanwhile", async () => {
    let seen = 0;
    bench = new Bench((dir) => {
      for (let d = 0; d < 50; d++) {
        mkdirSync(`${dir}/d${d}`);
        for (let f = 0; f < 100; f++) writeFileSync(`${dir}/d${d}/f${f}`, "x");
      }
    });
    const started = performance.now();
    const { nodes } = await scanFolder(bench.folder, { progress: () => seen++, slice: 5 });
    const took = performance.now() - started;
    expect(nodes.length).toBe(5051);
    expect(seen).toBeGreaterThan(1);
    expect(took).toBeLessThan(1000);
    console.info(`scan of 5,000 files: ${took.toFixed(0)} ms`);
  });

  test("keeps the low 32 bits of inode numbers that are too large, without doubles", () => {
    const taken = new Set<number>();
    const one = foldInode(2 ** 45 + 7, taken);
    const two = foldInode(2 ** 46 + 7, taken);
    expect([one % 2 ** 32, two % 2 ** 32]).toEqual([7, 7]);
    expect(one).not.toBe(two);
    expect(one).toBeLessThan(2 ** 40);
    expect(foldInode(12, taken)).toBe(12);
  });
});

describe("a second look at the real folder", () => {
  test("finds nothing when only the helper wrote", async () => {
    await scanned((dir) => {
      mkdirSync(`${dir}/d`);
      writeFileSync(`${dir}/d/f`, "text");
    });
    const { tree } = bench;
    bench.write(tree.id("d/f"), 0, "mine");
    const made = bench.create("d/g", "new");
    bench.write(made, 3, "er");
    bench.rename("d/g", "h");
    bench.mkdir("d/e");
    expect(look()).toEqual([]);
  });

  test("finds what was created, changed, removed and renamed, in an order that applies", async () => {
    await scanned((dir) => {
      mkdirSync(`${dir}/gone`);
      for (const name of ["gone/a", "same", "longer", "replaced", "mode", "old", "file-to-dir"])
        writeFileSync(`${dir}/${name}`, "text");
    });
    const { tree } = bench;
    const replaced = tree.id("replaced");
    const before = tree.id("old");
    rmSync(bench.real("gone"), { recursive: true });
    writeFileSync(bench.real("longer"), "more text");
    writeFileSync(bench.real("new"), "TEXT");
    renameSync(bench.real("new"), bench.real("replaced"));
    chmodSync(bench.real("mode"), 0o755);
    renameSync(bench.real("old"), bench.real("renamed"));
    rmSync(bench.real("file-to-dir"));
    mkdirSync(bench.real("file-to-dir"));
    writeFileSync(bench.real("file-to-dir/inner"), "x");
    linkSync(bench.real("same"), bench.real("another"));
    expect(adopt().sort()).toEqual(
      [
        "create",
        "create",
        "create",
        "link",
        "mkdir",
        "rmdir",
        "setattr",
        "truncate",
        "unlink",
        "unlink",
        "unlink",
        "unlink",
        "write",
        "write",
        "write",
        "write",
      ].sort(),
    );
    expect(adopt()).toEqual([]);
    expect(tree.id("replaced")).not.toBe(replaced);
    expect(tree.id("renamed")).not.toBe(before);
    expect(tree.id("another")).toBe(tree.id("same"));
    expect(bench.text(tree.id("replaced"))).toBe("TEXT");
    expect(bench.text(tree.id("longer"))).toBe("more text");
    expect(bench.text(tree.id("file-to-dir/inner"))).toBe("x");
    expect(tree.node(tree.id("mode"))?.mode).toBe(0o755);
  });

  test("R-HIDE: a second name of a file that is hidden, or of one that all have, is another file where only one of the two is", async () => {
    await scanned((dir) => {
      for (const name of ["a", ".env"]) writeFileSync(`${dir}/${name}`, name);
    });
    bench.tree.hidden.add(".env").add("b.key");
    linkSync(bench.real("a"), bench.real("b.key"));
    linkSync(bench.real(".env"), bench.real("c"));
    linkSync(bench.real("a"), bench.real("d"));
    expect(adopt().sort()).toEqual(["create", "create", "link", "write", "write"]);
    expect(bench.tree.id("d")).toBe(bench.tree.id("a"));
  });

  test("sees a change of the same size, and looks only where it was asked to", async () => {
    await scanned((dir) => {
      mkdirSync(`${dir}/git`);
      writeFileSync(`${dir}/git/HEAD`, "ref a");
      writeFileSync(`${dir}/f`, "one");
    });
    writeFileSync(bench.real("git/HEAD"), "ref b");
    writeFileSync(bench.real("f"), "two");
    utimesSync(bench.real("f"), 1, 1);
    const found = look(bench.tree.id("git"));
    expect(found.map(({ op }) => op.t)).toEqual(["truncate", "write"]);
  });
});
