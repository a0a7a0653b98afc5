/**
 * A field that must lose: one directory through several bindfs mounts, each with the kernel's ordinary one-second caches.
 * O_EXCL is truly atomic there, and still git overwrites acknowledged commits, because what it reads under a lock is old.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun, run } from "../../harness/run.ts";
import type { OpenField } from "./field.ts";

export const hasBindfs: boolean = existsSync("/usr/bin/bindfs") && existsSync("/dev/fuse");

const staleCaches = "attr_timeout=1,entry_timeout=1,negative_timeout=1,kernel_cache";

export function bindfsField(count: number): OpenField {
  return async (folder) => {
    const mounts = mkdtempSync(join(tmpdir(), "pairmount-bindfs-"));
    const peers = ["ada", "ben", "cleo", "dora"].slice(0, count).map((name) => ({ name, root: join(mounts, name) }));
    const close = async (): Promise<void> => {
      for (const { root } of peers) await run("umount", ["-l", root]);
      rmSync(mounts, { recursive: true, force: true });
    };
    try {
      for (const { root } of peers) {
        mkdirSync(root);
        await mustRun("bindfs", ["-o", staleCaches, folder, root]);
      }
    } catch (error) {
      await close();
      throw error;
    }
    return { peers, close };
  };
}
