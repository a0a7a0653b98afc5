import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { errno, errnoOf, type Errno } from "../base/errno.ts";
import { done, fail, ok, type Result } from "../base/result.ts";
import type { Extent } from "../replica/op.ts";
import { attempt, failure } from "./attempt.ts";
import { writeAll } from "./file-io.ts";
import { parseRecovered, type Recovered, recoveredLine } from "./recovered.ts";
import { syncPath } from "./sync-path.ts";

/** More entries, or a longer index, are not believed: the rest stays on the disk, unlisted. */
const maxEntries = 100_000;
const maxIndexBytes = 64 * 1024 * 1024;

/** Where losing content comes from: bytes at hand, or a function that copies a file (GuestCache.copyTo). Both kinds: the extents go on top. */
export interface Losing {
  readonly extents?: readonly Extent[];
  readonly copyTo?: (path: string) => Errno | undefined;
}

export type KeptInfo = Omit<Recovered, "id" | "size">;

export interface Kept {
  readonly entry: Recovered;
  /** Resolves when a power cut would not lose it. */
  readonly durable: Promise<Result<void>>;
}

/**
 * Content that lost a race, kept until somebody discards it: one file per entry, and an index of one JSON object a line.
 * Survives restarts; a torn last line or a damaged one is left out, never fatal.
 */
export class RecoveryStore {
  readonly #dir: string;
  readonly #entries = new Map<number, Recovered>();
  #next = 1;
  #syncing: Promise<unknown> = Promise.resolve();

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(join(dir, "content"), { recursive: true, mode: 0o700 });
    this.#load();
  }

  /** The content is copied before this returns, so that the caller may overwrite it. */
  keep(info: KeptInfo, losing: Losing): Result<Kept> {
    // Another session may keep its own here: two mounts of one workspace.
    while (existsSync(this.#contentOf(this.#next))) this.#next++;
    const id = this.#next++;
    const path = this.#contentOf(id);
    const failed = attempt(() => writeContent(path, losing));
    if (failed !== undefined) {
      rmSync(path, { force: true });
      return fail(failed);
    }
    const entry: Recovered = { ...info, id, size: statSync(path).size };
    const unlisted = attempt(() => appendFileSync(this.#index, recoveredLine(entry), { mode: 0o600 }));
    if (unlisted !== undefined) return fail(unlisted);
    this.#entries.set(id, entry);
    const durable = this.#syncing.then(() => syncAll([path, join(this.#dir, "content"), this.#index, this.#dir]));
    this.#syncing = durable;
    return ok({ entry, durable });
  }

  /** Oldest first. */
  list(): readonly Recovered[] {
    return [...this.#entries.values()];
  }

  /** The kept bytes; parts that were never known (see `present`) are zeros. */
  read(id: number): Result<Uint8Array> {
    if (!this.#entries.has(id)) return fail(errno.ENOENT);
    try {
      return ok(readFileSync(this.#contentOf(id)));
    } catch (error) {
      return fail(errnoOf(error));
    }
  }

  /** A path to open in a diff editor; undefined for an unknown id. */
  pathOf(id: number): string | undefined {
    return this.#entries.has(id) ? this.#contentOf(id) : undefined;
  }

  /** Again without effect. */
  discard(id: number): Result<void> {
    if (!this.#entries.has(id)) return done;
    const failed = attempt(() => appendFileSync(this.#index, `${JSON.stringify({ discard: id })}\n`));
    if (failed !== undefined) return fail(failed);
    this.#entries.delete(id);
    rmSync(this.#contentOf(id), { force: true });
    return done;
  }

  /** Resolves when everything kept so far is on the disk, or could not be brought there. */
  async dispose(): Promise<void> {
    await this.#syncing;
  }

  get #index(): string {
    return join(this.#dir, "index.jsonl");
  }

  #contentOf(id: number): string {
    return join(this.#dir, "content", String(id));
  }

  /** Reads the index and writes it anew, without what was discarded or damaged. */
  #load(): void {
    if (!existsSync(this.#index) || statSync(this.#index).size > maxIndexBytes) return this.#setAside();
    const lines = readFileSync(this.#index, "utf8").split("\n");
    for (const text of lines.slice(0, maxEntries)) {
      const parsed = parseRecovered(text);
      if (parsed === undefined) continue;
      this.#next = Math.max(this.#next, parsed.id + 1);
      if (parsed.t === "discard") this.#entries.delete(parsed.id);
      else if (existsSync(this.#contentOf(parsed.id))) this.#entries.set(parsed.id, parsed.entry);
    }
    const fresh = `${this.#index}.new`;
    writeFileSync(fresh, this.list().map(recoveredLine).join(""), { mode: 0o600 });
    renameSync(fresh, this.#index);
  }

  /** An index too large to be ours stays beside, and its content with it. */
  #setAside(): void {
    if (!existsSync(this.#index)) return;
    renameSync(this.#index, `${this.#index}.unread`);
    renameSync(
      join(this.#dir, "content"),
      join(this.#dir, `content.unread-${statSync(`${this.#index}.unread`).mtimeMs}`),
    );
    mkdirSync(join(this.#dir, "content"), { mode: 0o700 });
  }
}

/** Throws where the directory cannot be made or its index not be read. */
export function openRecoveryStore(dir: string): RecoveryStore {
  return new RecoveryStore(dir);
}

function writeContent(path: string, losing: Losing): void {
  const failed = losing.copyTo?.(path);
  if (failed !== undefined) throw failure("EIO", "content could not be copied");
  const fd = openSync(path, losing.copyTo === undefined ? "wx" : "r+", 0o600);
  try {
    for (const extent of losing.extents ?? []) {
      if (extent.bytes !== undefined) writeAll(fd, extent.bytes, extent.offset);
    }
  } finally {
    closeSync(fd);
  }
}

async function syncAll(paths: readonly string[]): Promise<Result<void>> {
  try {
    for (const path of paths) {
      if (existsSync(path)) await syncPath(path);
    }
    return done;
  } catch (error) {
    return fail(errnoOf(error));
  }
}
