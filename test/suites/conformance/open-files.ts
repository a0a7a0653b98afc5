/** An open file lives until it is closed, whatever happens to its names. */
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { expect } from "vitest";
import { mustProbe } from "../../harness/fs-probe/probe.ts";
import { wordOf, type Family } from "./family.ts";

export const openFiles: Family = (test) => {
  test("row 5: an unlinked open file is read, written, truncated and described; its directory goes at once", ({
    at,
  }) => {
    mkdirSync(at("d"));
    const fd = openSync(at("d", "f"), "w+");
    writeSync(fd, "before");
    unlinkSync(at("d", "f"));
    expect(readdirSync(at("d"))).toEqual([]);
    rmdirSync(at("d"));
    writeSync(fd, " and after");
    expect(textOf(fd)).toBe("before and after");
    expect(fstatSync(fd).nlink).toBe(0);
    fchmodSync(fd, 0o600);
    expect(fstatSync(fd).mode & 0o777).toBe(0o600);
    ftruncateSync(fd, 3);
    expect(textOf(fd)).toBe("bef");
    closeSync(fd);
  });

  test("row 5: a replaced open file keeps its content, the name shows the new one", ({ at }) => {
    writeFileSync(at("f"), "old content");
    const old = openSync(at("f"), "r+");
    writeFileSync(at("g"), "new");
    renameSync(at("g"), at("f"));
    writeSync(old, "OLD", 0);
    expect(textOf(old)).toBe("OLD content");
    expect(readFileSync(at("f"), "utf8")).toBe("new");
    closeSync(old);
    expect(readFileSync(at("f"), "utf8")).toBe("new");
  });

  test("a name made again after unlink is another file", ({ at }) => {
    const old = openSync(at("f"), "w+");
    writeSync(old, "old");
    const { ino } = fstatSync(old);
    unlinkSync(at("f"));
    writeFileSync(at("f"), "new");
    expect(textOf(old)).toBe("old");
    const fd = openSync(at("f"), "r");
    expect(fstatSync(fd).ino).not.toBe(ino);
    closeSync(fd);
    closeSync(old);
  });

  test("closing one of many opens leaves the others whole", ({ at }) => {
    const fds = Array.from({ length: 20 }, (_, i) => openSync(at("f"), i === 0 ? "w+" : "r+"));
    closeSync(fds[0]!);
    for (const [i, fd] of fds.entries()) {
      if (i === 0) continue;
      writeSync(fd, `${i};`, i * 3);
      if (i % 2 === 0) closeSync(fd);
    }
    expect(readFileSync(at("f"), "utf8")).toContain("19;");
    for (const [i, fd] of fds.entries()) if (i % 2 === 1) closeSync(fd);
  });

  test("closing a duplicate does not close the file", ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT); other = os.dup(fd)
      os.write(fd, b"one"); os.close(fd); os.write(other, b"two")
      if os.fork() == 0: os._exit(0)
      os.wait(); os.write(other, b"three"); R = os.pread(other, 99, 0).decode()`;
    expect(mustProbe(body, [at("f")])).toBe("onetwothree");
  });

  test("row 15: a handle opened for writing is written after chmod and rename, and its file can be opened again", ({
    at,
  }) => {
    const fd = openSync(at("f"), "w");
    writeSync(fd, "1");
    chmodSync(at("f"), 0o444);
    renameSync(at("f"), at("g"));
    writeSync(fd, "2");
    expect(readFileSync(at("g"), "utf8")).toBe("12");
    closeSync(fd);
  });

  test("a directory that was removed while open lists nothing and takes no names", ({ at }) => {
    const body = `
      os.mkdir(A[0]); fd = os.open(A[0], os.O_RDONLY | os.O_DIRECTORY); os.rmdir(A[0])
      R = [os.listdir(fd), attempt(lambda: os.open("x", os.O_CREAT | os.O_WRONLY, dir_fd=fd))]`;
    expect(mustProbe(body, [at("d")])).toEqual([[], "ENOENT"]);
  });

  test("rmdir of a full directory is ENOTEMPTY, of a file ENOTDIR, unlink of a directory EISDIR", ({ at }) => {
    mkdirSync(at("d", "x"), { recursive: true });
    writeFileSync(at("f"), "");
    expect(wordOf(() => rmdirSync(at("d")))).toBe("ENOTEMPTY");
    expect(wordOf(() => rmdirSync(at("f")))).toBe("ENOTDIR");
    expect(wordOf(() => unlinkSync(at("d")))).toBe("EISDIR");
    expect(wordOf(() => rmdirSync(at("none")))).toBe("ENOENT");
  });
};

function textOf(fd: number): string {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0)).toString();
}
