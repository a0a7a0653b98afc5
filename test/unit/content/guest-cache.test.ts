import fc from "fast-check";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  mkdirSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openGuestCache, type GuestCache } from "../../../helper/content/guest-cache.ts";
import type { NodeId } from "../../../helper/replica/ids.ts";

let dir: string;
let cache: GuestCache;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pm-content-"));
  cache = openGuestCache(join(dir, "cache"));
});
afterEach(() => {
  cache.dispose();
  rmSync(dir, { recursive: true, force: true });
});

const node = 300 as NodeId;
const bytes = (text: string) => Buffer.from(text);
const text = (offset: number, length: number) => {
  const got = cache.read(node, offset, length);
  return got.ok ? Buffer.from(got.value).toString() : got.errno;
};

describe("a guest's content cache", () => {
  test("has nothing of a node until it is told or fetched, and never lets a fetch overwrite what is newer", () => {
    expect(cache.missing(node, 2, 3)).toEqual([{ offset: 2, length: 3 }]);
    cache.ensure(node, 10);
    cache.write(node, 2, bytes("new"));
    expect(cache.missing(node, 0, 10)).toEqual([
      { offset: 0, length: 2 },
      { offset: 5, length: 5 },
    ]);
    cache.fill(node, 0, bytes("0123456789"));
    expect(text(0, 10)).toBe("01new56789");
    cache.markStale(node, 3, 1);
    expect(cache.covers(node, 0, 10)).toBe(false);
    cache.reset(node, 4);
    expect(cache.missing(node, 0, 4)).toEqual([{ offset: 0, length: 4 }]);
  });

  test("takes nothing for zeros in a node whose end it was never told", () => {
    cache.fill(node, 100, bytes("fetched"));
    expect(cache.missing(node, 0, 107)).toEqual([{ offset: 0, length: 100 }]);
    cache.truncate(node, 50);
    cache.truncate(node, 60);
    expect(cache.missing(node, 0, 60)).toEqual([{ offset: 0, length: 50 }]);
    expect(text(50, 10)).toBe("\0".repeat(10));
  });

  test("holds zeros between the old end and a later write, also where older bytes lay", () => {
    cache.ensure(node, 0);
    cache.write(node, 0, bytes("x".repeat(9000)));
    cache.truncate(node, 10);
    cache.write(node, 8000, bytes("end"));
    expect(text(9, 3)).toBe("x\0\0");
    expect(text(7999, 4)).toBe("\0end");
    cache.truncate(node, 20_000);
    expect(text(19_990, 10)).toBe("\0".repeat(10));
  });

  test("costs no disk for a large file of which one page was touched", () => {
    cache.ensure(node, 500_000_000);
    cache.fill(node, 400_000_000, new Uint8Array(4096));
    expect(statSync(join(dir, "cache", (300 % 256).toString(16), "300")).blocks).toBeLessThan(64);
    expect(cache.missing(node, 399_999_999, 4098).length).toBe(2);
  });

  test("copies what it holds, drops files, and empties its directory at open and end", () => {
    for (const size of [10, 10_000]) {
      cache.reset(node, 0);
      cache.write(node, 0, new Uint8Array(size).fill(65));
      expect(cache.copyTo(node, join(dir, "copy"))).toBeUndefined();
      expect(readFileSync(join(dir, "copy"), "utf8")).toBe("A".repeat(size));
    }
    cache.drop(node);
    expect(cache.has(node)).toBe(false);
    expect(existsSync(join(dir, "cache", "2c", "300"))).toBe(false);
    mkdirSync(join(dir, "other"));
    writeFileSync(join(dir, "other", "old"), "");
    const other = openGuestCache(join(dir, "other"));
    expect(existsSync(join(dir, "other", "old"))).toBe(false);
    other.dispose();
    expect(existsSync(join(dir, "other"))).toBe(false);
  });

  test("keeps thousands of files with a bounded number of descriptors", () => {
    for (let i = 1; i <= 1000; i++) {
      cache.ensure(i as NodeId, 0);
      cache.write(i as NodeId, 0, Buffer.alloc(5000, i % 256));
    }
    for (let i = 1; i <= 1000; i++) {
      const got = cache.read(i as NodeId, 4999, 1);
      expect(got.ok && got.value[0]).toBe(i % 256);
    }
  });

  test("agrees with a plain model after any sequence of calls, in memory and on disk", () => {
    const limit = 9000;
    const offset = fc.oneof(fc.integer({ min: 0, max: limit }), fc.integer({ min: 0, max: 40 }));
    const length = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5000 }));
    const call = fc.record({
      t: fc.constantFrom("write", "fill", "truncate", "stale", "reset"),
      offset,
      length,
      byte: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 25 }), (calls) => {
        cache.drop(node);
        cache.ensure(node, 0);
        let model: (number | undefined)[] = [];
        const extend = (to: number) => {
          while (model.length < to) model.push(0);
        };
        for (const { t, offset: at, length: count, byte } of calls) {
          if (t === "write") {
            cache.write(node, at, new Uint8Array(count).fill(byte));
            if (count > 0) extend(at);
            for (let i = at; i < at + count; i++) model[i] = byte;
          } else if (t === "fill") {
            const end = Math.min(at + count, model.length);
            if (end <= at) continue;
            cache.fill(node, at, new Uint8Array(end - at).fill(byte));
            for (let i = at; i < end; i++) model[i] ??= byte;
          } else if (t === "truncate") {
            cache.truncate(node, at);
            extend(at);
            model = model.slice(0, at);
          } else if (t === "stale") {
            cache.markStale(node, at, count);
            if (count > 0) extend(at);
            for (let i = at; i < at + count; i++) model[i] = undefined;
          } else {
            cache.reset(node, at);
            model = Array.from({ length: at }, () => undefined);
          }
        }
        for (const range of cache.present(node)) {
          const got = cache.read(node, range.from, range.to - range.from);
          expect(got.ok && Buffer.compare(got.value, Buffer.from(model.slice(range.from, range.to) as number[]))).toBe(
            0,
          );
        }
        const held = cache.present(node).reduce((sum, range) => sum + range.to - range.from, 0);
        expect(held).toBe(model.filter((byte) => byte !== undefined).length);
      }),
      { numRuns: 300 },
    );
  });

  test("keeps a file at another place, too, where what is written later shows", () => {
    const path = join(dir, "kept");
    const at = () => readFileSync(path, "utf8");
    writeFileSync(path, "what was there");
    cache.ensure(node, 0);
    cache.write(node, 0, bytes("small"));
    expect(cache.keepAt(node, path, 5)).toBeUndefined();
    expect(at()).toBe("small");
    cache.write(node, 5, bytes(" and grown"));
    expect(at()).toBe("small and grown");
    cache.truncate(node, 3);
    expect(at()).toBe("sma");
    cache.truncate(node, 5);
    expect(cache.keepAt(node, path, 5)).toBeUndefined();
    expect(at()).toBe("sma\0\0");
    expect(text(0, 5)).toBe("sma\0\0");
    cache.drop(node);
    expect(at()).toBe("sma\0\0");
    expect(readdirSync(dir).sort()).toEqual(["cache", "kept"]);
    expect(cache.keepAt(node, join(dir, "none", "x"), 5)).toBe(2);
  });

  test("adopts a file as the whole content of a node", () => {
    const path = join(dir, "kept");
    writeFileSync(path, "adopted");
    expect(cache.adopt(node, path)).toEqual({ ok: true, value: 7 });
    expect(cache.covers(node, 0, 7)).toBe(true);
    expect(text(0, 7)).toBe("adopted");
    cache.write(node, 0, bytes("A"));
    expect(readFileSync(path, "utf8")).toBe("Adopted");
    expect(cache.adopt((node + 1) as NodeId, join(dir, "none"))).toMatchObject({ ok: false });
    expect(cache.has((node + 1) as NodeId)).toBe(false);
  });

  test.skipIf(!isElsewhere("/dev/shm"))("copies where the other place is on another file system", () => {
    const other = mkdtempSync("/dev/shm/pm-content-");
    try {
      const path = join(other, "kept");
      cache.ensure(node, 0);
      cache.write(node, 0, bytes("first"));
      expect(cache.keepAt(node, path, 5)).toBeUndefined();
      cache.write(node, 0, bytes("again"));
      expect(readFileSync(path, "utf8")).toBe("first");
      expect(cache.keepAt(node, path, 5)).toBeUndefined();
      expect(readFileSync(path, "utf8")).toBe("again");
      expect(readdirSync(other)).toEqual(["kept"]);
      expect(cache.adopt((node + 1) as NodeId, path)).toEqual({ ok: true, value: 5 });
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});

function isElsewhere(path: string): boolean {
  return existsSync(path) && statSync(path).dev !== statSync(tmpdir()).dev;
}
