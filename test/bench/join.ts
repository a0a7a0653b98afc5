/**
 * From asking to join until the first `git status` at the guest is done, against a clone of the same repository. The clock
 * starts when the guest's helper is spawned: its own start and the (automatic) approval are in the figure.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gitEnvironment } from "../harness/git.ts";
import { startHelper } from "../harness/helper.ts";
import { mustRun } from "../harness/run.ts";
import { ratioRow, type Row } from "./row.ts";
import { alternate, milliseconds, timed } from "./stats.ts";
import { makeScratch } from "./subject.ts";
import { clone, type BenchContext } from "./throughput.ts";

export async function benchJoin({ rounds, fixture }: BenchContext): Promise<Row> {
  const scratch = makeScratch();
  const folder = join(scratch.folder, "folder");
  await clone(fixture, folder);
  const hostMount = join(scratch.folder, "host-mount");
  mkdirSync(hostMount);
  const args = ["share", folder, "--mount", hostMount, "--accept", "--name", "ada"];
  const host = await startHelper({ home: join(scratch.folder, "host"), args, mount: hostMount });
  try {
    const invite = String(host.first["invite"]);
    const joinOnce = async (round: number): Promise<number> => {
      const mount = join(scratch.folder, `guest-mount-${round}`);
      const home = join(scratch.folder, `guest-${round}`);
      mkdirSync(mount);
      const started = performance.now();
      const guest = await startHelper({ home, args: ["join", invite, mount, "--name", "ben"], mount });
      try {
        await mustRun("git", ["-C", mount, "status", "--porcelain"], { env: gitEnvironment("ben") });
        return performance.now() - started;
      } finally {
        await guest.stop();
      }
    };
    const cloneOnce = async (round: number): Promise<number> =>
      await timed(async () => await clone(`file://${folder}`, join(scratch.folder, `clone-${round}`)));
    const times = await alternate(rounds, joinOnce, cloneOnce);
    const what = "`join` started → first `git status` done at the guest, 5,000 files";
    return ratioRow({ what, ...times, name: "`git clone file://`", most: 1, words: milliseconds });
  } finally {
    await host.stop();
    await scratch.close();
  }
}
