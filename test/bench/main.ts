/** `npm run bench -- [--workbench] [--only LIST] [--rounds N] [--stand-in bindfs|plain]` */
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { fixtureRepository } from "../harness/fixture/repository.ts";
import { mustRun } from "../harness/run.ts";
import { benchJoin } from "./join.ts";
import { benchCommit, benchLatency } from "./latency.ts";
import { benchMemory } from "./memory.ts";
import { toMarkdown, type Row } from "./row.ts";
import type { SubjectKind } from "./subject.ts";
import { benchClone, benchRead, benchStatus, type BenchContext } from "./throughput.ts";
import { benchWorkbench, type WorkbenchFigure, workbenchFigures } from "./workbench/figures.ts";

const usage = `npm run bench -- [options]: the figures, each against its baseline in the same run, as a Markdown table
  --only LIST      of clone, status, read, latency, commit, join, memory
  --workbench      those of two VS Codes instead, host and guest: --only of activation, share, open, search, commit, save,
                   stage, idle
  --rounds N       of each comparison, alternating (default 5)
  --stand-in S     bindfs or plain instead of Pairmount: tries the bench itself
`;
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    workbench: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    "stand-in": { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) process.stdout.write(usage);
else {
  const rows = values.workbench ? await benchWindows() : await benchAll();
  process.stdout.write(`${await machine()}\n\n${toMarkdown(rows)}\n`);
}

async function benchWindows(): Promise<readonly Row[]> {
  const wanted = values.only?.split(",") ?? workbenchFigures;
  const unknown = wanted.find((name) => !(workbenchFigures as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`no figure ${unknown} of --workbench\n${usage}`);
  const { bare: fixture } = await fixtureRepository();
  const rounds = Number(values.rounds);
  return await benchWorkbench({ fixture, wanted: wanted as readonly WorkbenchFigure[], rounds, samples: rounds * 8 });
}

async function benchAll(): Promise<readonly Row[]> {
  const subject = chosenSubject();
  const { bare } = await fixtureRepository();
  const context: BenchContext = { subject, rounds: Number(values.rounds), fixture: bare };
  const benches: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
    clone: async () => [await benchClone(context)],
    status: async () => [await benchStatus(context)],
    read: async () => [await benchRead(context)],
    latency: async () => await benchLatency(subject),
    commit: async () => [await benchCommit(subject)],
    join: async () => [await benchJoin(context)],
    memory: async () => [await benchMemory(bare)],
  };
  const needHelper = new Set(["join", "memory"]);
  const standard = Object.keys(benches).filter((name) => subject === "pairmount" || !needHelper.has(name));
  const rows: Row[] = [];
  for (const name of values.only?.split(",") ?? standard) {
    const bench = benches[name];
    if (bench === undefined) throw new Error(`no figure ${name}\n${usage}`);
    process.stderr.write(`${name} …\n`);
    rows.push(...(await bench()));
  }
  return rows;
}

function chosenSubject(): SubjectKind {
  const name = values["stand-in"];
  if (name === undefined) return "pairmount";
  if (name === "bindfs" || name === "plain") return name;
  throw new Error(`no stand-in ${name}\n${usage}`);
}

async function machine(): Promise<string> {
  const memory = Math.round(totalmem() / 2 ** 30);
  const git = (await mustRun("git", ["--version"])).trim();
  return `${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, ${memory} GB, Linux ${release()}, Node ${process.versions.node}, ${git}`;
}
