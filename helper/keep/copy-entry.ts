/** One file, link or directory of the source becomes one of the copy. */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readlink, rm, symlink, unlink } from "node:fs/promises";
import { type Entry, pathAt, reading } from "./tree.ts";

const piece = 1024 * 1024;

export interface CopyParts {
  readonly source: string;
  readonly target: string;
  readonly signal: AbortSignal;
  /** Called for every piece that was copied. */
  readonly copied: (bytes: number) => void;
}

/** `there`: what the copy holds at this path so far. Rejects with SourceError, the file system's error of the copy, or the abort. */
export async function copyEntry(parts: CopyParts, entry: Entry, there: Entry["kind"] | undefined): Promise<void> {
  const target = pathAt(parts.target, entry.path);
  if (there !== undefined && there !== "dir") await unlink(target);
  if (there === "dir" && entry.kind !== "dir") await rm(target, { recursive: true });
  switch (entry.kind) {
    case "dir":
      // Its own mode and time come last: it may be one that takes no names.
      if (there !== "dir") await mkdir(target, { mode: 0o700 });
      return;
    case "link": {
      const points = await reading(entry.path, async () => await readlink(pathAt(parts.source, entry.path), "buffer"));
      return await symlink(points, target);
    }
    case "file":
      return await copyFile(parts, entry, target);
  }
}

async function copyFile(parts: CopyParts, entry: Entry, target: Buffer): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const from = await reading(entry.path, async () => await open(pathAt(parts.source, entry.path), flags));
  try {
    const to = await open(target, "wx", 0o600);
    try {
      await pour(parts, entry, from, to);
      await to.chmod(entry.mode);
      await to.utimes(entry.mtime, entry.mtime);
    } catch (error) {
      await unlink(target);
      throw error;
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function pour(parts: CopyParts, entry: Entry, from: FileHandle, to: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(piece, entry.size)));
  for (let at = 0; ; ) {
    parts.signal.throwIfAborted();
    const { bytesRead } = await reading(entry.path, async () => await from.read(buffer, 0, buffer.length, at));
    if (bytesRead === 0) return;
    await writeAll(to, buffer.subarray(0, bytesRead), at);
    at += bytesRead;
    parts.copied(bytesRead);
  }
}

async function writeAll(to: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await to.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}
