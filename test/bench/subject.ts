/** What is measured: two peers that see one folder. Stand-ins show that the bench itself works. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSession } from "../harness/peers.ts";
import { mustRun, run } from "../harness/run.ts";

export type SubjectKind = "pairmount" | "bindfs" | "plain";

export interface Subject {
  /** Empty at the start, shared; A is the host, B the guest. */
  readonly a: string;
  readonly b: string;
  /** Host and guest; none for stand-ins. */
  readonly pids: readonly number[];
  readonly close: () => Promise<void>;
}

/** A scratch folder on the disk, for baselines; removed by `close`. */
export interface Scratch {
  readonly folder: string;
  readonly close: () => Promise<void>;
}

export function makeScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), "pairmount-bench-"));
  return { folder, close: async () => await Promise.resolve(rmSync(folder, { recursive: true, force: true })) };
}

/** `fill` prepares the folder before it is shared. */
export async function openSubject(kind: SubjectKind, fill?: (folder: string) => Promise<void>): Promise<Subject> {
  const scratch = makeScratch();
  const folder = join(scratch.folder, "folder");
  mkdirSync(folder);
  try {
    await fill?.(folder);
    if (kind === "pairmount") {
      const { host, guests, close } = await startSession({ folder, guests: 1 });
      const pids = [host, ...guests].map(({ helper }) => helper.pid);
      return { a: host.root, b: guests[0]?.root ?? "", pids, close: inTurn(close, scratch.close) };
    }
    const [a, b] = [join(scratch.folder, "a"), join(scratch.folder, "b")] as const;
    if (kind === "plain") {
      for (const name of [a, b]) symlinkSync(folder, name);
      return { a, b, pids: [], close: scratch.close };
    }
    const mounts = [await mountBindfs(folder, a), await mountBindfs(folder, b)];
    return { a, b, pids: [], close: inTurn(...mounts, scratch.close) };
  } catch (error) {
    await scratch.close();
    throw error;
  }
}

/** Debian's bindfs with its default options: the baseline. Returns how to unmount it. */
export async function mountBindfs(folder: string, mount: string): Promise<() => Promise<void>> {
  mkdirSync(mount);
  await mustRun("bindfs", [folder, mount]);
  return async () => void (await run("umount", ["-l", mount]));
}

export async function needBindfs(): Promise<void> {
  if (existsSync("/usr/bin/bindfs")) return;
  process.stderr.write("bindfs, the baseline, is missing: apt-get install bindfs\n");
  await mustRun("apt-get", ["install", "-y", "bindfs"], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    timeoutMs: 300_000,
  });
}

function inTurn(...ends: readonly (() => Promise<void>)[]): () => Promise<void> {
  return async () => {
    for (const end of ends) await end();
  };
}
