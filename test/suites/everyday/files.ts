/** Files in a mount, touched by a child process: a mount that hangs must not hang the test. */
import { join } from "node:path";
import type { GitAt } from "../../harness/git.ts";
import { mustRun } from "../../harness/run.ts";

export async function readAt(at: GitAt, path: string): Promise<string> {
  return await mustRun("cat", [join(at.root, path)]);
}

/** Truncates and writes, as most editors save. */
export async function writeAt(at: GitAt, path: string, content: string | Buffer): Promise<void> {
  await mustRun("dd", ["bs=64k", "status=none", `of=${join(at.root, path)}`], { input: content });
}

export async function hashAt(at: GitAt, path: string): Promise<string> {
  return (await mustRun("sha256sum", [join(at.root, path)])).slice(0, 64);
}

/** `count` bytes from `offset`, as base64. */
export async function rangeAt(at: GitAt, path: string, offset: number, count: number): Promise<string> {
  const script = `dd if="$1" iflag=skip_bytes,count_bytes skip=${offset} count=${count} status=none | base64 -w0`;
  return await mustRun("sh", ["-c", script, "sh", join(at.root, path)]);
}
