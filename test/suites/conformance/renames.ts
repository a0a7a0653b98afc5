/** rename(2): atomic replacement and the errors it knows. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { expect } from "vitest";
import { probeWord, startProbe } from "../../harness/fs-probe/probe.ts";
import { wordOf, type Family } from "./family.ts";

export const renames: Family = (test) => {
  test("a renamed file keeps inode and content, and replaces the one there", ({ at, dir }) => {
    writeFileSync(at("a"), "new");
    writeFileSync(at("b"), "old");
    const { ino } = statSync(at("a"));
    renameSync(at("a"), at("b"));
    expect(readFileSync(at("b"), "utf8")).toBe("new");
    expect(statSync(at("b")).ino).toBe(ino);
    expect(readdirSync(dir)).toEqual(["b"]);
  });

  test("a directory replaces an empty directory, not a full one", ({ at }) => {
    mkdirSync(at("a", "deep"), { recursive: true });
    mkdirSync(at("empty"));
    mkdirSync(at("full", "x"), { recursive: true });
    expect(["ENOTEMPTY", "EEXIST"]).toContain(wordOf(() => renameSync(at("a"), at("full"))));
    renameSync(at("a"), at("empty"));
    expect(readdirSync(at("empty"))).toEqual(["deep"]);
    expect(existsSync(at("a"))).toBe(false);
  });

  test("a directory into itself is EINVAL, over its own ancestor ENOTEMPTY", ({ at }) => {
    mkdirSync(at("a", "b", "c"), { recursive: true });
    expect(wordOf(() => renameSync(at("a"), at("a", "b", "x")))).toBe("EINVAL");
    expect(wordOf(() => renameSync(at("a"), at("a", "b", "c", "x")))).toBe("EINVAL");
    expect(wordOf(() => renameSync(at("a", "b", "c"), at("a")))).toBe("ENOTEMPTY");
  });

  test("file over directory is EISDIR, directory over file ENOTDIR, from nothing ENOENT", ({ at }) => {
    writeFileSync(at("f"), "");
    mkdirSync(at("d"));
    expect(wordOf(() => renameSync(at("f"), at("d")))).toBe("EISDIR");
    expect(wordOf(() => renameSync(at("d"), at("f")))).toBe("ENOTDIR");
    expect(wordOf(() => renameSync(at("none"), at("f")))).toBe("ENOENT");
    expect(wordOf(() => renameSync(at("f"), at("none", "f")))).toBe("ENOENT");
  });

  test("renaming a name to itself changes nothing", ({ at }) => {
    writeFileSync(at("f"), "same");
    renameSync(at("f"), at("f"));
    expect(readFileSync(at("f"), "utf8")).toBe("same");
  });

  test("what lies in a moved directory moves with it, also for open handles and known paths", ({ at }) => {
    mkdirSync(at("a", "b"), { recursive: true });
    writeFileSync(at("a", "b", "f"), "deep");
    const fd = openSync(at("a", "b", "f"), "a+");
    mkdirSync(at("to"));
    renameSync(at("a", "b"), at("to", "b"));
    expect(wordOf(() => statSync(at("a", "b", "f")))).toBe("ENOENT");
    writeFileSync(fd, "er");
    expect(readFileSync(at("to", "b", "f"), "utf8")).toBe("deeper");
    closeSync(fd);
    rmdirSync(at("a"));
  });

  test("the parent of a directory moved elsewhere is the new one", ({ at }) => {
    mkdirSync(at("a", "moved"), { recursive: true });
    mkdirSync(at("b"));
    renameSync(at("a", "moved"), at("b", "moved"));
    expect(statSync(`${at("b", "moved")}/..`).ino).toBe(statSync(at("b")).ino);
  });

  test("a symbolic link is renamed itself", ({ at }) => {
    writeFileSync(at("f"), "file");
    symlinkSync("f", at("l"));
    renameSync(at("l"), at("m"));
    expect(readFileSync(at("m"), "utf8")).toBe("file");
    renameSync(at("f"), at("m"));
    expect(statSync(at("m")).isFile()).toBe(true);
  });

  test("RENAME_NOREPLACE moves to a free name and is EEXIST for a taken one", ({ at }) => {
    writeFileSync(at("a"), "a");
    writeFileSync(at("b"), "b");
    mkdirSync(at("d"));
    const noReplace = `renameat2(A[0], A[1], NOREPLACE)`;
    expect(probeWord(noReplace, [at("a"), at("b")])).toBe("EEXIST");
    expect(probeWord(noReplace, [at("a"), at("d")])).toBe("EEXIST");
    expect(probeWord(noReplace, [at("a"), at("c")])).toBe("ok");
    expect([readFileSync(at("b"), "utf8"), readFileSync(at("c"), "utf8")]).toEqual(["b", "a"]);
  });

  test("row 4: a file replaced in a loop is never missing and never torn", async ({ at }) => {
    writeFileSync(at("ref"), `${"0".repeat(200)}\n`);
    const body = `
      for i in range(2000):
          with open(A[1], "w") as f: f.write(str(i % 10) * 200 + "\\n")
          os.rename(A[1], A[0])`;
    const writer = startProbe(body, [at("ref"), at("ref.new")]);
    let running = true;
    const done = writer.done.finally(() => {
      running = false;
    });
    while (running) {
      for (let i = 0; i < 100; i += 1) expect(readFileSync(at("ref"), "latin1")).toMatch(/^(\d)\1{199}\n$/);
      await new Promise(setImmediate);
    }
    await done;
  });
};
