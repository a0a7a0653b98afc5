/** Mode bits hold for other users; root enters everything, also a user's mount. */
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { mustProbe } from "../../harness/fs-probe/probe.ts";
import { wordOf, type Family } from "./family.ts";

const nobody = { uid: 65534, gid: 65534 };
/** What an ordinary user is answered: for reading, writing, listing, creating in, entering. */
const tries = `
  R = {
      "read": attempt(os.open, A[0] + "/f", os.O_RDONLY), "write": attempt(os.open, A[0] + "/f", os.O_WRONLY),
      "list": attempt(os.listdir, A[0]), "create": attempt(os.open, A[0] + "/new", os.O_CREAT | os.O_WRONLY),
      "remove": attempt(os.unlink, A[0] + "/f"), "rename": attempt(os.rename, A[0] + "/f", A[0] + "/g"), "chmod": attempt(os.chmod, A[0] + "/f", 0o777),
      "utime": attempt(lambda: os.utime(A[0] + "/f", (1, 1))),
  }`;
const EACCES = "EACCES";
const EPERM = "EPERM";

export const permissions: Family = (test) => {
  test("another user reads what the modes show and changes nothing", ({ at, target, skip }) => {
    if (!target.otherUsers) skip("other users may not enter");
    mkdirSync(at("d"), { mode: 0o755 });
    writeFileSync(at("d", "f"), "public", { mode: 0o644 });
    expect(mustProbe(tries, [at("d")], nobody)).toEqual({
      read: "ok",
      write: EACCES,
      list: "ok",
      create: EACCES,
      remove: EACCES,
      rename: EACCES,
      chmod: EPERM,
      utime: EPERM,
    });
    expect(readFileSync(at("d", "f"), "utf8")).toBe("public");
  });

  test("another user is kept out of a private directory and of a private file", ({ at, target, skip }) => {
    if (!target.otherUsers) skip("other users may not enter");
    mkdirSync(at("closed"), { mode: 0o700 });
    writeFileSync(at("closed", "f"), "", { mode: 0o644 });
    writeFileSync(at("f"), "", { mode: 0o600 });
    const closed = mustProbe(tries, [at("closed")], nobody) as Record<string, string>;
    expect(new Set(Object.values(closed))).toEqual(new Set([EACCES]));
    expect(mustProbe(`R = attempt(os.open, A[0], os.O_RDONLY)`, [at("f")], nobody)).toBe(EACCES);
  });

  test("another user may search but not list a directory of mode 0711", ({ at, target, skip }) => {
    if (!target.otherUsers) skip("other users may not enter");
    mkdirSync(at("d"));
    writeFileSync(at("d", "f"), "known", { mode: 0o644 });
    chmodSync(at("d"), 0o711);
    const body = `R = [attempt(os.listdir, A[0]), open(A[0] + "/f").read()]`;
    expect(mustProbe(body, [at("d")], nobody)).toEqual([EACCES, "known"]);
  });

  test("a directory of mode 01777 keeps others from removing what is not theirs", ({ at, target, skip }) => {
    if (!target.otherUsers) skip("other users may not enter");
    mkdirSync(at("d"));
    chmodSync(at("d"), 0o1777);
    writeFileSync(at("d", "f"), "", { mode: 0o666 });
    expect(mustProbe(`R = attempt(os.unlink, A[0])`, [at("d", "f")], nobody)).toBe(EPERM);
  });

  test("access agrees with what open answers", ({ at, target, skip }) => {
    if (!target.otherUsers) skip("other users may not enter");
    writeFileSync(at("f"), "", { mode: 0o640 });
    writeFileSync(at("g"), "", { mode: 0o645 });
    const body = `R = [os.access(p, m) for p in A for m in (os.R_OK, os.W_OK, os.X_OK)]`;
    expect(mustProbe(body, [at("f"), at("g")], nobody)).toEqual([false, false, false, true, false, true]);
  });

  test("root reads and writes files of mode 0000 and enters the mount of its user", ({ at, dir }) => {
    writeFileSync(at("f"), "x", { mode: 0o000 });
    writeFileSync(at("f"), "root");
    expect(readFileSync(at("f"), "utf8")).toBe("root");
    expect(statSync(dir).isDirectory()).toBe(true);
  });

  test("root executes only what someone may execute", ({ at }) => {
    writeFileSync(at("f"), "#!/bin/sh\nexit 0\n", { mode: 0o644 });
    expect(mustProbe(`R = [attempt(os.execv, A[0], A[:1]), os.access(A[0], os.X_OK)]`, [at("f")])).toEqual([
      EACCES,
      false,
    ]);
  });

  test("chown to the shown owner works, to another it answers as the table says", ({ at, target }) => {
    writeFileSync(at("f"), "");
    const { uid, gid } = statSync(at("f"));
    expect([target.answers.chownToShown].flat()).toContain(wordOf(() => chownSync(at("f"), uid, gid)));
    expect([target.answers.chownToOther].flat()).toContain(wordOf(() => chownSync(at("f"), 12_345, 12_345)));
    const after = statSync(at("f"));
    expect(after.uid).toBe(target.answers.chownToOther === "ok" ? 12_345 : uid);
  });

  test("writing by another user clears setuid, or setuid was never kept", ({ at, target, skip }) => {
    if (!target.otherUsers) skip("other users may not enter");
    writeFileSync(at("f"), "x");
    wordOf(() => chmodSync(at("f"), 0o4777));
    mustProbe(`fd = os.open(A[0], os.O_WRONLY); os.write(fd, b"y")`, [at("f")], nobody);
    expect(statSync(at("f")).mode & 0o4000).toBe(0);
  });
};
