/** The figures of two real workbenches, one after the other on one pair of them, in an order in which each finds what it needs. */
import { installPrograms, usePrograms } from "../../harness/workbench/installed.ts";
import { share } from "../../harness/workbench/peers.ts";
import type { Row } from "../row.ts";
import { benchOpening, benchSearch, benchShare } from "./beginning.ts";
import { benchActivation, benchIdle } from "./costs.ts";
import { addGuest, joinTimed, openDesk } from "./desk.ts";
import { benchCommits, benchSaves, benchStaging } from "./latencies.ts";

export const workbenchFigures = ["activation", "share", "open", "search", "commit", "save", "stage", "idle"] as const;
export type WorkbenchFigure = (typeof workbenchFigures)[number];

export async function benchWorkbench(options: {
  /** Bare, 5,000 files. */
  readonly fixture: string;
  readonly wanted: readonly WorkbenchFigure[];
  /** Of what takes seconds; what takes milliseconds has `samples`. */
  readonly rounds: number;
  readonly samples: number;
}): Promise<readonly Row[]> {
  const { wanted, rounds, samples } = options;
  const programs = installPrograms();
  if ("missing" in programs) throw new Error(`no workbench can be had here: ${programs.missing}`);
  usePrograms(programs);
  const rows: Row[] = [];
  const measure = async (figure: WorkbenchFigure, bench: () => Promise<Row | readonly Row[]>): Promise<void> => {
    if (!wanted.includes(figure)) return;
    process.stderr.write(`${figure} …\n`);
    try {
      rows.push(...[await bench()].flat());
    } catch (error) {
      rows.push(failedRow(figure, error));
    }
  };

  const desk = await openDesk(options.fixture);
  try {
    await measure("activation", async () => await benchActivation(desk));
    if (wanted.includes("share")) await measure("share", async () => await benchShare(desk, rounds));
    else await share(desk.host);
    const pair = await addGuest(desk);
    await measure("open", async () => await benchOpening(pair, rounds));
    await measure("search", async () => await benchSearch(pair));
    await joinTimed(pair);
    await measure("commit", async () => await benchCommits(pair, samples));
    // Compared with another tail: of fewer, two or three decide.
    await measure("save", async () => await benchSaves(pair, 3 * samples));
    await measure("stage", async () => await benchStaging(pair, samples));
    await measure("idle", async () => await benchIdle(pair));
  } finally {
    await desk.workbenches.close();
  }
  return rows;
}

/** The other figures are worth having all the same. */
function failedRow(figure: WorkbenchFigure, error: unknown): Row {
  process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
  const [reason = ""] = (error as Error).message.split("\n");
  return { what: figure, measured: "–", baseline: "–", figure: `failed: ${reason}`, atLeast: "–", good: false };
}
