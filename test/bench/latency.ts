/** A's change until B can read it, until B's watcher hears of it, and A's commit until B reads its hash. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { childProgram } from "../harness/child.ts";
import { makeRepository } from "../harness/git.ts";
import { mustRun } from "../harness/run.ts";
import type { Row } from "./row.ts";
import { milliseconds, percentile } from "./stats.ts";
import { openSubject, type SubjectKind } from "./subject.ts";

interface Limits {
  readonly p50?: number;
  readonly p99: number;
}

export async function benchLatency(subject: SubjectKind): Promise<readonly Row[]> {
  const opened = await openSubject(subject, benchRepository);
  try {
    const read = await samplesOf("read", opened.a, opened.b, 500);
    const event = await samplesOf("event", opened.a, opened.b, 300);
    return [
      row("`close` returned at A → bytes readable at B", read, { p50: 3, p99: 20 }),
      row("`close` returned at A → watcher event at B", event, { p99: 60 }),
    ];
  } finally {
    await opened.close();
  }
}

export async function benchCommit(subject: SubjectKind): Promise<Row> {
  const opened = await openSubject(subject, benchRepository);
  try {
    const samples = await samplesOf("commit", opened.a, opened.b, 200);
    return row("`git commit` returned at A → hash and object readable at B", samples, { p99: 20 });
  } finally {
    await opened.close();
  }
}

async function benchRepository(folder: string): Promise<void> {
  writeFileSync(join(folder, "README.md"), "# Bench\n");
  await makeRepository({ root: folder, name: "bench" });
}

async function samplesOf(mode: string, a: string, b: string, count: number): Promise<readonly number[]> {
  const program = await childProgram("test/bench/latency-main.ts");
  return JSON.parse(await mustRun(process.execPath, [program, mode, a, b, String(count)])) as number[];
}

function row(what: string, samples: readonly number[], limits: Limits): Row {
  const arrived = samples.filter((ms) => ms >= 0);
  const missing = samples.length - arrived.length;
  const [p50, p99] = [percentile(arrived, 0.5), percentile(arrived, 0.99)];
  const figure = arrived.length === 0 ? "never" : `p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}`;
  return {
    what,
    measured: `${samples.length} samples${missing > 0 ? `, ${missing} never arrived` : ""}`,
    baseline: "–",
    figure,
    atLeast: `${limits.p50 === undefined ? "" : `p50 ≤ ${limits.p50} ms, `}p99 ≤ ${limits.p99} ms`,
    good: missing === 0 && p99 <= limits.p99 && p50 <= (limits.p50 ?? p50),
  };
}
