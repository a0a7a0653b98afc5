/** The control: a plain temporary directory. What fails here is a fault of the suite. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ext4Answers, type Target } from "./target.ts";

export async function openPlainTarget(): Promise<Target> {
  const dir = mkdtempSync(join(tmpdir(), "pairmount-plain-"));
  chmodSync(dir, 0o755);
  return await Promise.resolve({
    dir,
    answers: ext4Answers,
    otherUsers: process.getuid?.() === 0,
    owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    close: async () => await Promise.resolve(rmSync(dir, { recursive: true, force: true })),
  });
}
