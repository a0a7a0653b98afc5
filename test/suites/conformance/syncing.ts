/** fsync and its relatives succeed on everything that can be open. */
import { mkdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { mustProbe } from "../../harness/fs-probe/probe.ts";
import type { Family } from "./family.ts";

export const syncing: Family = (test) => {
  test("fsync and fdatasync of files work, also for reading handles and unlinked files", ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT); os.write(fd, b"x"); os.fsync(fd); os.fdatasync(fd)
      reader = os.open(A[0], os.O_RDONLY); os.fsync(reader); os.unlink(A[0]); os.write(fd, b"y"); os.fsync(fd)
      R = os.pread(fd, 9, 0).decode()`;
    expect(mustProbe(body, [at("f")])).toBe("xy");
  });

  test("fsync of a directory works after every change in it", ({ at }) => {
    mkdirSync(at("d"));
    const body = `
      d = os.open(A[0], os.O_RDONLY | os.O_DIRECTORY)
      os.mkdir(A[0] + "/s"); os.fsync(d); open(A[0] + "/f", "w").close(); os.fsync(d); os.rename(A[0] + "/f", A[0] + "/s/g"); os.fsync(d)
      os.unlink(A[0] + "/s/g"); os.rmdir(A[0] + "/s"); os.fsync(d); R = os.listdir(d)`;
    expect(mustProbe(body, [at("d")])).toEqual([]);
  });

  test("write, fsync, rename, fsync of the directory: the way a lock is released", ({ at }) => {
    const body = `
      for i in range(50):
          fd = os.open(A[0] + ".lock", os.O_WRONLY | os.O_CREAT | os.O_EXCL); os.write(fd, str(i).encode()); os.fsync(fd); os.close(fd)
          os.rename(A[0] + ".lock", A[0]); d = os.open(A[1], os.O_RDONLY); os.fsync(d); os.close(d)`;
    mustProbe(body, [at("ref"), at()]);
    expect(readFileSync(at("ref"), "utf8")).toBe("49");
  });

  test("O_SYNC and O_DSYNC handles write through, sync_file_range or syncfs do no harm", ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT | os.O_SYNC); os.write(fd, b"s"); os.close(fd)
      fd = os.open(A[0], os.O_RDWR | os.O_DSYNC | os.O_APPEND); os.write(fd, b"d"); check(libc.syncfs(fd)); R = os.pread(fd, 9, 0).decode()`;
    expect(mustProbe(body, [at("f")])).toBe("sd");
  });

  test("fsync after another handle of the file was closed covers what that one wrote", ({ at }) => {
    const body = `
      a = os.open(A[0], os.O_RDWR | os.O_CREAT); b = os.open(A[0], os.O_RDWR); os.write(a, b"via a"); os.close(a); os.fsync(b)
      R = os.pread(b, 9, 0).decode()`;
    expect(mustProbe(body, [at("f")])).toBe("via a");
  });
};
