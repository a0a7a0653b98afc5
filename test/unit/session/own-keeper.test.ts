import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type GuestCache, openGuestCache } from "../../../helper/content/guest-cache.ts";
import { errno } from "../../../helper/base/errno.ts";
import type { Timers } from "../../../helper/base/ports.ts";
import { fail, ok } from "../../../helper/base/result.ts";
import { systemTimers } from "../../../helper/base/system-timers.ts";
import type { GuestReplica } from "../../../helper/replica/api.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import { nothingApart, type PathRules } from "../../../helper/replica/path-rules.ts";
import { type OwnKeeper, startOwnKeeper } from "../../../helper/session/own-keeper.ts";
import { pair } from "../replica/pair.ts";
import { at, bytes, time } from "../replica/rig.ts";

const rules: PathRules = { isHidden: () => false, isIgnored: (path) => path[0] === "out" };

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "pm-own-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Guest {
  readonly replica: GuestReplica;
  readonly cache: GuestCache;
  readonly keeper: OwnKeeper;
  readonly warnings: readonly string[];
  write(name: string, text: string): NodeId;
  read(name: string): string | undefined;
  /** What is kept now. */
  manifest(): string;
  /** The helper is killed: the kept files are what they are. */
  leave(): Promise<void>;
}

let sessions = 0;

// Two seconds are one tick here.
const soon: Timers = { now: systemTimers.now, after: (ms, call) => systemTimers.after(ms / 400, call) };
const never: Timers = { now: systemTimers.now, after: () => ({ cancel: () => undefined }) };

function joined(rulesNow = rules, timers = soon): Guest {
  const { guest: replica } = pair({ also: ["out/", "out/host"], rules: rulesNow });
  const cache = openGuestCache(join(base, `cache-${++sessions}`));
  const warnings: string[] = [];
  const folder = join(base, "own");
  const keeper = startOwnKeeper({ replica, cache, folder, timers, warn: (text) => void warnings.push(text) });
  const dir = replica.lookup(at(rootNode, "out")) as NodeId;
  return {
    replica,
    cache,
    keeper,
    warnings,
    write(name, text) {
      const place = at(dir, name);
      let node = replica.lookup(place);
      if (node === undefined) {
        node = replica.newNode(place);
        cache.ensure(node, 0);
        replica.perform({ t: "create", at: place, node, mode: 0o644, exclusive: false, time: time(5) });
      }
      replica.perform({ t: "truncate", node, size: 0, time: time(5) });
      cache.truncate(node, 0);
      replica.write({ node, handle: 1, append: false }, 0, bytes(text), time(6));
      cache.write(node, 0, bytes(text));
      return node;
    },
    read(name) {
      const node = replica.lookup(at(dir, name));
      const size = node === undefined ? undefined : replica.node(node)?.size;
      const got = node === undefined || size === undefined ? undefined : cache.read(node, 0, size);
      return got?.ok === true ? Buffer.from(got.value).toString() : undefined;
    },
    manifest: () =>
      existsSync(join(folder, "manifest.jsonl")) ? readFileSync(join(folder, "manifest.jsonl"), "utf8") : "",
    async leave() {
      await keeper.dispose();
      cache.dispose();
    },
  };
}

describe("R-OWN: the keeper of a guest's own files", () => {
  test("what was written is there in the next session, and what was removed is not", async () => {
    const first = joined();
    first.write("a", "of a");
    first.write("empty", "");
    await first.leave();
    const second = joined();
    expect(second.read("a")).toBe("of a");
    expect(second.read("empty")).toBe("");
    second.write("a", "second of a");
    await second.leave();
    const third = joined();
    expect(third.read("a")).toBe("second of a");
    const dir = third.replica.lookup(at(rootNode, "out")) as NodeId;
    for (const name of ["a", "empty"]) third.replica.perform({ t: "unlink", at: at(dir, name), time: time(7) });
    await third.leave();
    const left = readFileSync(join(base, "own", "manifest.jsonl"), "utf8");
    expect(left).not.toContain('"file"');
    expect([first, second, third].flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  test("a guest that has nothing of its own leaves no folder", async () => {
    const first = joined();
    await first.leave();
    expect(readdirSync(base)).toEqual([]);
  });

  test("what was kept while the session lasted is there though its end is never seen, later writes too", async () => {
    const first = joined();
    first.write("a", "of a");
    await vi.waitFor(() => expect(first.manifest()).toContain("out/a"));
    first.write("a", "of a, later and longer");
    // A killed helper's lock names a process that is not there.
    writeFileSync(join(base, "own", "lock"), "1 none");
    const second = joined();
    expect(second.read("a")).toBe("of a, later and longer");
    await second.leave();
  });

  test("what was synced is there though its end is never seen, and no save was due", async () => {
    const first = joined(rules, never);
    const node = first.write("a", "of a");
    expect(await first.keeper.sync(node)).toEqual(ok(undefined));
    first.write("a", "of a, later and longer");
    expect(await first.keeper.sync(node)).toEqual(ok(undefined));
    const others = await Promise.all(["b", "c"].map((name) => first.keeper.sync(first.write(name, `of ${name}`))));
    expect(others).toEqual([ok(undefined), ok(undefined)]);
    first.write("d", "not synced");
    writeFileSync(join(base, "own", "lock"), "1 none");
    const second = joined();
    expect(["a", "b", "c", "d"].map((name) => second.read(name))).toEqual([
      "of a, later and longer",
      "of b",
      "of c",
      undefined,
    ]);
    await second.leave();
  });

  test("what cannot be made safe is EIO; other nodes are not its", async () => {
    const first = joined(rules, never);
    const node = first.write("a", "of a");
    writeFileSync(join(base, "own"), "in the way");
    expect(await first.keeper.sync(node)).toEqual(fail(errno.EIO));
    expect(await first.keeper.sync(rootNode)).toEqual(ok(undefined));
    rmSync(join(base, "own"));
    expect(await first.keeper.sync(node)).toEqual(ok(undefined));
    await first.leave();
    expect(first.warnings).toEqual([expect.stringMatching(/cannot be kept.*(ENOTDIR|EEXIST)/)]);
  });

  test("a second helper at the same place goes without, and says so", async () => {
    const first = joined();
    first.write("a", "of a");
    await vi.waitFor(() => expect(first.manifest()).toContain("out/a"));
    const second = joined();
    expect(second.read("a")).toBeUndefined();
    expect(second.warnings).toEqual([expect.stringContaining("another Pairmount")]);
    second.write("b", "of b");
    await second.leave();
    await first.leave();
    const third = joined();
    expect([third.read("a"), third.read("b")]).toEqual(["of a", undefined]);
    await third.leave();
  });

  test("what has no place is named, carried through sessions that cannot show it, and shown by one that can", async () => {
    const first = joined();
    first.write("a", "of a");
    await first.leave();
    for (const _ of [1, 2]) {
      const other = joined(nothingApart);
      expect(other.warnings).toEqual([expect.stringContaining("1 of your own files have no place")]);
      await other.leave();
    }
    const last = joined();
    expect(last.read("a")).toBe("of a");
    await last.leave();
  });

  test("a folder that cannot be written is told once, and the session goes on", async () => {
    writeFileSync(join(base, "own"), "in the way");
    const first = joined();
    first.write("a", "of a");
    await first.leave();
    expect(first.warnings).toEqual([expect.stringMatching(/cannot be kept.*(ENOTDIR|EEXIST)/)]);
  });

  test("files that go while they are kept are no reason to stop: what is kept is one moment", async () => {
    const first = joined();
    for (let i = 0; i < 1000; i++) first.write(`f${i}`, "bytes");
    const dir = first.replica.lookup(at(rootNode, "out")) as NodeId;
    await vi.waitFor(() => expect(statSync(join(base, "own", "content-1")).isDirectory()).toBe(true));
    const victim = first.replica.lookup(at(dir, "f999")) as NodeId;
    first.replica.perform({ t: "rename", from: at(dir, "f998"), to: at(dir, "f999"), time: time(8) });
    first.cache.drop(victim);
    first.replica.forget(victim);
    await vi.waitFor(() => expect(first.manifest()).toContain("out/f999"), { timeout: 10_000 });
    expect(first.manifest()).not.toContain("out/f998");
    await first.leave();
    expect(first.warnings).toEqual([]);
  });
});
