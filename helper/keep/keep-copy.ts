/** Keeps a copy of a mount: an ordinary folder that needs Pairmount no more, checked by git before it is in its place. */
import { rmSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kept, Progress } from "../session/api.ts";
import { SessionError } from "../session/errors.ts";
import { type Checked, checkGitDir } from "./check.ts";
import { git } from "../git/git-program.ts";
import { makeOwn } from "./own-repository.ts";
import { createTreeCopy, type PassResult, type TreeCopy } from "./passes.ts";
import { SourceError } from "./source-error.ts";
import { finishFolders, prepareTarget, putInPlace, setAside, type Target } from "./target.ts";
import { type Entry, type Path, pathAt } from "./tree.ts";

/** A source that never stands still (a build that writes all the time) is taken as it was in the last of these. */
const mostPasses = 6;
const betweenPassesMs = 200;
/** Passes in which something cannot be read: the host may be out of reach for a moment. */
const mostUnread = 3;
/** So many are named of those that did not come. */
const mostNamed = 5;

export interface KeepOptions {
  readonly mount: string;
  /** Absolute. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Rejects with SessionError, `cancelled` on abort; then nothing was left, but for `keep-incomplete`, which names what is
 * missing and where the rest is. Any other error is unexpected, and leaves nothing either.
 */
export async function keepCopy(options: KeepOptions): Promise<Kept> {
  const { signal } = options;
  await mustHaveGit(signal);
  // As git writes it into its own files.
  const mount = await realpath(options.mount).catch(() => {
    throw gone(options.mount);
  });
  const target = await prepareTarget(options.folder, mount);
  try {
    const { kept, entries } = await unlessAborted(signal, copyInto(target, { ...options, mount }));
    await putInPlace(target);
    await finishFolders(target.folder, entries);
    return kept;
  } catch (error) {
    // Here, not on the thread pool: all of it may be waiting for a mount that does not answer.
    rmSync(target.work, { recursive: true, force: true, maxRetries: 10 });
    if (signal.aborted) throw new SessionError("cancelled", "no copy was kept");
    throw reasonOf(error, { mount, folder: target.folder });
  }
}

function reasonOf(error: unknown, { mount, folder }: Pick<KeepOptions, "mount" | "folder">): unknown {
  if (error instanceof SessionError) return error;
  if (error instanceof SourceError) return gone(mount);
  // A system call on the copy: its disk is full, or refuses.
  const { syscall, message } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : new SessionError("keep-target", `${folder} (${message})`);
}

/** What is in `target.work` then is whole. */
async function copyInto(
  target: Target,
  { mount, signal, onProgress }: KeepOptions,
): Promise<{ readonly kept: Kept; readonly entries: Iterable<Entry> }> {
  let total = 0;
  let done = 0;
  const copy = createTreeCopy({
    source: mount,
    target: target.work,
    signal,
    gone: () => gone(mount),
    copied(bytes) {
      done += bytes;
      onProgress({ step: "copy", done: Math.min(done, total), total });
    },
  });
  total = await copy.measure();
  onProgress({ step: "copy", done: 0, total });
  let unread = 0;
  for (let pass = 1; ; pass++) {
    const result = await copy.pass();
    const failed = result.unread.size > 0 && ++unread === mostUnread;
    if (!failed && !result.settled && (pass < mostPasses || result.unread.size > 0)) {
      if (pass > 1) await sleep(betweenPassesMs, undefined, { signal });
      continue;
    }
    const own = copy.repositories().map(({ path }) => path);
    await makeOwn({ work: target.work, folder: target.folder, mount, signal }, copy.entries(), own);
    if (failed) throw await incomplete(target, missing(result));
    onProgress({ step: "verify", done: 0, total: 0 });
    const checked = await check(copy, target, signal);
    // What changed since the last pass may be what is missing; a source that stood still has no more to give.
    if (!checked.ok && !result.settled && pass < 2 * mostPasses) continue;
    if (!checked.ok) throw await incomplete(target, `git says: ${checked.said}`);
    const { commits, note } = checked;
    return { kept: { folder: target.folder, ...figuresOf(copy), commits, note }, entries: copy.entries() };
  }
}

/** All git dirs that are the copy's own; commits are those of the outermost. */
async function check(copy: TreeCopy, { work }: Target, signal: AbortSignal): Promise<Checked> {
  const own = copy.repositories().filter((repository) => repository.own);
  const outermost = own.some(({ path }) => path === "") ? "" : ".git";
  let commits = 0;
  let note: string | null = null;
  for (const { path } of own) {
    const checked = await checkGitDir(pathAt(work, path).toString(), signal);
    if (!checked.ok) return path === outermost ? checked : { ok: false, said: `${shown(path)}: ${checked.said}` };
    if (path === outermost) commits = checked.commits;
    note ??= checked.note;
  }
  return { ok: true, commits, note };
}

function figuresOf(copy: TreeCopy): Pick<Kept, "files" | "bytes"> {
  let files = 0;
  let bytes = 0;
  for (const { kind, size } of copy.entries()) {
    if (kind !== "dir") files += 1;
    bytes += size;
  }
  return { files, bytes };
}

function missing({ unread }: PassResult): string {
  const named = [...unread].slice(0, mostNamed).map(([path, code]) => `${shown(path)} (${code})`);
  const more = unread.size > mostNamed ? ` and ${unread.size - mostNamed} more` : "";
  return `${unread.size} could not be read: ${named.join(", ")}${more}`;
}

async function incomplete(target: Target, why: string): Promise<SessionError> {
  return new SessionError("keep-incomplete", `${why}. What could be had is in ${await setAside(target)}`);
}

async function mustHaveGit(signal: AbortSignal): Promise<void> {
  await git(["--version"], { signal }).catch((error: Error) => {
    if (signal.aborted) throw new SessionError("cancelled", "no copy was kept");
    throw new SessionError("keep-target", `no copy can be checked without git (${error.message})`);
  });
}

function gone(mount: string): SessionError {
  return new SessionError("host-gone", `${mount} is not mounted any more, and no copy was kept`);
}

async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
  aborted.catch(() => undefined);
  // What is still under way then ends by itself, in a folder that is gone.
  work.catch(() => undefined);
  return await Promise.race([work, aborted]);
}

function shown(path: Path): string {
  return Buffer.from(path, "latin1").toString();
}
