import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseManifest } from "../../../helper/content/own-manifest.ts";
import { OwnStore, type Saving } from "../../../helper/content/own-store.ts";
import type { NodeId } from "../../../helper/replica/ids.ts";
import type { OwnEntry } from "../../../helper/replica/own-entry.ts";
import { name, time, v0 } from "../replica/rig.ts";

let base: string;
let dir: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "pm-own-"));
  dir = join(base, "own", "here");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const entry = (path: string, more: Partial<OwnEntry> = {}): OwnEntry => ({
  path: path.split("/").map(name),
  kind: "file",
  mode: 0o644,
  atime: time(1),
  mtime: { sec: 2, nsec: 3 },
  size: 5,
  target: "",
  node: 1 as NodeId,
  version: v0,
  of: undefined,
  isShared: false,
  ...more,
});

/** One session: what it finds, and what it leaves, by content name. */
async function session(files: Readonly<Record<string, string>>, more: Partial<Saving> = {}): Promise<OwnStore> {
  const store = new OwnStore(dir);
  store.load();
  store.open();
  for (const [content, text] of Object.entries(files)) writeFileSync(store.path(content), text);
  const entries = Object.keys(files).map((content) => ({ entry: entry(`file-${content}`), content }));
  await store.save({ entries, gone: [], ...more });
  return store;
}

const manifest = (): string => readFileSync(join(dir, "manifest.jsonl"), "utf8");

describe("the store of a guest's own files (R-OWN)", () => {
  test("gives back what was saved, names of any bytes, with the content of each", async () => {
    const odd = String.fromCharCode(0xff, 0x0a, 0x22);
    const entries = [
      { entry: entry(odd, { kind: "dir", of: [name("a"), name(odd)] }), content: undefined },
      { entry: entry("shared", { kind: "dir", isShared: true }), content: undefined },
      { entry: entry(`${odd}/x`), content: "7" },
      { entry: entry("link"), content: "7" },
      { entry: entry("soft", { kind: "symlink", target: "x/y", size: 3 }), content: undefined },
    ];
    (await session({ "7": "bytes" }, { entries, gone: [[name("dir"), name(odd)]] })).end();
    const store = new OwnStore(dir);
    const loaded = store.load();
    if (loaded.t !== "kept") throw new Error(loaded.t);
    const { contents } = loaded.manifest;
    expect(loaded.manifest.gone).toEqual([["dir", odd]]);
    expect(loaded.manifest.entries.map((each) => ({ ...each, node: contents.get(each.node) }))).toEqual(
      entries.map((each) => ({
        ...each.entry,
        node: each.content,
        size: each.entry.kind === "dir" ? 0 : each.entry.size,
      })),
    );
    expect(readFileSync(store.loadedPath("7"), "utf8")).toBe("bytes");
    store.end();
  });

  test("is a folder for its owner alone, made when something is kept and gone when nothing is", async () => {
    const empty = await session({}, {});
    empty.end();
    expect(existsSync(dir)).toBe(false);
    const store = await session({ "1": "bytes" });
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, "manifest.jsonl")).mode & 0o777).toBe(0o600);
    await store.save({ entries: [], gone: [] });
    store.end();
    expect(existsSync(dir)).toBe(false);
  });

  test("keeps what the session before has left until its own first manifest is there", async () => {
    (await session({ "1": "bytes" })).end();
    const second = new OwnStore(dir);
    second.load();
    writeFileSync(second.path("1"), "of the second");
    second.end();
    const third = new OwnStore(dir);
    expect(third.load().t).toBe("kept");
    expect(readFileSync(third.loadedPath("1"), "utf8")).toBe("bytes");
    writeFileSync(third.path("9"), "of the third");
    await third.save({ entries: [{ entry: entry("x"), content: "9" }], gone: [] });
    third.end();
    expect(readdirSync(dir).sort()).toEqual(["content-2", "manifest.jsonl"]);
    expect(readdirSync(join(dir, "content-2"))).toEqual(["9"]);
  });

  test("what a save names no more goes with it; what was carried stays", async () => {
    (await session({ "1": "bytes" })).end();
    const store = new OwnStore(dir);
    store.load();
    const carried = store.carry("1");
    expect(store.carry("none")).toBeUndefined();
    writeFileSync(store.path("1"), "another");
    await store.save({ entries: [{ entry: entry("x"), content: carried }], gone: [] });
    store.end();
    expect(readdirSync(join(dir, "content-2"))).toEqual([carried]);
    expect(readFileSync(join(dir, "content-2", carried ?? ""), "utf8")).toBe("bytes");
  });

  test("a damaged manifest is set aside with its content, not deleted", async () => {
    (await session({ "1": "bytes" })).end();
    writeFileSync(join(dir, "manifest.jsonl"), manifest().slice(0, -5));
    const store = new OwnStore(dir);
    const loaded = store.load();
    if (loaded.t !== "damaged") throw new Error(loaded.t);
    expect(readFileSync(join(loaded.aside, "content-1", "1"), "utf8")).toBe("bytes");
    await store.save({ entries: [], gone: [] });
    store.end();
    expect(readdirSync(loaded.aside).sort()).toEqual(["content-1", "manifest.jsonl"]);
  });

  test("only the whole of a manifest is believed", async () => {
    (await session({ "1": "bytes", "2": "more" }, {})).end();
    const good = manifest();
    expect(parseManifest(good)?.entries).toHaveLength(2);
    const [head = "", first = "", second = "", last = ""] = good.split("\n");
    const forged = first.replace("file-1", "../file-1");
    const bad = [
      "",
      good.slice(0, -1),
      [head, first, last, ""].join("\n"),
      [head, forged, second, last, ""].join("\n"),
      [head, first.replace('"1"', '"../1"'), second, last, ""].join("\n"),
      [head, first.replace('"mode":420', '"mode":-1'), second, last, ""].join("\n"),
      [head, first.replace('"kind":"file"', '"kind":"pipe"'), second, last, ""].join("\n"),
      [head, "[]", second, last, ""].join("\n"),
    ];
    for (const text of bad) expect(parseManifest(text), text).toBeUndefined();
  });

  test("is one helper's at a time; what a dead one had is taken over", async () => {
    const first = await session({ "1": "bytes" });
    expect(new OwnStore(dir).load()).toEqual({ t: "busy" });
    first.end();
    const second = new OwnStore(dir);
    expect(second.load().t).toBe("kept");
    second.end();
    const dead = spawnSync(process.execPath, ["-e", "console.log(process.pid)"], { encoding: "utf8" }).stdout.trim();
    for (const text of [`${dead} 1`, `${process.pid} 1`, ""]) {
      writeFileSync(join(dir, "lock"), text);
      const third = new OwnStore(dir);
      expect(third.load().t).toBe("kept");
      third.end();
    }
    expect(readdirSync(dir).sort()).toEqual(["content-1", "manifest.jsonl"]);
  });

  test("a folder without a manifest has nothing, whatever a killed helper left in it", () => {
    mkdirSync(join(dir, "content-4"), { recursive: true });
    writeFileSync(join(dir, "content-4", "1"), "unnamed");
    const store = new OwnStore(dir);
    expect(store.load()).toEqual({ t: "nothing" });
    store.end();
    expect(existsSync(dir)).toBe(false);
  });
});
