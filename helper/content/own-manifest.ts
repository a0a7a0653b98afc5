import { type FileName, parseFileName } from "../base/name.ts";
import type { Time } from "../base/time.ts";
import { scannedVersion, type NodeId } from "../replica/ids.ts";
import type { Kind } from "../replica/op.ts";
import type { OwnEntry } from "../replica/own-entry.ts";

/** Which files hold the bytes: by `OwnEntry.node`, a name in the generation's folder. */
export interface Manifest {
  readonly generation: number;
  readonly entries: readonly OwnEntry[];
  readonly gone: readonly (readonly FileName[])[];
  readonly contents: ReadonlyMap<NodeId, string>;
}

/** Longer ones are not believed. */
export const longestManifest = 256 * 1024 * 1024;
const kinds: readonly string[] = ["file", "dir", "symlink"] satisfies readonly Kind[];

/**
 * One JSON object a line: `{"own":1,"generation":3}`, an entry or a removed name each, and `{"lines":20}`, how many of these.
 * Paths are names joined by `/`, latin1.
 */
export function headLine(generation: number): string {
  return `${JSON.stringify({ own: 1, generation })}\n`;
}

export function entryLine(entry: OwnEntry, content: string | undefined): string {
  const { path, kind, mode, atime, mtime, size, target, of, isShared } = entry;
  const times = { atime: [atime.sec, atime.nsec], mtime: [mtime.sec, mtime.nsec] };
  const more = {
    ...(kind === "file" && { size, content }),
    ...(kind === "symlink" && { target }),
    ...(of !== undefined && { of: of.join("/") }),
    ...(isShared && { isShared }),
  };
  return `${JSON.stringify({ path: path.join("/"), kind, mode, ...times, ...more })}\n`;
}

export function goneLine(path: readonly FileName[]): string {
  return `${JSON.stringify({ gone: path.join("/") })}\n`;
}

export function lastLine(lines: number): string {
  return `${JSON.stringify({ lines })}\n`;
}

/** Undefined unless all of it is as written. */
export function parseManifest(text: string): Manifest | undefined {
  const lines = text.split("\n");
  const head = parseJson(lines[0] ?? "");
  const last = parseJson(lines.at(-2) ?? "");
  if (lines.at(-1) !== "" || head?.["own"] !== 1 || !isCount(head["generation"])) return undefined;
  if (last?.["lines"] !== lines.length - 3) return undefined;
  const entries: OwnEntry[] = [];
  const gone: (readonly FileName[])[] = [];
  const nodes = new Map<string, NodeId>();
  for (const line of lines.slice(1, -2)) {
    const value = parseJson(line);
    if (value === undefined) return undefined;
    if ("gone" in value) {
      const path = parsePath(value["gone"]);
      if (path === undefined) return undefined;
      gone.push(path);
    } else {
      const entry = parseEntry(value, nodes);
      if (entry === undefined) return undefined;
      entries.push(entry);
    }
  }
  return {
    generation: head["generation"],
    entries,
    gone,
    contents: new Map([...nodes].map(([content, node]) => [node, content])),
  };
}

function parseEntry(value: Record<string, unknown>, nodes: Map<string, NodeId>): OwnEntry | undefined {
  const { kind, mode, content, of: from, isShared = false } = value;
  const path = parsePath(value["path"]);
  const atime = parseTime(value["atime"]);
  const mtime = parseTime(value["mtime"]);
  if (path === undefined || atime === undefined || mtime === undefined) return undefined;
  if (!isKind(kind) || !isCount(mode) || mode > 0o7777 || typeof isShared !== "boolean") return undefined;
  const target = kind === "symlink" ? value["target"] : "";
  if (typeof target !== "string" || target.length > 4095) return undefined;
  const of = from === undefined ? undefined : parsePath(from);
  if (from !== undefined && of === undefined) return undefined;
  const size = kind === "file" ? value["size"] : target.length;
  if (!isCount(size)) return undefined;
  let node = 0 as NodeId;
  if (kind === "file") {
    if (typeof content !== "string" || !/^[a-z]?\d+$/.test(content)) return undefined;
    node = nodes.get(content) ?? ((nodes.size + 1) as NodeId);
    nodes.set(content, node);
  }
  return { path, kind, mode, atime, mtime, size, target, node, version: scannedVersion, of, isShared };
}

function parseJson(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parsePath(value: unknown): readonly FileName[] | undefined {
  if (typeof value !== "string") return undefined;
  const names = value.split("/").map(parseFileName);
  return names.every((name) => name !== undefined) ? names : undefined;
}

function parseTime(value: unknown): Time | undefined {
  if (!Array.isArray(value)) return undefined;
  const [sec, nsec] = value as unknown[];
  return Number.isSafeInteger(sec) && isCount(nsec) && nsec < 1e9 ? { sec: sec as number, nsec } : undefined;
}

function isKind(value: unknown): value is Kind {
  return typeof value === "string" && kinds.includes(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
