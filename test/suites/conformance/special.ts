/** What is not a file, directory or link, and calls that may be refused: each answers as the target's table says. */
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { probeWord } from "../../harness/fs-probe/probe.ts";
import { expectAnswer, type Family } from "./family.ts";
import type { Answers } from "./target.ts";

type Row = {
  readonly title: string;
  readonly key: keyof Answers;
  readonly body: string;
  readonly leaves: readonly string[];
};

const rows: readonly Row[] = [
  { title: "mkfifo", key: "mkfifo", body: `os.mkfifo(A[0] + "/x")`, leaves: ["x"] },
  {
    title: "bind of a socket",
    key: "socket",
    body: `os.chdir(A[0]); s = socket.socket(socket.AF_UNIX); s.bind("x")`,
    leaves: ["x"],
  },
  {
    title: "mknod of a device",
    key: "device",
    body: `os.mknod(A[0] + "/x", 0o600 | stat.S_IFCHR, os.makedev(1, 3))`,
    leaves: ["x"],
  },
  { title: "O_TMPFILE", key: "tmpfile", body: `os.write(os.open(A[0], os.O_TMPFILE | os.O_RDWR), b"x")`, leaves: [] },
  {
    title: "fallocate that punches a hole",
    key: "punchHole",
    body: `fallocate(os.open(A[0] + "/old", os.O_RDWR), PUNCH_HOLE | KEEP_SIZE, 0, 1)`,
    leaves: [],
  },
  {
    title: "setting an extended attribute",
    key: "setXattr",
    body: `os.setxattr(A[0] + "/old", "user.pairmount", b"x")`,
    leaves: [],
  },
];

export const special: Family = (test) => {
  for (const { title, key, body, leaves } of rows) {
    test(`${title} answers as the table says and leaves nothing half made`, ({ at, dir, target }) => {
      writeFileSync(at("old"), "old");
      const word = probeWord(body, [dir]);
      expectAnswer(word, target.answers[key]);
      expect(readdirSync(dir).toSorted()).toEqual(word === "ok" ? ["old", ...leaves] : ["old"]);
      expect(statSync(at("old")).size).toBe(3);
    });
  }

  test("RENAME_EXCHANGE answers as the table says, and moves both or none", ({ at, target }) => {
    writeFileSync(at("a"), "a");
    writeFileSync(at("b"), "b");
    const word = probeWord(`renameat2(A[0], A[1], EXCHANGE)`, [at("a"), at("b")]);
    expectAnswer(word, target.answers.exchange);
    const contents = [readFileSync(at("a"), "utf8"), readFileSync(at("b"), "utf8")];
    expect(contents).toEqual(word === "ok" ? ["b", "a"] : ["a", "b"]);
  });

  test("plain fallocate extends with zeros or is refused, and posix_fallocate works either way", ({ at, target }) => {
    writeFileSync(at("f"), "abc");
    const word = probeWord(`fallocate(os.open(A[0], os.O_RDWR), 0, 0, 100)`, [at("f")]);
    expectAnswer(word, target.answers.plainFallocate);
    if (word === "ok") expect(readFileSync(at("f"), "latin1")).toBe(`abc${"\0".repeat(97)}`);
    expect(probeWord(`os.posix_fallocate(os.open(A[0], os.O_RDWR), 0, 200)`, [at("f")])).toBe("ok");
    expect(statSync(at("f")).size).toBe(200);
  });

  test("reading an extended attribute that is not there is ENODATA or EOPNOTSUPP", ({ at }) => {
    writeFileSync(at("f"), "");
    expectAnswer(probeWord(`os.getxattr(A[0], "user.none")`, [at("f")]), ["ENODATA", "EOPNOTSUPP"]);
    expectAnswer(probeWord(`os.listxattr(A[0])`, [at("f")]), ["ok", "EOPNOTSUPP"]);
  });
};
