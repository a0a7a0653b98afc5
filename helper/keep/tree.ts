/** One look at a part of the source: what is there, in which state. Reads metadata only. */
import { lstat, readdir } from "node:fs/promises";
import { isVanished, SourceError } from "./source-error.ts";

/** Below the root, a latin1 string of bytes ("Names", ARCHITECTURE.md); "" is the root itself. */
export type Path = string;

export interface Entry {
  readonly path: Path;
  readonly kind: "file" | "link" | "dir";
  /** Equal as long as nothing changed: inode, size, times, mode. */
  readonly stamp: string;
  /** Bytes. */
  readonly size: number;
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

export interface Part {
  /** A directory comes before what it holds. */
  readonly entries: Entry[];
  /** Directories that `visit` left for later. */
  readonly later: Path[];
  /** Directories that hold HEAD, objects and refs. */
  readonly repositories: Path[];
  /** What could not be looked at, and why (`EIO`). */
  readonly unread: Map<Path, string>;
  /** Something went between two looks, or is being made right now. */
  restless: boolean;
}

export interface Child {
  readonly name: string;
  readonly path: Path;
  /** All names beside it. */
  readonly beside: ReadonlySet<string>;
  readonly kind: Entry["kind"];
}
/** `busy`: left out, and a sign that somebody is at work. */
export type Visit = (child: Child) => "take" | "later" | "skip" | "busy";

export function pathAt(root: string, path: Path): Buffer {
  return path === "" ? Buffer.from(root) : Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
}

export function below(dir: Path, name: string): Path {
  return dir === "" ? name : `${dir}/${name}`;
}

export function isRepository(names: ReadonlySet<string>): boolean {
  return ["HEAD", "objects", "refs"].every((name) => names.has(name));
}

/** The same as long as the same file system is mounted there. */
export async function identityOf(root: string): Promise<string> {
  const { dev, ino } = await reading("", async () => await lstat(root, { bigint: true }));
  return `${dev}:${ino}`;
}

export async function namesIn(root: string, dir: Path): Promise<ReadonlySet<string>> {
  const names = await reading(dir, async () => await readdir(pathAt(root, dir), { encoding: "buffer" }));
  return new Set(names.map((name) => name.toString("latin1")));
}

/** Undefined for what is no file, link or directory: such things are not shared. */
export async function look(root: string, path: Path): Promise<Entry | undefined> {
  const stat = await reading(path, async () => await lstat(pathAt(root, path), { bigint: true }));
  const kind = stat.isFile() ? "file" : stat.isSymbolicLink() ? "link" : stat.isDirectory() ? "dir" : undefined;
  if (kind === undefined) return undefined;
  return {
    path,
    kind,
    stamp: [kind, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs, stat.mode].join(" "),
    size: kind === "file" ? Number(stat.size) : 0,
    mode: Number(stat.mode) & 0o777,
    mtime: Number(stat.mtimeNs) / 1e9,
  };
}

/** Everything at and below `start` that `visit` takes. Never rejects. */
export async function survey(root: string, start: Path, visit: Visit): Promise<Part> {
  const part: Part = { entries: [], later: [], repositories: [], unread: new Map(), restless: false };
  await tolerant(part, start, async () => {
    const entry = await look(root, start);
    if (entry === undefined) return;
    part.entries.push(entry);
    if (entry.kind === "dir") await enter(root, start, visit, part);
  });
  return part;
}

async function enter(root: string, dir: Path, visit: Visit, part: Part): Promise<void> {
  const names = await namesIn(root, dir);
  if (isRepository(names)) part.repositories.push(dir);
  const inside: Path[] = [];
  const looks = [...names].map((name) => async (): Promise<void> => {
    const path = below(dir, name);
    const entry = await look(root, path);
    if (entry === undefined) return;
    const choice = visit({ name, path, beside: names, kind: entry.kind });
    if (choice === "busy") part.restless = true;
    if (choice === "later") part.later.push(path);
    if (choice !== "take") return;
    part.entries.push(entry);
    if (entry.kind === "dir") inside.push(path);
  });
  await Promise.all(looks.map(async (act, i) => await tolerant(part, below(dir, [...names][i] ?? ""), act)));
  for (const path of inside) await tolerant(part, path, async () => await enter(root, path, visit, part));
}

async function tolerant(part: Part, path: Path, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    if (isVanished(error)) part.restless = true;
    else part.unread.set(path, error.code);
  }
}

export async function reading<T>(path: Path, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new SourceError(path, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}
