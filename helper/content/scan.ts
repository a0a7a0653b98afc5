import { closeSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { mustFileName, type FileName } from "../base/name.ts";
import { rootNode, scannedVersion, type NodeId } from "../replica/ids.ts";
import type { SnapshotNode } from "../replica/api.ts";
import type { Place } from "../replica/op.ts";
import type { HostFolder } from "./host-folder.ts";
import { below, directoryFlags, objectOf } from "./real-paths.ts";
import { realStat, type RealStat } from "./real-stat.ts";

export interface Scanned {
  /** The root first, parents before children, private names included. Ids 1, 2, 3 … (R-ID). */
  readonly nodes: readonly SnapshotNode[];
  readonly skipped: readonly Skipped[];
}

/** What stays real but is not shared. `path` from the root, latin1. */
export interface Skipped {
  readonly path: string;
  readonly why: "special file" | "other file system" | "unreadable";
}

export interface ScanOptions {
  /** Called between slices with the number of objects seen so far. */
  readonly progress?: (seen: number) => void;
  /** How long the event loop is held at most, in ms. */
  readonly slice?: number;
}

/**
 * Reads the whole folder into nodes, and remembers each file's stamp. Synchronous calls (3 µs each from a warm cache, where
 * a thread hop costs 30) in slices of 10 ms. Rejects only if the root itself cannot be read.
 */
export async function scanFolder(folder: HostFolder, options: ScanOptions = {}): Promise<Scanned> {
  const slice = options.slice ?? 10;
  const walk = new Walk(folder);
  let started = performance.now();
  for (const _ of walk.run()) {
    if (performance.now() - started < slice) continue;
    options.progress?.(walk.nodes.length);
    await new Promise((resolve) => setImmediate(resolve));
    started = performance.now();
  }
  options.progress?.(walk.nodes.length);
  return { nodes: walk.nodes, skipped: walk.skipped };
}

type Growing = SnapshotNode & { nlink: number; readonly places: Place[] };

class Walk {
  readonly nodes: Growing[] = [];
  readonly skipped: Skipped[] = [];
  readonly #folder: HostFolder;
  /** Files with several names, by real ino: all are on the root's device. */
  readonly #linked = new Map<number, Growing>();
  readonly #folded = new Set<number>();
  #device = 0n;

  constructor(folder: HostFolder) {
    this.#folder = folder;
  }

  *run(): Generator<void> {
    const { root } = this.#folder.opened.paths;
    const stat = realStat(Buffer.from(`${objectOf(root)}/.`));
    this.#device = stat.dev;
    const node = this.#add(stat, undefined, "");
    yield* this.#directory(root, node, "");
  }

  /** Yields after each entry, so that the caller can let the loop run. */
  *#directory(fd: number, directory: Growing, path: string): Generator<void> {
    for (const text of readdirSync(objectOf(fd), "latin1")) {
      const name = mustFileName(text);
      const child = this.#entry(fd, directory, name, path + text);
      if (child !== undefined) {
        const opened = this.#open(fd, name, path + text);
        if (opened !== undefined) {
          try {
            yield* this.#directory(opened, child, `${path}${text}/`);
          } finally {
            closeSync(opened);
          }
        }
      }
      yield;
    }
  }

  /** Adds one entry; returns its node if it is a directory to descend into. */
  #entry(fd: number, directory: Growing, name: FileName, path: string): Growing | undefined {
    const stat = this.#try(path, () => realStat(below(fd, name)));
    if (stat === undefined) return undefined;
    if (stat.kind === "other") return this.#skip(path, "special file");
    if (stat.dev !== this.#device) return this.#skip(path, "other file system");
    const at = { parent: directory.id, name };
    if (stat.kind === "dir") {
      directory.nlink++;
      return this.#add(stat, at, "");
    }
    const known = stat.nlink > 1 ? this.#linked.get(stat.ino) : undefined;
    if (known !== undefined) {
      known.places.push(at);
      known.nlink++;
      return undefined;
    }
    const target = stat.kind === "symlink" ? this.#try(path, () => readlinkSync(below(fd, name), "latin1")) : "";
    if (target === undefined) return undefined;
    const node = this.#add(stat, at, target);
    if (stat.nlink > 1) this.#linked.set(stat.ino, node);
    return undefined;
  }

  #add(stat: RealStat, at: Place | undefined, target: string): Growing {
    const id = (this.nodes.length + rootNode) as NodeId;
    const node: Growing = {
      id,
      kind: stat.kind === "other" ? "file" : stat.kind,
      mode: stat.mode,
      size: stat.size,
      nlink: stat.kind === "dir" ? 2 : 1,
      ino: this.#fold(stat.ino),
      atime: stat.atime,
      mtime: stat.mtime,
      ctime: stat.ctime,
      version: scannedVersion,
      target,
      owner: undefined,
      places: at === undefined ? [] : [at],
    };
    this.nodes.push(node);
    if (stat.kind !== "dir") this.#folder.opened.stamps.leave(id, stat.stamp);
    return node;
  }

  #open(fd: number, name: FileName, path: string): number | undefined {
    return this.#try(path, () => openSync(below(fd, name), directoryFlags));
  }

  /** Removed while we looked, or not ours to read: not shared, and said so. */
  #try<T>(path: string, call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      if (typeof (error as { code?: unknown }).code !== "string") throw error;
      return this.#skip(path, "unreadable");
    }
  }

  #skip(path: string, why: Skipped["why"]): undefined {
    this.skipped.push({ path, why });
    return undefined;
  }

  #fold(ino: number): number {
    return foldInode(ino, this.#folded);
  }
}

/**
 * Real numbers stay below 2^40, apart from those of nodes made during the session (R-ID). One that is larger (btrfs and
 * overlayfs number so) keeps its low 32 bits, which is what git's index compares, and takes the first free byte above them.
 */
export function foldInode(ino: number, taken: Set<number>): number {
  if (ino < 2 ** 40) return ino;
  const low = ino % 2 ** 32;
  for (let high = 255; high > 0; high--) {
    const folded = high * 2 ** 32 + low;
    if (taken.has(folded)) continue;
    taken.add(folded);
    return folded;
  }
  return low;
}
