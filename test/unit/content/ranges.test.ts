import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Ranges } from "../../../helper/content/ranges.ts";

const size = 64;
const step = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: size }), fc.integer({ min: 0, max: size }));

describe("a range set", () => {
  test("agrees with a plain set of bytes after any additions and removals", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 0, max: size }),
        fc.integer({ min: 0, max: size }),
        (steps, a, b) => {
          const ranges = new Ranges();
          const model = new Set<number>();
          for (const [adds, from, to] of steps) {
            if (adds) ranges.add(from, to);
            else ranges.remove(from, to);
            for (let i = from; i < to; i++) {
              if (adds) model.add(i);
              else model.delete(i);
            }
          }
          const all = ranges.all();
          const bytes = all.flatMap((range) => Array.from({ length: range.to - range.from }, (_, i) => range.from + i));
          expect(bytes).toEqual([...model].sort((x, y) => x - y));
          expect(ranges.bytes).toBe(model.size);
          for (let i = 1; i < all.length; i++) expect(all[i]?.from).toBeGreaterThan(all[i - 1]?.to ?? Infinity);
          const wanted = Array.from({ length: Math.max(0, b - a) }, (_, i) => a + i);
          const missing = ranges
            .missing(a, b)
            .flatMap((range) => Array.from({ length: range.to - range.from }, (_, i) => range.from + i));
          expect(missing).toEqual(wanted.filter((byte) => !model.has(byte)));
          expect(ranges.covers(a, b)).toBe(wanted.every((byte) => model.has(byte)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("keeps one range for a file written from start to end", () => {
    const ranges = new Ranges();
    for (let at = 0; at < 1000; at += 10) ranges.add(at, at + 10);
    expect(ranges.all()).toEqual([{ from: 0, to: 1000 }]);
  });
});
