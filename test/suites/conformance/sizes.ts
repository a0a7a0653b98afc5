/** Append, truncate and the position they act at. */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { expect } from "vitest";
import { mustProbe, startProbe } from "../../harness/fs-probe/probe.ts";
import { wordOf, type Family } from "./family.ts";

export const sizes: Family = (test) => {
  test("appends go to the end, also after others wrote there", ({ at }) => {
    const one = openSync(at("f"), "a");
    const two = openSync(at("f"), "a");
    for (let i = 0; i < 50; i += 1) {
      writeSync(one, "a");
      writeSync(two, "b");
    }
    appendFileSync(at("f"), "end");
    expect(readFileSync(at("f"), "utf8")).toBe(`${"ab".repeat(50)}end`);
    closeSync(one);
    closeSync(two);
  });

  test("row 16: two processes append 1000 lines each: all are there, none torn", async ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
      for i in range(1000): os.write(fd, (A[1] + " " + str(i).zfill(30) + "\\n").encode())`;
    await Promise.all(["one", "two"].map(async (name) => await startProbe(body, [at("f"), name]).done));
    const lines = readFileSync(at("f"), "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(2000);
    expect(new Set(lines).size).toBe(2000);
    expect(lines.every((line) => /^(one|two) \d{30}$/.test(line))).toBe(true);
  });

  test("O_APPEND holds when the position is moved and after a truncate", ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT | os.O_APPEND); os.write(fd, b"12345"); os.lseek(fd, 0, 0); os.write(fd, b"67")
      os.ftruncate(fd, 2); os.write(fd, b"x"); R = [os.pread(fd, 99, 0).decode(), os.lseek(fd, 0, 1)]`;
    expect(mustProbe(body, [at("f")])).toEqual(["12x", 3]);
  });

  test("truncate and ftruncate cut and extend with zeros, and move mtime", ({ at }) => {
    writeFileSync(at("f"), "123456789");
    truncateSync(at("f"), 4);
    expect(readFileSync(at("f"), "utf8")).toBe("1234");
    const fd = openSync(at("f"), "r+");
    ftruncateSync(fd, 6);
    expect(fstatSync(fd).size).toBe(6);
    expect(readFileSync(at("f"), "latin1")).toBe("1234\0\0");
    ftruncateSync(fd, 10_000_000);
    expect(statSync(at("f")).size).toBe(10_000_000);
    ftruncateSync(fd, 0);
    expect(readFileSync(at("f"), "utf8")).toBe("");
    closeSync(fd);
  });

  test("O_TRUNC empties the file before the first write", ({ at }) => {
    writeFileSync(at("f"), "a long old text");
    writeFileSync(at("f"), "xy");
    expect(readFileSync(at("f"), "utf8")).toBe("xy");
    closeSync(openSync(at("f"), "w"));
    expect(statSync(at("f")).size).toBe(0);
  });

  test("truncate through one handle is seen through another", ({ at }) => {
    writeFileSync(at("f"), "0123456789");
    const fd = openSync(at("f"), "r+");
    truncateSync(at("f"), 3);
    expect(fstatSync(fd).size).toBe(3);
    writeSync(fd, "x", 5);
    expect(readFileSync(at("f"), "latin1")).toBe("012\0\0x");
    closeSync(fd);
  });

  test("truncate of a directory is EISDIR, of nothing ENOENT, below zero EINVAL", ({ at }) => {
    mkdirSync(at("d"));
    writeFileSync(at("f"), "");
    expect(wordOf(() => truncateSync(at("d"), 0))).toBe("EISDIR");
    expect(wordOf(() => truncateSync(at("none"), 0))).toBe("ENOENT");
    expect(mustProbe(`R = attempt(os.truncate, A[0], -1)`, [at("f")])).toBe("EINVAL");
  });
};
