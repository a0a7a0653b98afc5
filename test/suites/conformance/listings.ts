/** A listing holds every name that was there throughout, once, whatever happens meanwhile. */
import { mkdirSync, opendirSync, readdirSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { expect } from "vitest";
import { mustProbe } from "../../harness/fs-probe/probe.ts";
import type { Family } from "./family.ts";

export const listings: Family = (test) => {
  test("a listing has each name once, with its type, and readdir agrees with stat about inodes", ({ at, dir }) => {
    writeFileSync(at("file"), "");
    mkdirSync(at("dir"));
    symlinkSync("x", at("link"));
    const body = `R = sorted([e.name, e.is_file(follow_symlinks=False), e.is_dir(follow_symlinks=False), e.is_symlink(), e.inode() == os.lstat(e.path).st_ino] for e in os.scandir(A[0]))`;
    expect(mustProbe(body, [dir])).toEqual([
      ["dir", false, true, false, true],
      ["file", true, false, false, true],
      ["link", false, false, true, true],
    ]);
  });

  test("getdents gives . and .. as well, each of type directory", ({ at, skip }) => {
    mkdirSync(at("d"));
    const body = `
      fd = os.open(A[0], os.O_RDONLY | os.O_DIRECTORY); buffer = ctypes.create_string_buffer(65536); R = []
      size = check(libc.syscall(217, fd, buffer, 65536)); at = 0
      while at < size:
          _, _, length, kind = struct.unpack_from("QqHB", buffer.raw, at)
          R.append([buffer.raw[at + 19 : at + length].split(b"\\0")[0].decode(), kind]); at += length
      R.sort()`;
    if (process.arch !== "x64") skip("the number of getdents64 is that of x64");
    expect(mustProbe(body, [at("d")])).toEqual([
      [".", 4],
      ["..", 4],
    ]);
  });

  test("5000 names are listed completely", ({ at }) => {
    mkdirSync(at("d"));
    const wanted = Array.from({ length: 5000 }, (_, i) => `a-name-that-takes-some-room-${String(i).padStart(5, "0")}`);
    for (const name of wanted) writeFileSync(at("d", name), "");
    expect(readdirSync(at("d")).toSorted()).toEqual(wanted);
  });

  test("row 17: 3000 files are deleted while they are listed: none is missed, none comes twice", ({ at }) => {
    mkdirSync(at("d"));
    for (let i = 0; i < 3000; i += 1) writeFileSync(at("d", `file-${i}`), "");
    const listing = opendirSync(at("d"), { bufferSize: 32 });
    const seen = new Set<string>();
    for (let entry = listing.readSync(); entry !== null; entry = listing.readSync()) {
      expect(seen.has(entry.name)).toBe(false);
      seen.add(entry.name);
      unlinkSync(at("d", entry.name));
    }
    listing.closeSync();
    expect(seen.size).toBe(3000);
    expect(readdirSync(at("d"))).toEqual([]);
  });

  test("names that stay are listed once while others come and go", ({ at }) => {
    mkdirSync(at("d"));
    for (let i = 0; i < 1000; i += 1) writeFileSync(at("d", `stays-${i}`), "");
    const listing = opendirSync(at("d"), { bufferSize: 16 });
    const seen: string[] = [];
    for (let entry = listing.readSync(); entry !== null; entry = listing.readSync()) {
      writeFileSync(at("d", `new-${seen.length % 50}`), "");
      if (seen.length % 3 === 0 && seen.length > 3) unlinkSync(at("d", `new-${(seen.length - 3) % 50}`));
      if (entry.name.startsWith("stays")) seen.push(entry.name);
      else if (seen.length % 2 === 0) statSync(at("d", "stays-0"));
    }
    listing.closeSync();
    expect(seen).toHaveLength(1000);
    expect(new Set(seen).size).toBe(1000);
  });

  test("row 17: rm -rf removes a tree of 20,000 files", ({ at }) => {
    const body = `
      for d in range(20):
          os.makedirs(A[0] + "/" + str(d))
          for f in range(1000): os.close(os.open(A[0] + "/" + str(d) + "/" + str(f), os.O_CREAT | os.O_WRONLY))`;
    mustProbe(body, [at("tree")], { timeoutMs: 120_000 });
    const removed = spawnSync("rm", ["-rf", at("tree")], { encoding: "utf8", timeout: 120_000, killSignal: "SIGKILL" });
    expect([removed.status, removed.stderr]).toEqual([0, ""]);
    expect(readdirSync(at())).toEqual([]);
  }, 240_000);

  test("rewinding a directory handle shows what is there now", ({ at }) => {
    const body = `
      os.mkdir(A[0]); fd = os.open(A[0], os.O_RDONLY | os.O_DIRECTORY); first = os.listdir(fd)
      open(A[0] + "/new", "w").close(); second = os.listdir(fd); os.unlink(A[0] + "/new"); R = [first, second, os.listdir(fd)]`;
    expect(mustProbe(body, [at("d")])).toEqual([[], ["new"], []]);
  });
};
