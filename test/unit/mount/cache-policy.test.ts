import { describe, expect, it } from "vitest";
import { cachePolicy, fileOpenFlags } from "../../../helper/mount/cache-policy.ts";

const keep = 2;
const noFlush = 32;

describe("cache policy, DESIGN's table", () => {
  it.each([
    ["git-immutable", 86_400, 86_400, 0],
    ["git-mutable", 0, 0, 0],
    ["git-skeleton", 3600, 3600, 0],
    ["work-tree", 3600, 3600, 3600],
  ] as const)("%s: entry %d, attributes %d, negative %d", (pathClass, entryTtl, attributeTtl, negativeTtl) => {
    expect(cachePolicy(pathClass)).toEqual({ entryTtl, attributeTtl, negativeTtl });
  });

  it("keeps pages only while they are good, and asks for FLUSH of writers only", () => {
    expect(fileOpenFlags(false, true)).toBe(noFlush | keep);
    expect(fileOpenFlags(false, false)).toBe(noFlush);
    expect(fileOpenFlags(true, true)).toBe(keep);
    expect(fileOpenFlags(true, false)).toBe(0);
  });
});
