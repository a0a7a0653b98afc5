import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FileName, parseFileName } from "../../../helper/base/name.ts";
import { hiddenByDefault, hiddenNames, hiddenPlaces } from "../../../helper/git/hidden-names.ts";
import { excludesOf, pathRulesOf } from "../../../helper/git/path-rules.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import type { Kind } from "../../../helper/replica/op.ts";
import { nothingApartData, type PathRulesData, type Repository } from "../../../helper/replica/path-rules-data.ts";
import { createRandom } from "../../harness/random.ts";

const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
const names = (path: string): FileName[] => bytes(path).split("/") as FileName[];
const repository = (more: Partial<Repository> = {}): Repository => ({ dir: "", excludes: [], tracked: [], ...more });

function rules(data: Partial<PathRulesData>): (path: string) => boolean {
  const { isIgnored } = pathRulesOf({ ...nothingApartData, repositories: [repository()], ...data });
  return (path) => isIgnored(names(path.replace(/\/$/, "")), path.endsWith("/") ? "dir" : "file");
}

describe("hidden names", () => {
  const isHidden = hiddenNames(hiddenByDefault) as (name: string) => boolean;
  test("are matched whole, by star and question mark, but for exceptions", () => {
    expect([".env", ".env.local", "server.key", "id_rsa"].map(isHidden)).toEqual([true, true, true, true]);
    expect([".env.example", "env", ".envrc", "key", "id_rsa.pub", "monkey", "x.pem.txt"].filter(isHidden)).toEqual([]);
    const odd = hiddenNames(["a?c", "é*", "[x]", "a+b", "x**y*"]) as (name: string) => boolean;
    expect(["abc", bytes("été"), "[x]", "a+b", "xxy"].map(odd)).toEqual([true, true, true, true, true]);
    expect(["ac", "abbc", "x", "aab", bytes("aé")].filter(odd)).toEqual([]);
  });

  test("are shared in the directories that are exempt, with their editors' copies, and hidden in others", () => {
    const [here, there] = [rootNode, 7 as NodeId];
    const isHiddenIn = hiddenPlaces(
      [".env", "*.key"],
      [
        { dir: here, name: ".env" },
        { dir: here, name: "a.key~" },
      ],
    ) as (name: string, dir: NodeId) => boolean;
    expect([".env", ".env~", "a.key~"].map((name) => isHiddenIn(name, here))).toEqual([false, false, false]);
    expect([".env", ".env~", "a.key~"].map((name) => isHiddenIn(name, there))).toEqual([true, true, true]);
    expect(["a.key", ".a.key.swp"].map((name) => isHiddenIn(name, here))).toEqual([true, true]);
  });

  test("an editor's copy of what is hidden is hidden", () => {
    expect([".env~", "..env.swp", ".a.key.swo", "#.env#", ".#a.key"].filter((name) => !isHidden(name))).toEqual([]);
    expect(["a.txt~", ".a.txt.swp", ".env.example"].filter(isHidden)).toEqual([]);
  });
});

describe("what git ignores", () => {
  test("R-SEED: deeper files win, and below an ignored directory all is ignored", () => {
    const isIgnored = rules({
      ignoreFiles: [
        { dir: "", text: "*.log\nbuild/\n" },
        { dir: "a", text: "!keep.log\n" },
      ],
    });
    expect(["x.log", "a/x.log", "build/", "build/x", "build/y/z"].filter((path) => !isIgnored(path))).toEqual([]);
    expect(["a/keep.log", "build", "a/", ".git/", "x"].filter(isIgnored)).toEqual([]);
  });

  test("what a deeper file includes again is not ignored for what is above it", () => {
    const isIgnored = rules({
      ignoreFiles: [
        { dir: "", text: "out/\n*.o\n" },
        { dir: "a[1]", text: "!out/\n" },
      ],
    });
    expect([isIgnored("a[1]/out/"), isIgnored("a[1]/out/x"), isIgnored("a[1]/out/x.o"), isIgnored("out/")]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test("a tracked path, and what is above one, is not; what else is there is", () => {
    const isIgnored = rules({
      repositories: [repository({ excludes: ["build/\n"], tracked: ["build/a/keep"] })],
    });
    expect(["build/", "build/a/", "build/a/keep"].filter(isIgnored)).toEqual([]);
    expect(["build/b", "build/a/x", "build/b/"].filter((path) => !isIgnored(path))).toEqual([]);
  });

  test("a repository below begins anew, also in an ignored directory", () => {
    const isIgnored = rules({
      repositories: [repository(), repository({ dir: "trees/one", excludes: ["*.tmp"] })],
      ignoreFiles: [
        { dir: "", text: "trees/\n*.log\n" },
        { dir: "trees/one/sub", text: "x\n" },
      ],
    });
    expect(["trees/", "trees/one/", "trees/one/a.log"].filter(isIgnored)).toEqual([]);
    expect(["trees/two/", "trees/x", "trees/one/a.tmp", "trees/one/sub/x"].filter((path) => !isIgnored(path))).toEqual(
      [],
    );
  });

  test("whatever a host tells as patterns, a question is answered", () => {
    const name = fc
      .string({ minLength: 1, maxLength: 6, unit: "binary-ascii" })
      .map((text) => parseFileName(text))
      .filter((each) => each !== undefined);
    const path = fc.array(name, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.string({ maxLength: 20, unit: "binary-ascii" }),
        path,
        fc.constantFrom("file", "dir"),
        (text, at, kind) => {
          const data = { ...nothingApartData, hidden: [text], repositories: [repository({ excludes: [text] })] };
          const asked = pathRulesOf(data);
          expect([
            typeof asked.isIgnored(at, kind as Kind),
            typeof asked.isHidden(at[0] as FileName, rootNode),
          ]).toEqual(["boolean", "boolean"]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("outside a repository nothing is", () => {
    expect(rules({ repositories: [], ignoreFiles: [{ dir: "", text: "*" }] })("x")).toBe(false);
  });
});

describe("compared with git check-ignore", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "pm-ignore-"));
    git(["init", "-q"]);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function git(args: readonly string[], input = ""): string {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
    return execFileSync("git", args, { cwd: root, env, input, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
  }

  const seed = Number(process.env["PAIRMOUNT_TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  test(`generated trees are judged alike (seed ${seed})`, () => {
    const random = createRandom(seed);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const words = ["a", "b", "foo", "b.o", "x.log", "é", "[x]", "sp ace", "#h", "!n", "A", "foo.d", "-", "a\\b", "t "];
    const parts = ["a", "b", "foo", "*", "**", "*.o", "?", "[a-c]*", "[!a]", "\\[x\\]", "é", "A", "foo*", "sp\\ ace"];
    const patterns = (): string => {
      const line = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(parts)).join("/");
      return `${pick(["", "", "", "!"])}${pick(["", "", "/"])}${line}${pick(["", "", "/", "  "])}`;
    };
    const odd = ["#h", "\\#h", "\\!n", "!\\!n", "t\\ ", "", "   ", "*.log\r", "a\\\\b", "/*", "!*/", "**/b", "foo/**"];
    const paths: string[] = [];
    const ignoreFiles: { dir: string; text: string }[] = [];
    const grow = (dir: string, depth: number): void => {
      if (dir !== "") mkdirSync(join(root, dir));
      if (depth === 0 || random() < 0.4) {
        const lines = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
          random() < 0.3 ? pick(odd) : patterns(),
        );
        const text = `${lines.join("\n")}${pick(["", "\n"])}`;
        writeFileSync(join(root, dir, ".gitignore"), text);
        ignoreFiles.push({ dir: bytes(dir), text: bytes(text) });
      }
      for (const word of words) {
        const path = dir === "" ? word : `${dir}/${word}`;
        if (depth < 3 && random() < 0.25) {
          paths.push(`${path}/`);
          grow(path, depth + 1);
        } else if (random() < 0.6) {
          writeFileSync(join(root, path), "");
          paths.push(path);
        }
      }
    };
    grow("", 0);
    const { isExcluded } = excludesOf({ repositories: [repository()], ignoreFiles });
    const kindOf = (path: string): Kind => (path.endsWith("/") ? "dir" : "file");
    const ours = paths.filter((path) => isExcluded(names(path.replace(/\/$/, "")), kindOf(path)));
    const bare = (path: string): string => path.replace(/\/$/, "");
    let theirs: string[] = [];
    try {
      theirs = git(["check-ignore", "--no-index", "-z", "--stdin"], paths.map(bare).join("\0")).split("\0");
    } catch {
      // 1: none is ignored.
    }
    const expected = new Set(theirs);
    const saying = ours.map(bare).filter((path) => !expected.has(path));
    const missing = paths.map(bare).filter((path) => expected.has(path) && !ours.map(bare).includes(path));
    const wrong = [...saying, ...missing].slice(0, 1);
    const why = ignoreFiles.filter(({ dir }) => wrong.some((path) => dir === "" || bytes(path).startsWith(`${dir}/`)));
    expect({ saying, missing, why: wrong.length === 0 ? [] : why }).toEqual({ saying: [], missing: [], why: [] });
  });
});
