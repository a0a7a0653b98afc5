/** Clone, status and reading: the whole fixture against bindfs or the disk, in alternating rounds. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { gitEnvironment } from "../harness/git.ts";
import { mustRun } from "../harness/run.ts";
import { milliseconds, alternate, timed } from "./stats.ts";
import { ratioRow, type Row } from "./row.ts";
import { makeScratch, mountBindfs, needBindfs, openSubject, type SubjectKind } from "./subject.ts";

export interface BenchContext {
  readonly subject: SubjectKind;
  readonly rounds: number;
  /** Bare, 5,000 files. */
  readonly fixture: string;
}

const env = gitEnvironment("bench");
export const clone = async (from: string, to: string): Promise<unknown> =>
  await mustRun("git", ["clone", "-q", from, to], { env });
const status = async (root: string): Promise<unknown> =>
  await mustRun("git", ["-C", root, "status", "--porcelain"], { env });
/** Until git leaves the index alone: what changed in the seconds before it was written git looks into again, and writes it anew. */
async function settle(root: string): Promise<void> {
  const written = (): bigint => statSync(join(root, ".git/index"), { bigint: true }).mtimeNs;
  for (let before = 0n; before !== written(); ) {
    before = written();
    await status(root);
  }
}
const readAll = async (root: string): Promise<unknown> =>
  await mustRun("sh", [
    "-c",
    'cd "$1" && find . -name .git -prune -o -type f -print0 | xargs -0 cat > /dev/null',
    "sh",
    root,
  ]);

export async function benchClone({ subject, rounds, fixture }: BenchContext): Promise<Row> {
  return await againstBindfs(subject, async (ours, bindfs) => {
    const cloneIn = async (root: string, round: number): Promise<number> => {
      const target = join(root, `clone-${round}`);
      await mustRun("sync", []);
      const time = await timed(async () => await clone(fixture, target));
      await mustRun("rm", ["-rf", target]);
      return time;
    };
    await cloneIn(ours, rounds);
    const times = await alternate(
      rounds,
      async (n) => await cloneIn(ours, n),
      async (n) => await cloneIn(bindfs, n),
    );
    const what = "`git clone` (5,000 files) into the mount, one guest connected";
    return ratioRow({ what, ...times, name: "bindfs", most: 1.3, words: milliseconds });
  });
}

export async function benchRead({ subject, rounds, fixture }: BenchContext): Promise<Row> {
  return await againstBindfs(subject, async (ours, bindfs) => {
    const roots = [join(ours, "clone"), join(bindfs, "clone")] as const;
    for (const root of roots) {
      await clone(fixture, root);
      await readAll(root);
    }
    const read = async (root: string): Promise<number> => await timed(async () => await readAll(root));
    const times = await alternate(
      rounds * 3,
      async () => await read(roots[0]),
      async () => await read(roots[1]),
    );
    return ratioRow({ what: "read every file, second run", ...times, name: "bindfs", most: 0.9, words: milliseconds });
  });
}

export async function benchStatus({ subject, rounds, fixture }: BenchContext): Promise<Row> {
  const opened = await openSubject(subject);
  const scratch = makeScratch();
  try {
    const roots = [join(opened.a, "clone"), join(scratch.folder, "clone")] as const;
    for (const root of roots) {
      await clone(fixture, root);
      await settle(root);
    }
    const once = async (root: string): Promise<number> => await timed(async () => await status(root));
    const times = await alternate(
      rounds * 3,
      async () => await once(roots[0]),
      async () => await once(roots[1]),
    );
    return ratioRow({ what: "`git status`, second run", ...times, name: "ext4", most: 1.3, words: milliseconds });
  } finally {
    await scratch.close();
    await opened.close();
  }
}

/** Gives the mount of A and a bindfs mount of another folder of the same disk. */
async function againstBindfs(
  subject: SubjectKind,
  measure: (ours: string, bindfs: string) => Promise<Row>,
): Promise<Row> {
  await needBindfs();
  const opened = await openSubject(subject);
  const scratch = makeScratch();
  const mount = join(scratch.folder, "mount");
  const below = join(scratch.folder, "below");
  await mustRun("mkdir", [below]);
  const unmount = await mountBindfs(below, mount);
  try {
    return await measure(opened.a, mount);
  } finally {
    await unmount();
    await scratch.close();
    await opened.close();
  }
}
