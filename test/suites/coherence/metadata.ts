/** Rows about names, attributes and times: every peer presents the same. */
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { mustProbe } from "../../harness/fs-probe/probe.ts";
import { eventually, type Declare } from "./peers.ts";

/** What git's index keeps of a file, without the owner, which is the mounting user's on each peer. */
function gitStat(path: string): unknown {
  const stats = lstatSync(path, { bigint: true });
  const { ino, mode, size, mtimeNs, ctimeNs, nlink } = stats;
  return stats.isDirectory() ? { ino, mode } : { ino, mode, size, mtimeNs, ctimeNs, nlink };
}

export const metadata = (test: Declare): void => {
  test("rows 9 and 10: ino, mode, size, mtime, ctime and nlink are the same at A and B, and stay", async ({ a, b }) => {
    for (let i = 0; i < 50; i += 1) writeFileSync(join(a, `f${i}`), "x".repeat(i * 100));
    mkdirSync(join(a, "d"));
    symlinkSync("f1", join(a, "l"));
    chmodSync(join(a, "f2"), 0o755);
    linkSync(join(a, "f3"), join(a, "h"));
    renameSync(join(a, "f4"), join(a, "d", "f4"));
    const names = [...readdirSync(a), "d/f4"];
    await eventually(() => {
      for (const name of names) expect([name, gitStat(join(b, name))]).toEqual([name, gitStat(join(a, name))]);
    });
    const before = names.map((name) => gitStat(join(b, name)));
    for (let i = 0; i < 20; i += 1) names.forEach((name) => readFileSync(join(b, name === "d" ? "f0" : name)));
    expect(names.map((name) => gitStat(join(b, name)))).toEqual(before);
  });

  test("rows 11 and 12: times set at A come to B to the nanosecond, one alone too, also before 1970 and after 2106", async ({
    a,
    b,
  }) => {
    writeFileSync(join(a, "f"), "");
    const set = `utimensat(A[0], A[1], A[2])`;
    const get = `R = [str(os.stat(A[0]).st_mtime_ns)]`;
    for (const [seconds, nanos] of [
      [1_700_000_000, 123_456_789],
      [-5, 1],
      [4_400_000_000, 999_999_999],
    ] as const) {
      mustProbe(set, [join(a, "f"), [1000, 1], [seconds, nanos]]);
      mustProbe(set, [join(a, "f"), [2000, 2], [0, (1 << 30) - 2]]);
      const wanted = String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
      expect(mustProbe(get, [join(a, "f")])).toEqual([wanted]);
      await eventually(() => expect(statSync(join(b, "f"), { bigint: true }).mtimeNs).toBe(BigInt(wanted)));
    }
  });

  test("row 13: names linked at A are one file at B, and B's change shows through every name at A", async ({
    a,
    b,
  }) => {
    writeFileSync(join(a, "one"), "first");
    linkSync(join(a, "one"), join(a, "two"));
    await eventually(() => {
      expect(statSync(join(b, "two")).nlink).toBe(2);
      expect(statSync(join(b, "one")).ino).toBe(statSync(join(b, "two")).ino);
    });
    writeFileSync(join(b, "two"), "second");
    await eventually(() => expect(readFileSync(join(a, "one"), "utf8")).toBe("second"));
    unlinkSync(join(b, "one"));
    await eventually(() => {
      expect(existsSync(join(a, "one"))).toBe(false);
      expect(statSync(join(a, "two")).nlink).toBe(1);
    });
  });

  test("row 14: a file created 0444 and written at A is whole and 0444 at B", async ({ a, b }) => {
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o444); os.write(fd, b"pack"); os.fsync(fd); os.close(fd)`;
    mustProbe(body, [join(a, "f")]);
    await eventually(() => expect(readFileSync(join(b, "f"), "utf8")).toBe("pack"));
    expect(statSync(join(b, "f")).mode & 0o777).toBe(0o444);
  });

  test("row 18: a change of names at A moves the directory's mtime at B", async ({ a, b }) => {
    const changes = [
      () => writeFileSync(join(a, "f"), ""),
      () => renameSync(join(a, "f"), join(a, "g")),
      () => mkdirSync(join(a, "d")),
      () => rmdirSync(join(a, "d")),
      () => unlinkSync(join(a, "g")),
    ];
    for (const change of changes) {
      mustProbe(`utimensat(A[0], (1, 0), (2, 0))`, [a]);
      await eventually(() => expect(statSync(b).mtimeMs).toBe(2000));
      change();
      await eventually(() => expect(statSync(b).mtimeMs).not.toBe(2000));
      await eventually(() => expect(statSync(b, { bigint: true }).mtimeNs).toBe(statSync(a, { bigint: true }).mtimeNs));
    }
  });

  test("row 24: names of any bytes, of both normal forms and both cases arrive as they are", async ({ a, b }) => {
    const names = [
      Buffer.from([0xff, 0xfe, 0x20, 0x0a]),
      Buffer.from("caf\u00e9"),
      Buffer.from("cafe\u0301"),
      Buffer.from("Readme"),
      Buffer.from("README"),
      Buffer.alloc(255, "n"),
    ];
    for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${a}/`), name]), name);
    const sorted = names.toSorted(byBytes);
    await eventually(() => expect(readdirSync(b, { encoding: "buffer" }).toSorted(byBytes)).toEqual(sorted));
    for (const name of names) {
      await eventually(() => expect(readFileSync(Buffer.concat([Buffer.from(`${b}/`), name]))).toEqual(name));
    }
  });

  test("a directory renamed at A moves with all it holds at B, and a link changes its text", async ({ a, b }) => {
    mkdirSync(join(a, "d", "e"), { recursive: true });
    writeFileSync(join(a, "d", "e", "f"), "deep");
    symlinkSync("d", join(a, "l"));
    await eventually(() => expect(readFileSync(join(b, "l", "e", "f"), "utf8")).toBe("deep"));
    renameSync(join(a, "d"), join(a, "moved"));
    symlinkSync("moved", join(a, "l2"));
    renameSync(join(a, "l2"), join(a, "l"));
    await eventually(() => {
      expect(readFileSync(join(b, "l", "e", "f"), "utf8")).toBe("deep");
      expect(existsSync(join(b, "d"))).toBe(false);
    });
  });

  test("row 9: stat stays the same when the kernel has forgotten the files", async ({ a, b, skip }) => {
    if (process.getuid?.() !== 0) skip("only root empties the kernel's caches");
    const names = Array.from({ length: 300 }, (_, i) => `f${i}`);
    for (const name of names) writeFileSync(join(a, name), name);
    const look = (dir: string): string[] =>
      names.map((name) => {
        const { ino, size, mode, nlink, mtimeNs, ctimeNs } = lstatSync(join(dir, name), { bigint: true });
        return [ino, size, mode, nlink, mtimeNs, ctimeNs].join(" ");
      });
    const before = look(a);
    await eventually(() => expect(look(b)).toEqual(before));
    for (let i = 0; i < 3; i += 1) {
      writeFileSync("/proc/sys/vm/drop_caches", "3");
      for (const dir of [b, a]) expect(look(dir)).toEqual(before);
    }
    for (const name of names) expect(readFileSync(join(b, name), "utf8")).toBe(name);
  });
};

function byBytes(one: Buffer, other: Buffer): number {
  return Buffer.compare(one, other);
}
