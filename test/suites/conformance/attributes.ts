/** What stat says, and that it goes on saying it. */
import {
  chmodSync,
  fchmodSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  closeSync,
  rmdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { expect } from "vitest";
import { mustProbe } from "../../harness/fs-probe/probe.ts";
import type { Family } from "./family.ts";

export const attributes: Family = (test) => {
  test("stat, lstat and fstat of a file agree in every field", ({ at }) => {
    writeFileSync(at("f"), "12345");
    const fd = openSync(at("f"), "r");
    expect(fstatSync(fd, { bigint: true })).toEqual(statSync(at("f"), { bigint: true }));
    expect(lstatSync(at("f"), { bigint: true })).toEqual(statSync(at("f"), { bigint: true }));
    closeSync(fd);
  });

  test("stat does not change by itself, by reading other files or by looking again", ({ at }) => {
    writeFileSync(at("f"), "12345");
    const first = statSync(at("f"), { bigint: true });
    for (let i = 0; i < 200; i += 1) {
      writeFileSync(at(`other${i}`), "x");
      expect(statSync(at("f"), { bigint: true })).toEqual(first);
    }
  });

  test("inode numbers differ between files and stay with the file", ({ at }) => {
    const numbers = new Set<bigint>();
    for (let i = 0; i < 300; i += 1) {
      writeFileSync(at(`f${i}`), "");
      numbers.add(statSync(at(`f${i}`), { bigint: true }).ino);
    }
    expect(numbers.size).toBe(300);
    // Git keeps only the low half.
    expect(new Set([...numbers].map((ino) => ino & 0xffff_ffffn)).size).toBe(300);
  });

  test("size and blocks follow what is written", ({ at }) => {
    const fd = openSync(at("f"), "w");
    writeSync(fd, Buffer.alloc(70_000, 1));
    expect(fstatSync(fd).size).toBe(70_000);
    expect(statSync(at("f")).size).toBe(70_000);
    closeSync(fd);
    mustProbe(`fd = os.open(A[0], os.O_RDONLY); os.fsync(fd)`, [at("f")]);
    expect(statSync(at("f")).blocks * 512).toBeGreaterThanOrEqual(70_000);
  });

  test("chmod and fchmod set the permission bits and move ctime, not mtime", ({ at }) => {
    writeFileSync(at("f"), "");
    const before = statSync(at("f"), { bigint: true });
    for (const mode of [0o600, 0o755, 0o444, 0o000, 0o640]) {
      chmodSync(at("f"), mode);
      expect(statSync(at("f")).mode & 0o7777).toBe(mode);
    }
    const fd = openSync(at("f"), "r");
    fchmodSync(fd, 0o711);
    closeSync(fd);
    const after = statSync(at("f"), { bigint: true });
    expect(Number(after.mode) & 0o7777).toBe(0o711);
    expect(after.mtimeNs).toBe(before.mtimeNs);
    expect(after.ctimeNs).toBeGreaterThanOrEqual(before.ctimeNs);
  });

  test("a directory has one link more for each subdirectory, or always one", ({ at, dir }) => {
    const always = statSync(dir).nlink === 1;
    mkdirSync(at("a"));
    mkdirSync(at("b"));
    expect(statSync(dir).nlink).toBe(always ? 1 : 4);
    rmdirSync(at("a"));
    expect(statSync(dir).nlink).toBe(always ? 1 : 3);
  });

  test("what root makes belongs to the mounting user", ({ at, target }) => {
    writeFileSync(at("f"), "");
    mkdirSync(at("d"));
    for (const name of ["f", "d"]) {
      const { uid, gid } = statSync(at(name));
      expect({ uid, gid }).toEqual(target.owner);
    }
  });

  test("the umask is applied once", ({ at }) => {
    mustProbe(`os.umask(0o027); os.close(os.open(A[0], os.O_CREAT | os.O_WRONLY, 0o666)); os.mkdir(A[1], 0o777)`, [
      at("f"),
      at("d"),
    ]);
    expect(statSync(at("f")).mode & 0o7777).toBe(0o640);
    expect(statSync(at("d")).mode & 0o7777).toBe(0o750);
  });

  test("nlink counts the names", ({ at }) => {
    writeFileSync(at("f"), "");
    linkSync(at("f"), at("g"));
    expect(statSync(at("f")).nlink).toBe(2);
  });
};
