import { readdirSync, readFileSync, rmSync, type Dirent } from "node:fs";
import { failure } from "./attempt.ts";
import { below } from "./real-paths.ts";

/** More than this in a private file (a config, a hook) is not thought lost lightly: the directory stays. */
const largest = 16 * 1024 * 1024;

export interface Emptying {
  /** R-PRIV: a name that is this peer's own and never makes a directory non-empty. */
  isPrivate(name: string): boolean;
  /** Called with every private file before it is removed; `names` lead from the directory to it. */
  losing(names: readonly string[], bytes: Uint8Array): void;
}

/**
 * Removes what a directory still holds although the tree calls it empty: this host's private files (a git dir's config and
 * hooks, when a peer removes the repository). All or nothing: anything else in it, or anything in the private part that
 * cannot be kept first, is ENOTEMPTY and nothing is touched.
 */
export function removePrivateChildren(directory: number, emptying: Emptying): void {
  const entries = list(directory, []);
  if (entries.length === 0) return;
  if (!entries.every((entry) => emptying.isPrivate(entry.name))) throw notEmpty();
  const kept = entries.flatMap((entry) => collect(directory, [entry.name], entry));
  for (const file of kept) emptying.losing(file.names, file.bytes);
  for (const entry of entries) rmSync(below(directory, entry.name), { recursive: true });
}

interface KeptFile {
  readonly names: readonly string[];
  readonly bytes: Uint8Array;
}

function collect(directory: number, names: readonly string[], entry: Dirent): KeptFile[] {
  if (entry.isSymbolicLink()) return [];
  if (entry.isDirectory())
    return list(directory, names).flatMap((child) => collect(directory, [...names, child.name], child));
  if (!entry.isFile()) throw notEmpty();
  const bytes = readFileSync(below(directory, names.join("/")));
  if (bytes.length > largest) throw notEmpty();
  return [{ names, bytes }];
}

function list(directory: number, names: readonly string[]): Dirent[] {
  return readdirSync(below(directory, names.join("/")), { encoding: "latin1", withFileTypes: true });
}

function notEmpty(): Error {
  return failure("ENOTEMPTY", "directory not empty");
}
