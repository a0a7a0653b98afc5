import { expect, test } from "vitest";
import { parseCommandLine } from "../../../helper/cli/arguments.ts";
import { helpText } from "../../../helper/cli/help.ts";
import { bytes, eventLine, milliseconds, progressLine } from "../../../helper/cli/format.ts";
import { hiddenByDefault } from "../../../helper/git/hidden-names.ts";
import { exitCodeOf, sessionErrorCodes } from "../../../helper/session/errors.ts";

test("share takes a folder and its options", () => {
  expect(
    parseCommandLine(["share", "app", "--mount", "/m", "--read-only", "--port", "99", "--driver", "kernel"]),
  ).toMatchObject({
    command: "share",
    folder: "app",
    mount: "/m",
    access: "read-only",
    port: 99,
    driver: "kernel",
    approve: "terminal",
    detach: false,
    idle: 0,
  });
});

test("share and hidden take the names that are hidden, the usual ones without a word of it", () => {
  expect(parseCommandLine(["share", "a"])).toMatchObject({ hide: hiddenByDefault, shareIgnored: false });
  expect(parseCommandLine(["share", "a", "--hide", "*.key", "--hide=-x", "--share-ignored"])).toMatchObject({
    hide: ["*.key", "-x"],
    shareIgnored: true,
  });
  expect(parseCommandLine(["share", "a", "--hide-none"])).toMatchObject({ hide: [] });
  expect(parseCommandLine(["hidden", "a", "--json", "--hide", "b"])).toMatchObject({
    command: "hidden",
    hide: ["b"],
    json: true,
  });
});

test("--detach goes with deciders that need no terminal; --accept is short for all", () => {
  expect(parseCommandLine(["share", "a", "--detach", "--approve", "clients"])).toMatchObject({ approve: "clients" });
  expect(parseCommandLine(["share", "a", "--detach", "--accept"])).toMatchObject({ approve: "all", detach: true });
  expect(parseCommandLine(["share", "a", "--approve", "all", "--accept"])).toMatchObject({ approve: "all" });
});

test("join takes the invite, and where to mount", () => {
  expect(parseCommandLine(["join", "AQx", "dir"])).toMatchObject({ invite: "AQx", mount: "dir" });
  expect(parseCommandLine(["join", "AQx"])).toMatchObject({ invite: "AQx", mount: undefined });
});

test("keep takes a folder, and whose mount", () => {
  expect(parseCommandLine(["keep", "copy"])).toMatchObject({ command: "keep", folder: "copy", session: undefined });
  expect(parseCommandLine(["keep", "copy", "--session", "/m", "--json"])).toMatchObject({ session: "/m", json: true });
});

test.each([
  ["a hidden path", ["share", "a", "--hide", "conf/.env"]],
  ["hidden names and none", ["share", "a", "--hide", ".env", "--hide-none"]],
  ["too many hidden names", ["share", "a", ...Array.from({ length: 257 }, (_, i) => `--hide=${i}`)]],
  ["hidden without a folder", ["hidden"]],
  ["keep without a folder", ["keep"]],
  ["a grace that is none", ["leave", "--grace", "soon"]],
  ["two copies", ["keep", "a", "b"]],
  ["no such command", ["steal"]],
  ["share without a folder", ["share"]],
  ["two folders", ["share", "a", "b"]],
  ["a port out of range", ["share", "a", "--port", "70000"]],
  ["an unknown driver", ["share", "a", "--driver", "nfs"]],
  ["an unknown option", ["status", "--loud"]],
  ["a background host that nobody could join", ["share", "a", "--detach"]],
  ["nobody known who decides", ["share", "a", "--approve", "me"]],
  ["two who decide", ["share", "a", "--approve", "clients", "--accept"]],
  ["a time that is none", ["share", "a", "--idle", "soon"]],
  ["an empty name", ["join", "i", "--name", " "]],
])("misuse is told: %s", (_, argv) => {
  expect(parseCommandLine(argv).command).toBe("misuse");
});

test("every exit code of the closed list is in --help", () => {
  const help = helpText(undefined);
  for (const code of sessionErrorCodes) expect(help).toMatch(new RegExp(`^ *${exitCodeOf(code)}  `, "m"));
  for (const own of [0, 1, 2, 3, 4, 130]) expect(help).toMatch(new RegExp(`^ *${own}  `, "m"));
});

test("timeline lines are aligned, cut to the screen, and show control characters instead of obeying them", () => {
  const at = new Date(2026, 0, 2, 14, 3, 22, 125);
  const short = eventLine({ event: "operation", peer: "ada", kind: "changed", path: "a\u001b[31m.txt", ms: 2.14 }, at, {
    columns: 100,
  });
  const long = eventLine(
    { event: "operation", peer: "ben", kind: "renamed", path: `${"x/".repeat(90)}end.ts`, from: "b", ms: 25 },
    at,
    {
      columns: 100,
    },
  );
  expect(short).toMatch(/^14:03:22\.125 {2}ada +changed +a\\x1b\[31m\.txt +2\.1 ms$/);
  expect(long.endsWith("end.ts       25 ms")).toBe(true);
  expect([short.length, long.length]).toEqual([short.length, short.length]);
  const commit = {
    event: "commit",
    own: false,
    old: null,
    how: "commit",
    at: 1,
    peer: "ben",
    hash: "0123456789abcdef",
    subject: "Fix it",
    author: "Ben",
    branch: "main",
    ms: 1,
  } as const;
  expect(eventLine(commit, at, { columns: 100 })).toContain("012345678 Fix it (Ben, main)");
});

test("figures are short", () => {
  expect([milliseconds(0.35), milliseconds(12.4), milliseconds(1234)]).toEqual(["0.3 ms", "12 ms", "1.2 s"]);
  expect([bytes(5), bytes(14_200), bytes(3_210_000)]).toEqual(["5 B", "14 KB", "3.2 MB"]);
  expect(progressLine({ step: "snapshot", done: 50, total: 100 }, { columns: 70 })).toContain(
    "██████████░░░░░░░░░░  50 %  50/100",
  );
  const lobby = { host: "a\u001bda", repository: "app", fingerprint: "ABCD-EFGH" };
  expect(progressLine({ step: "lobby", done: 0, total: 0, lobby }, { columns: 70 })).toBe(
    "Waiting for a\\x1bda to let you in to app. Your fingerprint is ABCD-EFGH …",
  );
});
