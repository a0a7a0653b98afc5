/** Hard links are one file with many names; symbolic links are a text. */
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { expect } from "vitest";
import { wordOf, type Family } from "./family.ts";

export const links: Family = (test) => {
  test("row 13: every name of a file has the same inode, count, mode, times and data", ({ at }) => {
    writeFileSync(at("a"), "first");
    mkdirSync(at("d"));
    linkSync(at("a"), at("b"));
    linkSync(at("b"), at("d", "c"));
    appendFileSync(at("d", "c"), " second");
    chmodSync(at("b"), 0o600);
    utimesSync(at("a"), 1000, 2000);
    const all = [at("a"), at("b"), at("d", "c")].map((path) => statSync(path, { bigint: true }));
    expect(all[0]!.nlink).toBe(3n);
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
    expect(readFileSync(at("b"), "utf8")).toBe("first second");
  });

  test("removing one name leaves the others", ({ at }) => {
    writeFileSync(at("a"), "kept");
    linkSync(at("a"), at("b"));
    unlinkSync(at("a"));
    expect(readFileSync(at("b"), "utf8")).toBe("kept");
    expect(statSync(at("b")).nlink).toBe(1);
    writeFileSync(at("a"), "other");
    expect(readFileSync(at("b"), "utf8")).toBe("kept");
  });

  test("a link over an existing name is EEXIST, to a directory EPERM, from nothing ENOENT", ({ at }) => {
    writeFileSync(at("a"), "");
    writeFileSync(at("b"), "");
    mkdirSync(at("d"));
    expect(wordOf(() => linkSync(at("a"), at("b")))).toBe("EEXIST");
    expect(wordOf(() => linkSync(at("d"), at("e")))).toBe("EPERM");
    expect(wordOf(() => linkSync(at("none"), at("e")))).toBe("ENOENT");
  });

  test("renaming one name of a file over another of the same file does nothing", ({ at }) => {
    writeFileSync(at("a"), "x");
    linkSync(at("a"), at("b"));
    renameSync(at("a"), at("b"));
    expect(statSync(at("a")).nlink).toBe(2);
  });

  test("a link moves ctime of the file and mtime of the directory only", ({ at, dir }) => {
    writeFileSync(at("a"), "x");
    utimesSync(at("a"), 5, 6);
    linkSync(at("a"), at("b"));
    expect(statSync(at("a")).mtimeMs).toBe(6000);
    expect(statSync(dir).mtimeMs).toBeGreaterThan(6000);
  });

  test("a symbolic link keeps its text, of up to 4095 bytes", ({ at }) => {
    for (const text of ["target", "../a/b", "/absolute/none", "é".repeat(100), "x".repeat(4095)]) {
      symlinkSync(text, at("link"));
      expect(readlinkSync(at("link"))).toBe(text);
      expect(lstatSync(at("link")).size).toBe(Buffer.byteLength(text));
      expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
      unlinkSync(at("link"));
    }
  });

  test("a symbolic link is followed, a dangling one is ENOENT, a loop is ELOOP", ({ at, dir }) => {
    writeFileSync(at("file"), "data");
    symlinkSync("file", at("good"));
    symlinkSync("none", at("dangling"));
    symlinkSync("loop", at("loop"));
    expect(readFileSync(at("good"), "utf8")).toBe("data");
    expect(wordOf(() => statSync(at("dangling")))).toBe("ENOENT");
    expect(wordOf(() => statSync(at("loop")))).toBe("ELOOP");
    mkdirSync(at("sub"));
    symlinkSync("../file", at("sub", "up"));
    expect(realpathSync(at("sub", "up"))).toBe(realpathSync(`${dir}/file`));
    writeFileSync(at("dangling"), "made");
    expect(readFileSync(at("none"), "utf8")).toBe("made");
  });

  test("a link that was replaced by another is read anew", ({ at }) => {
    symlinkSync("one", at("link"));
    expect(readlinkSync(at("link"))).toBe("one");
    symlinkSync("two", at("new"));
    renameSync(at("new"), at("link"));
    expect(readlinkSync(at("link"))).toBe("two");
  });

  test("readlink of a file is EINVAL, symlink over a name is EEXIST", ({ at }) => {
    writeFileSync(at("f"), "");
    expect(wordOf(() => readlinkSync(at("f")))).toBe("EINVAL");
    expect(wordOf(() => symlinkSync("x", at("f")))).toBe("EEXIST");
  });
};
