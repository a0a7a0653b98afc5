import { describe, expect, it } from "vitest";
import { cachePolicy, directoryOpenFlags, fileOpenFlags } from "../../../helper/mount/cache-policy.ts";

const keep = 2;
const cacheDir = 8;
const noFlush = 32;

describe("cache policy, DESIGN's table", () => {
  it.each([
    ["git-immutable", 86_400, 86_400, 0, false],
    ["git-mutable", 0, 0, 0, false],
    ["work-tree", 3600, 3600, 3600, true],
  ] as const)(
    "%s: entry %d, attributes %d, negative %d, listing kept %s",
    (pathClass, entryTtl, attributeTtl, negativeTtl, cacheListing) => {
      expect(cachePolicy(pathClass)).toEqual({ entryTtl, attributeTtl, negativeTtl, cacheListing });
    },
  );

  it("keeps pages only while they are good, and asks for FLUSH of writers only", () => {
    expect(fileOpenFlags(false, true)).toBe(noFlush | keep);
    expect(fileOpenFlags(false, false)).toBe(noFlush);
    expect(fileOpenFlags(true, true)).toBe(keep);
    expect(fileOpenFlags(true, false)).toBe(0);
  });

  it("caches listings of the work tree alone", () => {
    expect(directoryOpenFlags("work-tree", true)).toBe(cacheDir | keep);
    expect(directoryOpenFlags("work-tree", false)).toBe(cacheDir);
    expect(directoryOpenFlags("git-mutable", true)).toBe(0);
    expect(directoryOpenFlags("git-immutable", true)).toBe(0);
  });
});
