/** Memory maps work on every file: libgit2 and SQLite map shared, git maps private. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { expect } from "vitest";
import { mustProbe } from "../../harness/fs-probe/probe.ts";
import type { Family, Place } from "./family.ts";

const places = [
  { where: "in the work tree", names: ["src"] },
  { where: "in a git directory", names: ["repo", ".git"] },
  { where: "in an objects directory of git", names: ["repo", ".git", "objects", "pack"] },
] as const;

export const maps: Family = (test) => {
  for (const { where, names } of places) {
    const file = (place: Place, name = "mapped"): string => {
      mkdirSync(place.at(...names), { recursive: true });
      return place.at(...names, name);
    };

    test(`a private map reads the file and keeps its changes to itself, ${where}`, (place) => {
      const path = file(place);
      writeFileSync(path, "a".repeat(10_000));
      const body = `
        fd = os.open(A[0], os.O_RDONLY)
        m = mmap.mmap(fd, 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
        before = m[5000:5003].decode(); m[5000:5003] = b"xyz"
        R = [before, m[5000:5003].decode(), os.pread(fd, 3, 5000).decode()]`;
      expect(mustProbe(body, [path])).toEqual(["aaa", "xyz", "aaa"]);
    });

    test(`a shared map for reading follows writes to the file, ${where}`, (place) => {
      const path = file(place);
      writeFileSync(path, "a".repeat(10_000));
      const body = `
        fd = os.open(A[0], os.O_RDWR)
        m = mmap.mmap(fd, 0, mmap.MAP_SHARED, mmap.PROT_READ)
        before = m[8000:8003].decode(); os.pwrite(fd, b"xyz", 8000)
        R = [before, m[8000:8003].decode()]`;
      expect(mustProbe(body, [path])).toEqual(["aaa", "xyz"]);
    });

    test(`writes through a shared map reach the file, ${where}`, (place) => {
      const path = file(place);
      writeFileSync(path, "a".repeat(10_000));
      const body = `
        fd = os.open(A[0], os.O_RDWR); m = mmap.mmap(fd, 0)
        m[100:103] = b"one"; m[9000:9003] = b"two"; m.flush()
        R = [os.pread(fd, 3, 100).decode(), os.pread(fd, 3, 9000).decode()]`;
      expect(mustProbe(body, [path])).toEqual(["one", "two"]);
      const bytes = readFileSync(path, "utf8");
      expect([bytes.slice(100, 103), bytes.slice(9000, 9003), bytes.length]).toEqual(["one", "two", 10_000]);
    });

    test(`a shared map writes after its descriptor was closed, ${where}`, (place) => {
      const path = file(place);
      const body = `
        fd = os.open(A[0], os.O_RDWR | os.O_CREAT); os.ftruncate(fd, 8192); m = mmap.mmap(fd, 8192)
        os.close(fd); m[0:4] = b"late"; m[8188:8192] = b"tail"; m.close()`;
      mustProbe(body, [path]);
      const bytes = readFileSync(path, "latin1");
      expect([bytes.slice(0, 4), bytes.slice(-4)]).toEqual(["late", "tail"]);
    });
  }

  test("two processes share one map", ({ at }) => {
    writeFileSync(at("f"), Buffer.alloc(4096));
    const body = `
      fd = os.open(A[0], os.O_RDWR); m = mmap.mmap(fd, 4096)
      if os.fork() == 0:
          m[0:5] = b"child"; os._exit(0)
      os.wait(); other = os.open(A[0], os.O_RDWR); n = mmap.mmap(other, 4096)
      R = [m[0:5].decode(), n[0:5].decode()]`;
    expect(mustProbe(body, [at("f")])).toEqual(["child", "child"]);
  });

  test("a map outlives rename and unlink of its file", ({ at }) => {
    writeFileSync(at("f"), "m".repeat(9000));
    const fd = openSync(at("f"), "r");
    const body = `
      fd = os.open(A[0], os.O_RDONLY); m = mmap.mmap(fd, 0, mmap.MAP_PRIVATE, mmap.PROT_READ); os.close(fd)
      open(A[1], "w").write("new"); os.rename(A[1], A[0]); os.unlink(A[0])
      R = m[:].decode() == "m" * 9000`;
    expect(mustProbe(body, [at("f"), at("g")])).toBe(true);
    closeSync(fd);
  });

  test("a file written by write and by map at once keeps both", ({ at }) => {
    const fd = openSync(at("f"), "w+");
    writeSync(fd, Buffer.alloc(20_000, "."));
    mustProbe(
      `fd = os.open(A[0], os.O_RDWR); m = mmap.mmap(fd, 0)
for i in range(0, 20000, 200):
    m[i:i+1] = b"m"
    os.pwrite(fd, b"w", i + 100)`,
      [at("f")],
    );
    const bytes = readFileSync(at("f"), "latin1");
    for (let i = 0; i < 20_000; i += 200) expect(bytes[i]! + bytes[i + 100]!).toBe("mw");
    closeSync(fd);
    renameSync(at("f"), at("g"));
    unlinkSync(at("g"));
  });
};
