/**
 * The verdict of a duel. It is good when
 *  - every hash git acknowledged is reachable on every peer and in the folder,
 *  - every acknowledged line is once in its final file there, and no commit removed it,
 *  - fsck is clean everywhere, refs, index and files are equal, no lock is left,
 *  - git said nothing unexplained, and each writer reached its share.
 */
import { differences, type Survey } from "../../harness/survey.ts";
import type { DuelKind, Report, Told } from "./task.ts";

export interface Verdict {
  readonly kind: DuelKind;
  readonly good: boolean;
  readonly acknowledged: number;
  readonly lines: number;
  /** Acknowledged hashes or lines that some peer does not have. */
  readonly lost: readonly string[];
  /** Everything else that is wrong, as sentences. */
  readonly faults: readonly string[];
  /** How often git refused, by reason; and swallowed commits, lost edits, rounds of the keeper. */
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number;
}

export interface Evidence {
  readonly kind: DuelKind;
  readonly told: readonly Told[];
  readonly surveys: readonly Survey[];
  /** The branch's history of the shared files as a patch. */
  readonly patch: string;
  readonly seconds: number;
}

export function judge(evidence: Evidence): Verdict {
  const reports = evidence.told.flatMap((each) => each.reports);
  const hashes = reports.flatMap((each) => (each.t === "acknowledged" ? [each.hash] : []));
  const lines = reports.flatMap((each) => (each.t === "line" ? [each] : []));
  const lost = [...lostHashes(hashes, evidence.surveys), ...lostLines(lines, evidence)];
  const faults = [...surveyFaults(evidence.surveys), ...writerFaults(evidence)];
  const good = lost.length === 0 && faults.length === 0;
  const { kind, seconds } = evidence;
  return {
    kind,
    good,
    acknowledged: hashes.length,
    lines: lines.length,
    lost,
    faults,
    counts: count(reports),
    seconds,
  };
}

function lostHashes(hashes: readonly string[], surveys: readonly Survey[]): readonly string[] {
  const seen = surveys.map(({ name, reachable }) => ({ name, commits: new Set(reachable) }));
  return hashes.flatMap((hash) => {
    const without = seen.filter(({ commits }) => !commits.has(hash)).map(({ name }) => name);
    return without.length === 0 ? [] : [`commit ${hash} at ${without.join(", ")}`];
  });
}

type Line = Extract<Report, { t: "line" }>;

function lostLines(lines: readonly Line[], { surveys, patch }: Evidence): readonly string[] {
  const removed = new Set(patch.split("\n").filter((line) => line.startsWith("-")));
  const dropped = lines.filter(({ line }) => removed.has(`-${line}`));
  const absent = surveys.flatMap(({ name, texts }) => {
    return lines.flatMap(({ file, line }) => {
      const times = (texts[file] ?? "").split("\n").filter((each) => each === line).length;
      return times === 1 ? [] : [`line "${line}" is ${times} times in ${file} at ${name}`];
    });
  });
  return [...dropped.map(({ line, hash }) => `line "${line}" of ${hash} was removed by a commit`), ...absent];
}

function surveyFaults(surveys: readonly Survey[]): readonly string[] {
  const [first, ...others] = surveys;
  if (first === undefined) return ["nobody was asked"];
  return [
    ...surveys.filter(({ fsck }) => fsck !== "").map(({ name, fsck }) => `fsck at ${name}: ${fsck}`),
    ...surveys.flatMap(({ name, locks }) => locks.map((lock) => `${lock} is left at ${name}`)),
    ...others.flatMap((other) => differences(first, other)),
  ];
}

function writerFaults({ told }: Evidence): readonly string[] {
  return told.flatMap(({ name, quota, reports }) => {
    const reached = reports.filter(({ t }) => t === "acknowledged").length;
    const starved = reached < quota ? [`${name} reached ${reached} of ${quota}`] : [];
    const said = reports.flatMap((each) => (each.t === "unexplained" ? [`${name}: ${each.text}`] : []));
    return [...starved, ...said];
  });
}

function count(reports: readonly Report[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of reports) {
    if (each.t === "acknowledged" || each.t === "line" || each.t === "unexplained") continue;
    const what = each.t === "refused" ? each.reason : each.t;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

/** What a person reads: the sentence first, then what speaks against it, at most twenty lines of each. */
export function verdictToText(verdict: Verdict): string {
  const { acknowledged, lines, seconds, lost, faults } = verdict;
  const some = (all: readonly string[]): readonly string[] =>
    all.length > 20 ? [...all.slice(0, 20), `… and ${all.length - 20} more`] : all;
  const amount = `${acknowledged} acknowledged${lines > 0 ? `, ${lines} lines` : ""} in ${seconds.toFixed(1)} s`;
  return [
    `${verdict.kind}: ${verdict.good ? "good" : "NOT GOOD"} (${amount}; lost ${lost.length}, faults ${faults.length})`,
    ...Object.entries(verdict.counts).map(([what, times]) => `  ${times} × ${what}`),
    ...some(lost).map((each) => `  lost: ${each}`),
    ...some(faults).map((each) => `  fault: ${each}`),
  ].join("\n");
}
