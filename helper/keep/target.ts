/** Where a copy goes: beside its place while it grows, and into it when it is whole. */
import { chmod, lstat, mkdtemp, readdir, realpath, rename, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SessionError } from "../session/errors.ts";
import { type Entry, pathAt } from "./tree.ts";

export interface Target {
  /** The place, without links on the way. */
  readonly folder: string;
  /** An empty folder beside it, for this user alone: the copy grows here. */
  readonly work: string;
}

/** `folder` is absolute. Rejects with `keep-target` where it cannot become a copy of `mount`; then nothing was made. */
export async function prepareTarget(folder: string, mount: string): Promise<Target> {
  const refuse = (why: string): SessionError => new SessionError("keep-target", `${folder} ${why}`);
  const place = await placeOf(folder).catch((error: NodeJS.ErrnoException) => {
    throw refuse(error.code === "ENOENT" ? "is in no folder that is there" : `(${error.code})`);
  });
  if (place === mount || place.startsWith(`${mount}/`)) throw refuse("is in the mount itself");
  const parent = dirname(place);
  const there = await lstat(place).catch(() => undefined);
  if (there !== undefined && !there.isDirectory()) throw refuse("is no folder");
  try {
    if (there !== undefined) {
      if ((await readdir(place)).length > 0) throw refuse("is not empty");
      if ((await lstat(parent)).dev !== there.dev) throw refuse("is a mount point");
    }
    return { folder: place, work: await mkdtemp(join(parent, `.${basename(place)}.keeping-`)) };
  } catch (error) {
    throw error instanceof SessionError ? error : refuse(`(${(error as NodeJS.ErrnoException).code})`);
  }
}

async function placeOf(folder: string): Promise<string> {
  const parent = await realpath(dirname(folder));
  const there = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return there ?? join(parent, basename(folder));
}

/** Modes and times of directories, the innermost first: nothing is written in them any more. */
export async function finishFolders(folder: string, entries: Iterable<Entry>): Promise<void> {
  const folders = [...entries].filter(({ kind }) => kind === "dir").toSorted((a, b) => b.path.length - a.path.length);
  for (const { path, mode, mtime } of folders) {
    await chmod(pathAt(folder, path), mode);
    await utimes(pathAt(folder, path), mtime, mtime);
  }
}

/** An empty folder there is replaced. Rejects with `keep-target` when something came into it meanwhile. */
export async function putInPlace({ folder, work }: Target): Promise<void> {
  await rename(work, folder).catch((error: NodeJS.ErrnoException) => {
    throw new SessionError("keep-target", `${folder} (${error.code})`);
  });
}

/** What there is of a copy that is not whole, under a name that says so. */
export async function setAside({ folder, work }: Target): Promise<string> {
  for (let i = 1; ; i++) {
    const aside = i === 1 ? `${folder}.incomplete` : `${folder}.incomplete-${i}`;
    if ((await lstat(aside).catch(() => undefined)) !== undefined) continue;
    await rename(work, aside);
    return aside;
  }
}
