/** R-OWN: where a guest's own files are between its sessions: a manifest, and a folder of content for each session that wrote one. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { FileName } from "../base/name.ts";
import type { OwnEntry } from "../replica/own-entry.ts";
import { linkOrCopy } from "./link-or-copy.ts";
import {
  entryLine,
  goneLine,
  headLine,
  lastLine,
  longestManifest,
  type Manifest,
  parseManifest,
} from "./own-manifest.ts";
import { releaseLock, takeLock } from "./pid-lock.ts";
import { replaceFile } from "./replace-file.ts";
import { syncPath } from "./sync-path.ts";

/** `busy`: another helper has it. `damaged`: what was there is at `aside` now. */
export type Loaded =
  | { readonly t: "nothing" | "busy" }
  | { readonly t: "damaged"; readonly aside: string }
  | { readonly t: "kept"; readonly manifest: Manifest };

export interface Saving {
  readonly entries: readonly { readonly entry: OwnEntry; readonly content: string | undefined }[];
  readonly gone: readonly (readonly FileName[])[];
}

const generationName = /^content-(\d+)$/;

/**
 * One session's. It writes into a generation of its own; the one before is there until its own first manifest is. All calls throw
 * what the file system says; one at a time.
 */
export class OwnStore {
  readonly dir: string;
  #generation = 1;
  #before: number | undefined;
  #isOpen = false;
  /** The manifest is of this generation. */
  #isNamed = false;
  /** Contents in this generation. */
  readonly #present = new Set<string>();
  #carried = 0;
  #saves = 0;
  /** So many saves' names are on the disk. */
  #safeSaves = 0;

  constructor(dir: string) {
    this.dir = dir;
  }

  load(): Loaded {
    if (!existsSync(this.dir)) return { t: "nothing" };
    if (!takeLock(this.#lock)) return { t: "busy" };
    this.#isOpen = true;
    const manifest = this.#read();
    const aside = manifest === undefined && existsSync(this.#manifest) ? this.#setAside() : undefined;
    for (const each of this.#generations())
      if (each !== manifest?.generation) rmSync(this.#folder(each), { recursive: true, force: true });
    this.#before = manifest?.generation;
    this.#generation = (manifest?.generation ?? 0) + 1;
    this.#begin();
    if (aside !== undefined) return { t: "damaged", aside };
    return manifest === undefined ? { t: "nothing" } : { t: "kept", manifest };
  }

  /** Of what was loaded. */
  loadedPath(content: string): string {
    return join(this.#folder(this.#before ?? 0), content);
  }

  /** Where a content of this session is to be. */
  path(content: string): string {
    this.#present.add(content);
    return join(this.#folder(this.#generation), content);
  }

  /** A loaded content stays what it is: its name in this generation, undefined where it is not there. */
  carry(content: string): string | undefined {
    const from = this.loadedPath(content);
    if (!existsSync(from)) return undefined;
    const name = `h${++this.#carried}`;
    linkOrCopy(from, this.path(name));
    return name;
  }

  /** Before the first content of a session that loaded nothing. False: another helper has it. */
  open(): boolean {
    if (this.#isOpen) return true;
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    if (!takeLock(this.#lock)) return false;
    this.#isOpen = true;
    this.#begin();
    return true;
  }

  /** All contents are at their paths. What is named no more goes. */
  async save(saving: Saving): Promise<void> {
    if (!this.#isOpen) return;
    this.#saves++;
    const isEmpty = saving.entries.length === 0 && saving.gone.length === 0;
    if (isEmpty) await rm(this.#manifest, { force: true });
    else await replaceFile(this.#manifest, manifestLines(this.#generation, saving));
    this.#isNamed = !isEmpty;
    const named = new Set(saving.entries.map(({ content }) => content));
    for (const content of this.#present) {
      if (named.has(content)) continue;
      await rm(this.path(content), { force: true });
      this.#present.delete(content);
    }
    if (this.#before !== undefined) await removeFolder(this.#folder(this.#before));
    this.#before = undefined;
  }

  /** A content that was saved, and the names on the way to it, are on the disk. */
  async sync(content: string): Promise<void> {
    await syncPath(this.path(content));
    const saves = this.#saves;
    if (this.#safeSaves === saves) return;
    await syncPath(this.#folder(this.#generation));
    await syncPath(this.dir);
    this.#safeSaves = saves;
  }

  /** Leaves nothing behind where nothing is kept. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (!this.#isNamed) rmSync(this.#folder(this.#generation), { recursive: true, force: true });
    releaseLock(this.#lock);
    if (readdirSync(this.dir).length === 0) rmdirSync(this.dir);
  }

  #begin(): void {
    mkdirSync(this.#folder(this.#generation), { recursive: true, mode: 0o700 });
  }

  #read(): Manifest | undefined {
    if (!existsSync(this.#manifest) || statSync(this.#manifest).size > longestManifest) return undefined;
    return parseManifest(readFileSync(this.#manifest, "utf8"));
  }

  /** With its contents, to a folder beside: nothing of it is lost. */
  #setAside(): string {
    const aside = join(this.dir, `damaged-${Date.now()}`);
    mkdirSync(aside, { mode: 0o700 });
    for (const each of this.#generations()) renameSync(this.#folder(each), join(aside, `content-${each}`));
    renameSync(this.#manifest, join(aside, "manifest.jsonl"));
    return aside;
  }

  #generations(): number[] {
    return readdirSync(this.dir).flatMap((name) => {
      const found = generationName.exec(name)?.[1];
      return found === undefined ? [] : [Number(found)];
    });
  }

  get #manifest(): string {
    return join(this.dir, "manifest.jsonl");
  }

  get #lock(): string {
    return join(this.dir, "lock");
  }

  #folder(generation: number): string {
    return join(this.dir, `content-${generation}`);
  }
}

function* manifestLines(generation: number, { entries, gone }: Saving): Generator<string> {
  yield headLine(generation);
  for (const { entry, content } of entries) yield entryLine(entry, content);
  for (const path of gone) yield goneLine(path);
  yield lastLine(entries.length + gone.length);
}

/** One file after the other: recursive removal of thousands at once would keep the thread for as long as it takes. */
async function removeFolder(path: string): Promise<void> {
  if (!existsSync(path)) return;
  for (const name of await readdir(path)) await rm(join(path, name), { force: true });
  await rmdir(path);
}
