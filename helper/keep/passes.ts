/**
 * Copies a tree that others may be changing: pass after pass over the source, each taking what changed since the one before,
 * until a pass finds nothing new. In a pass the work tree comes first, then refs, reflogs and index, then packed refs, then objects.
 */
import { rm } from "node:fs/promises";
import { copyEntry, type CopyParts } from "./copy-entry.ts";
import { inGitDir, inObjects, inWorkTree } from "./git-parts.ts";
import { isVanished, SourceError } from "./source-error.ts";
import {
  type Entry,
  identityOf,
  isRepository,
  namesIn,
  type Part,
  type Path,
  pathAt,
  survey,
  type Visit,
} from "./tree.ts";

/** As many system calls of this process run at once (UV_THREADPOOL_SIZE): over a link, most of them wait. */
export const abreast = 16;

export interface PassResult {
  /** The source stood still: the copy is what it holds. */
  readonly settled: boolean;
  /** What could not be read, and why. */
  readonly unread: ReadonlyMap<Path, string>;
}

export interface Repository {
  readonly path: Path;
  /** A git dir of the work tree or one of its submodules, not a bare repository that lies in it as content. */
  readonly own: boolean;
}

export interface TreeCopy {
  /** What there is to copy, in bytes, as far as it can be seen. */
  measure(): Promise<number>;
  /** Rejects with `gone` when the source is not there any more, and with what the copy's file system said. */
  pass(): Promise<PassResult>;
  /** What the copy holds; directories' own modes and times are not applied yet. */
  entries(): Iterable<Entry>;
  repositories(): readonly Repository[];
}

export function createTreeCopy(parts: CopyParts & { readonly gone: () => Error }): TreeCopy {
  const { source, target, signal } = parts;
  const known = new Map<Path, Entry>();
  let repositories: Repository[] = [];
  let first: string | undefined;

  /** Once the mount is gone, the folder below it shows: everything else would look deleted. */
  async function mustBeThere(): Promise<void> {
    const root = await identityOf(source).catch(() => undefined);
    first ??= root;
    if (root === undefined || root !== first) throw parts.gone();
  }

  /** The parts of the source in the order they are to be copied in; the next is looked at when the last was taken. */
  async function eachPart(take: (part: Part) => Promise<void>): Promise<void> {
    const found: Repository[] = [];
    async function one(start: Path, visit: Visit, own: boolean): Promise<readonly Path[]> {
      signal.throwIfAborted();
      const part = await survey(source, start, visit);
      found.push(...part.repositories.map((path) => ({ path, own })));
      await take(part);
      return part.later;
    }
    async function all(starts: readonly Path[], visit: Visit): Promise<readonly Path[]> {
      const later: Path[] = [];
      for (const start of starts) later.push(...(await one(start, visit, true)));
      return later;
    }
    const isBare = isRepository(await namesIn(source, ""));
    const gitDirs = isBare ? [""] : await one("", inWorkTree, false);
    const later = await all(gitDirs, inGitDir);
    const isPacked = (path: Path): boolean => path === "packed-refs" || path.endsWith("/packed-refs");
    await all(later.filter(isPacked), inGitDir);
    await all(
      later.filter((path) => !isPacked(path)),
      inObjects,
    );
    repositories = found;
  }

  /** A directory, and all that it held. */
  function forget(dir: Path): void {
    for (const path of known.keys()) if (path === dir || path.startsWith(`${dir}/`)) known.delete(path);
  }

  async function takeChanged(part: Part, unread: Map<Path, string>): Promise<boolean> {
    let changed = false;
    let failed = false;
    async function take(entry: Entry): Promise<void> {
      if (failed) return;
      // The root is there from the beginning.
      const there = entry.path === "" ? entry : known.get(entry.path);
      if (there?.stamp === entry.stamp || (there?.kind === "dir" && entry.kind === "dir")) {
        known.set(entry.path, entry);
        return;
      }
      signal.throwIfAborted();
      changed = true;
      if (there?.kind === "dir") forget(entry.path);
      else known.delete(entry.path);
      try {
        await copyEntry(parts, entry, there?.kind);
        known.set(entry.path, entry);
      } catch (error) {
        if (!(error instanceof SourceError)) {
          failed = true;
          throw error;
        }
        if (!isVanished(error)) unread.set(entry.path, error.code);
      }
    }
    // A directory is there before what it holds.
    for (const entry of part.entries) if (entry.kind === "dir") await take(entry);
    const next = part.entries.filter(({ kind }) => kind !== "dir").values();
    const workers = await Promise.allSettled(
      Array.from({ length: abreast }, async () => {
        for (const entry of next) await take(entry);
      }),
    );
    for (const worker of workers) if (worker.status === "rejected") throw worker.reason;
    return changed;
  }

  return {
    async measure() {
      await mustBeThere();
      let bytes = 0;
      await eachPart(({ entries }) => {
        for (const { size } of entries) bytes += size;
        return Promise.resolve();
      });
      return bytes;
    },
    async pass() {
      const seen = new Set<Path>();
      const unread = new Map<Path, string>();
      let restless = false;
      await mustBeThere();
      await eachPart(async (part) => {
        for (const { path } of part.entries) seen.add(path);
        for (const [path, code] of part.unread) unread.set(path, code);
        const changed = await takeChanged(part, unread);
        restless ||= part.restless || changed;
      });
      await mustBeThere();
      const gone = [...known.keys()].filter((path) => !seen.has(path) && !isBelow(path, unread));
      for (const path of gone) {
        known.delete(path);
        await rm(pathAt(target, path), { recursive: true, force: true });
      }
      return { settled: !restless && gone.length === 0 && unread.size === 0, unread };
    },
    entries: () => known.values(),
    repositories: () => repositories,
  };
}

/** What an unread directory held before may still be there. */
function isBelow(path: Path, unread: ReadonlyMap<Path, string>): boolean {
  return [...unread.keys()].some((dir) => path === dir || path.startsWith(`${dir}/`));
}
