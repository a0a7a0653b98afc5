import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { mustFileName, type FileName } from "../../../helper/base/name.ts";
import { openRecoveryStore, type KeptInfo } from "../../../helper/content/recovery-store.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pm-content-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const info: KeptInfo = {
  path: [mustFileName("src"), "\u00ff.ts" as FileName],
  node: 7,
  who: "Ann",
  reason: "stale",
  base: 3,
  when: { sec: 5, nsec: 6 },
};
const extents = [{ offset: 2, length: 2, bytes: Buffer.from("hi") }];

describe("the recovery store", () => {
  test("never takes the place of what another session keeps in the same folder", () => {
    const [one, two] = [openRecoveryStore(dir), openRecoveryStore(dir)];
    const other = [{ offset: 0, length: 5, bytes: Buffer.from("other") }];
    const kept = [one.keep(info, { extents }), two.keep(info, { extents: other })];
    expect(kept.map((each) => each.ok && each.value.entry.id)).toEqual([1, 2]);
    expect(one.read(1)).toEqual({ ok: true, value: Buffer.from("\0\0hi") });
    expect(openRecoveryStore(dir).list()).toHaveLength(2);
  });

  test("lists and gives back what was kept, also after a restart, until it is discarded", async () => {
    const store = openRecoveryStore(dir);
    const kept = store.keep(info, { extents });
    expect(kept.ok && (await kept.value.durable).ok).toBe(true);
    store.keep({ ...info, reason: "gone", present: [[0, 4]] }, { extents });
    const again = openRecoveryStore(dir);
    expect(again.list()).toEqual([
      { ...info, id: 1, size: 4 },
      { ...info, reason: "gone", present: [[0, 4]], id: 2, size: 4 },
    ]);
    expect(again.read(1)).toEqual({ ok: true, value: Buffer.from("\0\0hi") });
    expect(again.discard(1).ok).toBe(true);
    expect(again.discard(1).ok).toBe(true);
    expect(again.read(1)).toEqual({ ok: false, errno: errno.ENOENT });
    const third = openRecoveryStore(dir);
    expect(third.list().map((entry) => entry.id)).toEqual([2]);
    const next = third.keep(info, { extents });
    expect(next.ok && next.value.entry.id).toBe(3);
    await Promise.all([store.dispose(), third.dispose()]);
  });

  test("copies content from where it lies, with what was not yet sent on top", () => {
    const store = openRecoveryStore(dir);
    const kept = store.keep(info, {
      copyTo: (path) => {
        appendFileSync(path, "base bytes");
        return undefined;
      },
      extents,
    });
    expect(kept.ok && store.read(kept.value.entry.id)).toEqual({ ok: true, value: Buffer.from("bahi bytes") });
  });

  test("reports a copy that fails and lists nothing", () => {
    const store = openRecoveryStore(dir);
    expect(store.keep(info, { copyTo: () => errno.ENOSPC }).ok).toBe(false);
    expect(store.list()).toEqual([]);
  });

  test("leaves out torn and damaged lines, and paths that would lead elsewhere", () => {
    const store = openRecoveryStore(dir);
    store.keep(info, { extents });
    const good = JSON.parse(readFileSync(join(dir, "index.jsonl"), "utf8")) as Record<string, unknown>;
    for (const bad of [
      { ...good, path: [".."] },
      { ...good, size: -1 },
      { ...good, id: "x" },
      { ...good, when: null },
      3,
      null,
      [],
    ]) {
      appendFileSync(join(dir, "index.jsonl"), `${JSON.stringify(bad)}\n`);
    }
    appendFileSync(join(dir, "index.jsonl"), '{"id":9,"pa');
    expect(openRecoveryStore(dir).list()).toEqual([{ ...info, id: 1, size: 4 }]);
  });
});
