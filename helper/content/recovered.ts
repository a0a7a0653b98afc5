import { parseFileName, type FileName } from "../base/name.ts";
import type { Time } from "../base/time.ts";
import type { RefusalReason } from "../replica/op.ts";

/** One version of a file that lost a race. */
export interface Recovered {
  /** Unique in the store, growing. */
  readonly id: number;
  /** Names from the root, latin1. */
  readonly path: readonly FileName[];
  readonly node: number;
  /** Whose content it is, as shown to people. */
  readonly who: string;
  /** `overwritten`: by an editor whose user had not seen it. */
  readonly reason: RefusalReason | "private" | "unsent" | "overwritten";
  /** Content version it was based on. */
  readonly base: number;
  readonly when: Time;
  readonly size: number;
  /** Which bytes are known: [from, to] pairs; absent = all of them. */
  readonly present?: readonly (readonly [number, number])[];
}

export type IndexLine =
  | { readonly t: "kept"; readonly id: number; readonly entry: Recovered }
  | { readonly t: "discard"; readonly id: number };

const maxLine = 1024 * 1024;
const reasons: readonly string[] = [
  "stale",
  "exists",
  "gone",
  "not-empty",
  "locked",
  "not-owner",
  "pipeline",
  "disk",
  "read-only",
  "same",
  "private",
  "unsent",
  "overwritten",
] satisfies readonly Recovered["reason"][];

export function recoveredLine(entry: Recovered): string {
  return `${JSON.stringify(entry)}\n`;
}

/** One line of the index, as written to disk; undefined for an empty, torn or damaged one. */
export function parseRecovered(line: string): IndexLine | undefined {
  if (line.length === 0 || line.length > maxLine) return undefined;
  const value = parseJson(line);
  if (!isRecord(value)) return undefined;
  if (isId(value["discard"])) return { t: "discard", id: value["discard"] };
  const { id, path, node, who, reason, base, when, size, present } = value;
  if (!isId(id) || !isCount(node) || !isCount(base) || !isCount(size)) return undefined;
  if (typeof who !== "string" || who.length > 1000 || !isReason(reason)) return undefined;
  const names = parsePath(path);
  const time = parseTime(when);
  const ranges = present === undefined ? undefined : parsePairs(present);
  if (names === undefined || time === undefined || (present !== undefined && ranges === undefined)) return undefined;
  const entry = { id, path: names, node, who, reason, base, when: time, size };
  return { t: "kept", id, entry: ranges === undefined ? entry : { ...entry, present: ranges } };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parsePath(value: unknown): FileName[] | undefined {
  if (!Array.isArray(value) || value.length > 4096) return undefined;
  const names = value.map((name: unknown) => (typeof name === "string" ? parseFileName(name) : undefined));
  return names.every((name) => name !== undefined) ? names : undefined;
}

function parseTime(value: unknown): Time | undefined {
  if (!isRecord(value)) return undefined;
  const { sec, nsec } = value;
  return Number.isSafeInteger(sec) && isCount(nsec) && nsec < 1e9 ? { sec: sec as number, nsec } : undefined;
}

function parsePairs(value: unknown): [number, number][] | undefined {
  if (!Array.isArray(value) || value.length > 100_000) return undefined;
  const pairs: [number, number][] = [];
  for (const pair of value as unknown[]) {
    if (!Array.isArray(pair)) return undefined;
    const [from, to] = pair as unknown[];
    if (!isCount(from) || !isCount(to) || from >= to) return undefined;
    pairs.push([from, to]);
  }
  return pairs;
}

function isReason(value: unknown): value is Recovered["reason"] {
  return typeof value === "string" && reasons.includes(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isId(value: unknown): value is number {
  return isCount(value) && value > 0;
}
