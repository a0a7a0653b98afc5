/** Times are nanoseconds, of any year, and move when POSIX says so. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { expect } from "vitest";
import { mustProbe } from "../../harness/fs-probe/probe.ts";
import type { Family } from "./family.ts";

export const times: Family = (test) => {
  const set = `utimensat(A[0], A[1], A[2]); s = os.stat(A[0]); R = [str(s.st_atime_ns), str(s.st_mtime_ns)]`;

  test("row 11: nanoseconds come back as they were set", ({ at }) => {
    writeFileSync(at("f"), "");
    expect(mustProbe(set, [at("f"), [1_700_000_000, 123_456_789], [1_600_000_000, 999_999_999]])).toEqual([
      "1700000000123456789",
      "1600000000999999999",
    ]);
  });

  test("row 11: times before 1970 and after 2106 come back as they were set", ({ at }) => {
    writeFileSync(at("f"), "");
    expect(mustProbe(set, [at("f"), [-1_000_000_000, 5], [-1, 999_999_999]])).toEqual(["-999999999999999995", "-1"]);
    expect(mustProbe(set, [at("f"), [4_400_000_000, 7], [9_000_000_000, 1]])).toEqual([
      "4400000000000000007",
      "9000000000000000001",
    ]);
  });

  test("row 12: UTIME_OMIT keeps one time while the other is set", ({ at }) => {
    writeFileSync(at("f"), "");
    mustProbe(set, [at("f"), [1000, 1], [2000, 2]]);
    const omit = (1 << 30) - 2;
    expect(mustProbe(set, [at("f"), [0, omit], [3000, 3]])).toEqual(["1000000000001", "3000000000003"]);
    expect(mustProbe(set, [at("f"), [4000, 4], [0, omit]])).toEqual(["4000000000004", "3000000000003"]);
    expect(mustProbe(set, [at("f"), [0, omit], [0, omit]])).toEqual(["4000000000004", "3000000000003"]);
  });

  test("UTIME_NOW is now, and can go with UTIME_OMIT", ({ at }) => {
    writeFileSync(at("f"), "");
    mustProbe(set, [at("f"), [1000, 1], [2000, 2]]);
    mustProbe(`utimensat(A[0], (0, UTIME_NOW), (0, UTIME_OMIT))`, [at("f")]);
    const { atimeMs, mtimeMs } = statSync(at("f"));
    expect(Math.abs(atimeMs - Date.now())).toBeLessThan(60_000);
    expect(mtimeMs).toBeCloseTo(2_000_000.000002, 5);
  });

  test("times of directories and of symbolic links themselves can be set", ({ at }) => {
    mkdirSync(at("d"));
    expect(mustProbe(set, [at("d"), [10, 11], [12, 13]])).toEqual(["10000000011", "12000000013"]);
    symlinkSync("none", at("l"));
    const link = `os.utime(A[0], ns=(21, 22), follow_symlinks=False); R = os.lstat(A[0]).st_mtime_ns`;
    expect(mustProbe(link, [at("l")])).toBe(22);
  });

  test("a write moves mtime and ctime, and close, fsync and rename move mtime no further", ({ at }) => {
    writeFileSync(at("f"), "a");
    utimesSync(at("f"), 1, 2);
    const fd = openSync(at("f"), "r+");
    writeSync(fd, "b");
    const written = statSync(at("f"), { bigint: true });
    expect(written.mtimeNs).toBeGreaterThan(10_000_000_000n);
    fsyncSync(fd);
    closeSync(fd);
    renameSync(at("f"), at("g"));
    readFileSync(at("g"));
    expect(statSync(at("g"), { bigint: true }).mtimeNs).toBe(written.mtimeNs);
  });

  test("times that were set survive the close of a handle that wrote before", ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT); os.write(fd, b"x"); os.utime(fd, ns=(1001, 2002)); os.close(fd)
      R = os.stat(A[0]).st_mtime_ns`;
    expect(mustProbe(body, [at("f")])).toBe(2002);
  });

  test("mtime and ctime of a file only grow while it is written", ({ at }) => {
    let last = 0n;
    for (let i = 0; i < 100; i += 1) {
      writeFileSync(at("f"), String(i));
      const { mtimeNs, ctimeNs } = statSync(at("f"), { bigint: true });
      expect(mtimeNs).toBeGreaterThanOrEqual(last);
      expect(ctimeNs).toBeGreaterThanOrEqual(mtimeNs);
      last = mtimeNs;
    }
  });

  test("row 18: each change of names moves the directory's mtime, a write does not", ({ at }) => {
    mkdirSync(at("d"));
    const moved = (change: () => void): boolean => {
      utimesSync(at("d"), 1, 2);
      change();
      return statSync(at("d")).mtimeMs !== 2000;
    };
    const name = (...names: string[]): string => at("d", ...names);
    expect(moved(() => writeFileSync(name("f"), ""))).toBe(true);
    expect(moved(() => writeFileSync(name("f"), "content"))).toBe(false);
    expect(moved(() => mkdirSync(name("s")))).toBe(true);
    expect(moved(() => symlinkSync("f", name("l")))).toBe(true);
    expect(moved(() => linkSync(name("f"), name("h")))).toBe(true);
    expect(moved(() => renameSync(name("f"), name("g")))).toBe(true);
    expect(moved(() => renameSync(name("g"), name("h2")))).toBe(true);
    expect(moved(() => writeFileSync(name("s", "deep"), ""))).toBe(false);
    expect(moved(() => renameSync(name("s", "deep"), name("up")))).toBe(true);
    expect(moved(() => unlinkSync(name("h2")))).toBe(true);
    expect(moved(() => rmdirSync(name("s")))).toBe(true);
  });

  test("new files carry the time of now", ({ at }) => {
    writeFileSync(at("f"), "");
    const { mtimeMs, ctimeMs } = statSync(at("f"));
    expect(Math.abs(mtimeMs - Date.now())).toBeLessThan(5000);
    expect(Math.abs(ctimeMs - Date.now())).toBeLessThan(5000);
  });
};
