/** open with O_CREAT, O_EXCL and modes that forbid what the creating handle may do. */
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { expect } from "vitest";
import { mustProbe, startProbe } from "../../harness/fs-probe/probe.ts";
import { wordOf, type Family } from "./family.ts";

const nobody = { uid: 65534, gid: 65534 };

export const creation: Family = (test) => {
  test("row 14: a file created 0444 is written, synced and renamed through the handle that created it", ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o444); os.write(fd, b"pack"); os.fsync(fd); os.pwrite(fd, b"P", 0)
      os.rename(A[0], A[1]); os.write(fd, b"ed"); os.close(fd); R = open(A[1]).read()`;
    expect(mustProbe(body, [at("f"), at("g")])).toBe("Packed");
    expect(statSync(at("g")).mode & 0o777).toBe(0o444);
  });

  test("row 14: the same as an ordinary user, who then cannot open it for writing", ({ at, target, skip }) => {
    if (!target.otherUsers) skip("other users may not enter");
    mustProbe(`os.mkdir(A[0]); os.chmod(A[0], 0o777)`, [at("open")]);
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o444); os.write(fd, b"pack"); os.fsync(fd); os.close(fd)
      R = [open(A[0]).read(), attempt(os.open, A[0], os.O_WRONLY)]`;
    expect(mustProbe(body, [at("open", "f")], nobody)).toEqual(["pack", "EACCES"]);
  });

  test("a file created 0000 is read and written by its creator's handle", ({ at }) => {
    const fd = openSync(at("f"), "w+", 0);
    writeSync(fd, "secret");
    const bytes = Buffer.alloc(6);
    readSync(fd, bytes, 0, 6, 0);
    expect(bytes.toString()).toBe("secret");
    expect(fstatSync(fd).mode & 0o777).toBe(0);
    closeSync(fd);
  });

  test("O_EXCL is EEXIST for a file, a directory and a dangling link", ({ at }) => {
    writeFileSync(at("f"), "kept");
    mkdirSync(at("d"));
    symlinkSync("none", at("l"));
    for (const name of ["f", "d", "l"]) expect(wordOf(() => openSync(at(name), "wx"))).toBe("EEXIST");
    expect(readFileSync(at("f"), "utf8")).toBe("kept");
  });

  test("row 6: two processes racing O_EXCL for 150 names have exactly 150 winners", async ({ at }) => {
    const body = `
      R = []
      for i in range(150):
          try: os.close(os.open(A[0] + "/" + str(i) + ".lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY)); R.append(i)
          except FileExistsError: pass`;
    mkdirSync(at("locks"));
    const won = await Promise.all([1, 2].map(async () => (await startProbe(body, [at("locks")]).done) as number[]));
    expect(won.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, i) => i));
  });

  test("row 7: 400 files are made, written, closed and renamed under a signal timer", ({ at }) => {
    const body = `
      interrupt_every(0.0007)
      for i in range(400):
          fd = os.open(A[0] + "/f.lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
          os.write(fd, str(i).encode()); os.close(fd); os.rename(A[0] + "/f.lock", A[0] + "/f" + str(i))
      signal.setitimer(signal.ITIMER_REAL, 0)
      R = len(os.listdir(A[0]))`;
    mkdirSync(at("d"));
    expect(mustProbe(body, [at("d")])).toBe(400);
  });

  test("creating in a missing directory is ENOENT, opening a directory for writing EISDIR", ({ at }) => {
    mkdirSync(at("d"));
    expect(wordOf(() => openSync(at("none", "f"), "w"))).toBe("ENOENT");
    expect(wordOf(() => openSync(at("d"), "r+"))).toBe("EISDIR");
    expect(wordOf(() => openSync(at("none"), "r"))).toBe("ENOENT");
    expect(wordOf(() => mkdirSync(at("d")))).toBe("EEXIST");
    expect(wordOf(() => mkdirSync(at("none", "d")))).toBe("ENOENT");
  });

  test("O_DIRECTORY and O_NOFOLLOW are honoured", ({ at }) => {
    writeFileSync(at("f"), "");
    symlinkSync("f", at("l"));
    const body = `R = [attempt(os.open, A[0], os.O_RDONLY | os.O_DIRECTORY), attempt(os.open, A[1], os.O_RDONLY | os.O_NOFOLLOW)]`;
    expect(mustProbe(body, [at("f"), at("l")])).toEqual(["ENOTDIR", "ELOOP"]);
  });

  test("O_CREAT on a file that is there opens it and keeps its mode", ({ at }) => {
    writeFileSync(at("f"), "there", { mode: 0o600 });
    const fd = openSync(at("f"), "a", 0o777);
    writeSync(fd, "!");
    closeSync(fd);
    expect(readFileSync(at("f"), "utf8")).toBe("there!");
    expect(statSync(at("f")).mode & 0o777).toBe(0o600);
    unlinkSync(at("f"));
  });
};
