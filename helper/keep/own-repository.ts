/** Makes the copied git dirs ordinary ones: without a guest's settings, and with nothing that points into the mount. */
import { readFile, writeFile } from "node:fs/promises";
import { parseConfig } from "../git/config-text.ts";
import { withoutGuestSettings } from "../git/config-seed.ts";
import { git } from "../git/git-program.ts";
import { below, type Entry, type Path, pathAt } from "./tree.ts";

export interface Moved {
  /** The copy as it lies now. */
  readonly work: string;
  /** Where it will be. */
  readonly folder: string;
  readonly mount: string;
  readonly signal: AbortSignal;
}

/** May be called again: what is an ordinary clone's already stays. */
export async function makeOwn(moved: Moved, entries: Iterable<Entry>, repositories: readonly Path[]): Promise<void> {
  for (const path of repositories)
    for (const name of ["config", "config.worktree"]) await ownConfig(moved, below(path, name));
  const places = { mount: latin1(moved.mount), folder: latin1(moved.folder) };
  for (const { path, kind } of entries)
    if (kind === "file" && isPointer(path)) await edit(pathAt(moved.work, path), (text) => repointed(text, places));
}

/** Files of git's whose lines are paths: a linked worktree's two ends, and borrowed objects. */
export function isPointer(path: Path): boolean {
  return /(^|\/)(\.git|worktrees\/[^/]+\/gitdir|objects\/info\/alternates)$/.test(path);
}

interface Places {
  readonly mount: string;
  readonly folder: string;
}

/** `gitdir: <mount>/…` or `<mount>/…`, a line. */
export function repointed(text: string, places: Places): string {
  const lines = text.split("\n").map((line) => {
    const head = line.startsWith("gitdir: ") ? "gitdir: " : "";
    return head + movedPath(line.slice(head.length), places);
  });
  return lines.join("\n");
}

function movedPath(path: string, { mount, folder }: Places): string {
  return path === mount || path.startsWith(`${mount}/`) ? folder + path.slice(mount.length) : path;
}

async function ownConfig(moved: Moved, path: Path): Promise<void> {
  const text = await edit(pathAt(moved.work, path), (before) =>
    withoutGuestSettings(Buffer.from(before, "latin1")).toString("latin1"),
  );
  for (const { section, subsection, key, value } of parseConfig(text ?? "")) {
    const before = utf8(value ?? "");
    const after = movedPath(before, moved);
    if (after === before) continue;
    const file = pathAt(moved.work, path).toString();
    const name = [section, ...(subsection === undefined ? [] : [utf8(subsection)]), key].join(".");
    const replace = ["config", "--file", file, "--fixed-value", "--replace-all", name, after, before];
    const { code, err } = await git(replace, { signal: moved.signal });
    if (code !== 0) throw new Error(`${file}: ${err.trim()}`);
  }
}

/** The new text, bytes as latin1; undefined where there is no such file. */
async function edit(file: Buffer, change: (text: string) => string): Promise<string | undefined> {
  const before = await readFile(file, "latin1").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (before === undefined) return undefined;
  const after = change(before);
  if (after !== before) await writeFile(file, after, "latin1");
  return after;
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString();
}

function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}
