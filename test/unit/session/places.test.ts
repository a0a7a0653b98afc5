import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "../../../helper/session/places.ts";

test("a helper clears the caches of those that were killed, and leaves those of the living", () => {
  const home = mkdtempSync(join(tmpdir(), "pm-places-"));
  try {
    const all = join(home, "pairmount");
    // Above any pid there can be (PID_MAX_LIMIT is 2^22).
    const dead = join(all, "99999999");
    const living = join(all, String(process.ppid));
    mkdirSync(join(dead, "content/00"), { recursive: true });
    mkdirSync(living);
    const own = cacheFolder({ XDG_CACHE_HOME: home });
    expect([dead, living, own].map((path) => existsSync(path))).toEqual([false, true, true]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
