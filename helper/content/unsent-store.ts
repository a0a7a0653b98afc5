/** R-UNSENT: what of a guest's writes its host has not decided yet, as files that outlive the helper. All calls throw what the file system says. */
import { copyFileSync, mkdirSync, mkdtempSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "./attempt.ts";
import { takeLock } from "./pid-lock.ts";
import { parseRecovered, type Recovered } from "./recovered.ts";
import type { RecoveryStore } from "./recovery-store.ts";
import { replaceFile } from "./replace-file.ts";
import { syncPath } from "./sync-path.ts";

/** One session's: a folder in `parent` while something is unsent, with an index as the recovery store's and a file for each entry. */
export class UnsentStore {
  readonly #parent: string;
  #dir: string | undefined;

  constructor(parent: string) {
    this.#parent = parent;
  }

  /** Where an entry's content is to be before `save` names it. */
  path(id: number): string {
    return join((this.#dir ??= makeOwn(this.#parent)), String(id));
  }

  /** `lines` of the index, whose contents are there; of these the `fresh` are not on the disk yet. Others go. */
  async save(lines: ReadonlyMap<number, string>, fresh: readonly number[]): Promise<void> {
    const dir = (this.#dir ??= makeOwn(this.#parent));
    for (const id of fresh) await syncPath(join(dir, String(id)));
    await replaceFile(join(dir, "index"), lines.values());
    await syncPath(dir);
    for (const name of readdirSync(dir))
      if (name !== "lock" && name !== "index" && !lines.has(Number(name))) rmSync(join(dir, name), { force: true });
  }

  /** All is sent, or kept elsewhere. */
  clear(): void {
    if (this.#dir === undefined) return;
    rmSync(this.#dir, { recursive: true, force: true });
    this.#dir = undefined;
  }
}

/** Brings what dead helpers left in `parent` into `recovery`. What cannot be kept there stays for the next time: `failed`. */
export function takeUnsent(
  parent: string,
  recovery: RecoveryStore,
): { readonly entries: readonly Recovered[]; readonly failed: number } {
  const entries: Recovered[] = [];
  let failed = 0;
  for (const dir of existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : []) {
    if (!takeLock(join(dir, "lock"))) continue;
    const left = readIndex(dir).map(({ id, ...info }) => {
      const copyTo = (to: string) => attempt(() => copyFileSync(join(dir, String(id)), to));
      return recovery.keep(info, { copyTo });
    });
    const kept = left.flatMap((each) => (each.ok ? [each.value.entry] : []));
    entries.push(...kept);
    failed += left.length - kept.length;
    if (kept.length === left.length) rmSync(dir, { recursive: true, force: true });
    else rmSync(join(dir, "lock"), { force: true });
  }
  return { entries, failed };
}

/** A helper that starts may take a folder without a lock for a dead one's. */
function makeOwn(parent: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  for (;;) {
    const dir = mkdtempSync(join(parent, "session-"));
    if (takeLock(join(dir, "lock"))) return dir;
  }
}

function readIndex(dir: string): readonly Recovered[] {
  if (!existsSync(join(dir, "index"))) return [];
  return readFileSync(join(dir, "index"), "utf8")
    .split("\n")
    .flatMap((line) => {
      const parsed = parseRecovered(line);
      return parsed?.t === "kept" && existsSync(join(dir, String(parsed.id))) ? [parsed.entry] : [];
    });
}
