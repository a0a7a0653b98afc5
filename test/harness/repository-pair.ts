/** A repository made of files, shared by a host with one guest, each on a mount of its own beside the real folder. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, vi } from "vitest";
import { gitEnvironment } from "./git.ts";
import { mustRun } from "./run.ts";
import { testSession } from "./test-session.ts";

const settles = { timeout: 20_000, interval: 20 };

/** `files`: text by path; those of `tracked` are committed. */
export async function repositoryPair(files: Readonly<Record<string, string>>, tracked: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "pm-pair-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const env = gitEnvironment("ada");
  await mustRun("git", ["init", "-q", folder], { env });
  await mustRun("git", ["-C", folder, "add", ...tracked], { env });
  await mustRun("git", ["-C", folder, "commit", "-qm", "one"], { env });
  const pair = await testSession({ folder, separateMount: true });
  const [host, guest] = [pair.host.root, pair.guest.root];
  /** Until everything one did is at the other. */
  const told = async (from: string, to: string): Promise<void> => {
    const mark = `mark-${performance.now()}`;
    writeFileSync(join(from, mark), "");
    await vi.waitFor(() => statSync(join(to, mark)), settles);
    rmSync(join(from, mark));
    await vi.waitFor(() => expect(existsSync(join(to, mark))).toBe(false), settles);
  };
  return { folder, host, guest, helper: pair.guest.helper, session: pair.session, first: pair.host.helper.first, told };
}
