import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

test("an ordinary user's helper writes and reads files whose modes keep their owner out, and the modes stay", async () => {
  const dir = mkdtempSync(join(tmpdir(), "pm-content-"));
  try {
    chmodSync(dir, 0o777);
    const outfile = join(dir, "as-user.mjs");
    await build({
      entryPoints: [join(import.meta.dirname, "as-user.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
    });
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const run = spawnSync(process.execPath, [outfile], { ...user, cwd: dir, env: { TMPDIR: dir }, encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toMatchObject({
      read: "secret",
      text: "past    the creating handle",
      mode: 0,
      status: true,
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
