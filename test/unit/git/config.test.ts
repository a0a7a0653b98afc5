import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { guestConfig, seedConfig, withoutGuestSettings } from "../../../helper/git/config-seed.ts";
import { formatConfig, parseConfig, type ConfigEntry } from "../../../helper/git/config-text.ts";
import { sharedUrl } from "../../../helper/git/remote-url.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "pm-content-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What git itself reads, as `section.sub.key\nvalue`. */
function gitReads(text: string): string[] {
  const file = join(dir, "config");
  writeFileSync(file, text, "latin1");
  return execFileSync("git", ["config", "-f", file, "-z", "--list"], { encoding: "latin1" }).split("\0").slice(0, -1);
}
function asGit(entries: readonly ConfigEntry[]): string[] {
  return entries.map((entry) => {
    const name = [entry.section, ...(entry.subsection === undefined ? [] : [entry.subsection]), entry.key].join(".");
    return entry.value === undefined ? name : `${name}\n${entry.value}`;
  });
}
const seed = (text: string, depth = 0) =>
  Buffer.from(seedConfig(Buffer.from(text, "latin1"), { depth })).toString("latin1");

describe("a git config", () => {
  test("is read as git reads it: comments, quotes, escapes, continuation lines, case", () => {
    const text = [
      "\u00ef\u00bb\u00bf# comment",
      "[Core] bare = false ; why",
      "\tFileMode",
      '[remote "Or\\"ig\\\\in"]',
      "  URL = a b  \t# c",
      'fetch = "  # kept ; " tail',
      "path = one \\",
      "  two",
      'x = "a\\tb\\n\\"q\\""',
      "[branch.Main]",
      "merge=refs/heads/x",
      "empty =",
      "[a]",
      'y = "half" " quoted"\r',
    ].join("\n");
    expect(asGit(parseConfig(text))).toEqual(gitReads(text));
  });

  test("is written so that git and this program read the same entries back", () => {
    const value = fc.string({
      unit: fc.constantFrom("a", "B", " ", "\t", "\n", '"', "\\", "#", ";", "\u00e9", "=", "["),
      maxLength: 12,
    });
    const entry = fc.record({
      section: fc.constantFrom("core", "remote"),
      subsection: fc.option(fc.string({ unit: fc.constantFrom("a", "B", ".", '"', "\\", " ", "]"), maxLength: 5 }), {
        nil: undefined,
      }),
      key: fc.constantFrom("k", "key-2"),
      value: fc.option(value, { nil: undefined }),
    });
    const all: ConfigEntry[] = [];
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        expect(parseConfig(formatConfig(entries))).toEqual(entries);
        all.push(...entries);
      }),
    );
    expect(gitReads(formatConfig(all))).toEqual(asGit(all));
  });
});

describe("the config that other peers get", () => {
  test("keeps structure, remotes and branches", () => {
    const text = [
      "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true",
      '[remote "origin"]\n\turl = git@host:x.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*',
      '[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main',
      '[submodule "lib/a"]\n\turl = ../a.git\n\tactive = true\n\tupdate = rebase',
      "[extensions]\n\tobjectformat = sha256\n",
    ].join("\n");
    expect(seed(text)).toBe(text);
  });

  test("leaves out identity, credentials and everything that runs a program, reads a file or leads elsewhere", () => {
    const bad = [
      "[user]\nname=Ann\nmail=a\nsigningkey=k",
      "[credential]\nhelper=store",
      '[credential "https://x"]\nhelper=!sh',
      "[include]\npath=/x",
      '[includeIf "gitdir:/"]\npath=/x',
      "[core]\nfsmonitor=true\nhooksPath=/h\nsshCommand=sh\npager=p\neditor=e\nattributesFile=f\nexcludesFile=f\naskPass=a\ngitProxy=g\nalternateRefsCommand=c\nworktree=/home\nworktree=../../..",
      "[http]\nproxy=p\nextraHeader=Authorization: x\ncookieFile=c",
      '[url "ext::sh"]\ninsteadOf=https://',
      '[diff "x"]\ncommand=c\ntextconv=t\nexternal=e',
      '[merge "x"]\ndriver=d',
      '[filter "x"]\nclean=c\nsmudge=s\nprocess=p',
      "[alias]\nst=!sh",
      "[gpg]\nprogram=g",
      "[sequence]\neditor=e",
      "[uploadpack]\npackObjectsHook=h",
      "[commit]\ngpgsign=true\ntemplate=/t",
      "[protocol]\nallow=always",
      '[protocol "ext"]\nallow=always',
      '[difftool "x"]\ncmd=c',
      '[man "x"]\ncmd=c',
      '[browser "x"]\ncmd=c',
      '[trailer "x"]\ncmd=c',
      "[pager]\nlog=sh",
      "[gc]\nauto=5",
      "[safe]\ndirectory=*",
      "[lfs]\nurl=https://u:p@x",
      '[remote "a"]\nuploadpack=sh\nreceivepack=sh\nvcs=x\nproxy=p\nurl=ext::sh -c id\npushurl=foo://x\nurl="a\\nb"',
      '[branch "m"]\nremote=ext::sh\npushRemote=--upload-pack=x\nmergeoptions=--strategy=x',
      '[submodule "s"]\nupdate=!sh\nurl=-u',
      '[submodule "../../x"]\nurl=https://h/x',
      '[remote "--x"]\nurl=https://h/x',
      '[remote "a.constructor"]\nconstructor=x',
      "[constructor]\nname=x",
      "[core]\n__proto__x=1",
    ];
    for (const text of bad) expect(seed(text), text).toBe("");
  });

  test("strips secrets from addresses", () => {
    expect(sharedUrl("https://ann:secret@host:8443/x.git?private_token=t#f")).toBe("https://host:8443/x.git");
    expect(sharedUrl("https://ghp_token@host/x")).toBe("https://host/x");
    expect(sharedUrl("http://h?token=x/y")).toBe("http://h");
    expect(sharedUrl("ssh://git:secret@host/x")).toBe("ssh://git@host/x");
    expect(sharedUrl("git@host:x/y.git")).toBe("git@host:x/y.git");
    expect(sharedUrl("/srv/repo.git")).toBe("/srv/repo.git");
    for (const url of [
      "ext::sh",
      "fd::3",
      "x+y://h",
      "-oProxyCommand=x",
      "ssh://-o/x",
      "ssh://-l:p@h/x",
      "-h:x",
      "u@-h:x",
      "",
    ])
      expect(sharedUrl(url), url).toBeUndefined();
  });

  test("lets core.worktree climb no further than the root of the workspace", () => {
    const text = "[core]\n\tworktree = ../../../lib\n";
    expect(seed(text, 3)).toBe(text);
    expect(seed(text, 2)).toBe("");
    expect(seed("[core]\n\tworktree = a/../../x\n", 0)).toBe("");
  });

  test("is stripped the same when stripped again, whatever it was", () => {
    const piece = fc.constantFrom(
      "[core]",
      '[remote "o"]',
      "\n",
      "url = ",
      "bare=",
      "https://a:b@h/x",
      '"',
      "\\",
      "#",
      " ",
      "[",
      "]",
      "x",
      "fetch=+a:b",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const once = seed(pieces.join(""));
        expect(seed(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["as it was written", (config: string) => config, []],
    ["with a user's keys", (config: string) => `${config}[user]\n\tname = ben\n`, ["user.name\nben"]],
    [
      "with a user's keys in the same sections",
      (config: string) => config.replace("auto = 0\n", "auto = 0\n\tpruneExpire = now\n"),
      ["gc.pruneexpire\nnow"],
    ],
    [
      "with a user's own values",
      (config: string) => config.replace("auto = 0", "auto = 100").replace("false\n[m", "x[m"),
      ["gc.auto\n100"],
    ],
  ])("a clone that is no guest's any more loses these settings, and no others: %s", (_, change, rest) => {
    const guest = Buffer.from(guestConfig(seedConfig(Buffer.from("[core]\nbare = false")))).toString();
    const own = withoutGuestSettings(Buffer.from(change(guest))).toString();
    expect(gitReads(own)).toEqual(["core.bare\nfalse", ...rest]);
    expect(withoutGuestSettings(Buffer.from(own)).toString()).toBe(own);
  });

  test("turns gc and maintenance off at a guest", () => {
    const text = Buffer.from(guestConfig(seedConfig(Buffer.from("[core]\nbare = false\n[gc]\nauto = 9")))).toString();
    expect(gitReads(text)).toEqual(["core.bare\nfalse", "gc.auto\n0", "maintenance.auto\nfalse"]);
  });
});
