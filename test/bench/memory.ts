/** Resident memory of host and guest after a clone inside the mount and a duel, in a repository of 5,000 files. */
import { join } from "node:path";
import { mustGit } from "../harness/git.ts";
import { startSession } from "../harness/peers.ts";
import { residentMegabytes } from "../harness/resident.ts";
import { fightDuel } from "../suites/duel/duel.ts";
import { verdictToText } from "../suites/duel/verdict.ts";
import type { Row } from "./row.ts";
import { clone } from "./throughput.ts";

const mostMegabytes = 250;

export async function benchMemory(fixture: string): Promise<Row> {
  let resident: readonly number[] = [];
  const verdict = await fightDuel(
    async (folder) => {
      await mustGit({ root: folder, name: "bench" }, [
        "pull",
        "-q",
        "--no-rebase",
        "--allow-unrelated-histories",
        fixture,
        "main",
      ]);
      const session = await startSession({ folder, guests: 1 });
      await clone(fixture, join(session.host.root, "clone")).catch(async (error: unknown) => {
        await session.close();
        throw error;
      });
      const close = async (): Promise<void> => {
        resident = session.peers.map(({ helper }) => residentMegabytes(helper.pid));
        await session.close();
      };
      return { peers: session.peers, close };
    },
    { kind: "commits", commits: 100, seed: 1, limitMs: 240_000 },
  );
  if (!verdict.good) process.stderr.write(`${verdictToText(verdict)}\n`);
  const figure = resident.map((each) => `${Math.round(each)} MB`).join(", ");
  return {
    what: "helper memory after clone and duel, 5,000-file repository",
    measured: "VmRSS of host, guest",
    baseline: "–",
    figure,
    atLeast: `≤ ${mostMegabytes} MB`,
    good: resident.every((each) => each <= mostMegabytes),
  };
}
