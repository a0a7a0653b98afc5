/** Performs operations on one tree by real system calls and says, as one comparable text, what each answered. */
import * as fs from "node:fs";
import { join } from "node:path";
import { slots, type Operation } from "./operation.ts";

export interface Actor {
  perform(operation: Operation): string;
  /** Everything below the root: names, kinds, modes, sizes, link counts, contents. */
  survey(): string;
  close(): void;
}

export function createActor(root: string): Actor {
  const open: (number | undefined)[] = Array.from({ length: slots }, () => undefined);
  const at = (path: string): string => join(root, path);

  const closeSlot = (slot: number): void => {
    const fd = open[slot];
    open[slot] = undefined;
    if (fd !== undefined) fs.closeSync(fd);
  };
  const held = (slot: number): number => {
    const fd = open[slot];
    if (fd === undefined) throw Object.assign(new Error("slot is empty"), { code: "no handle" });
    return fd;
  };

  const answer = (operation: Operation): string | void => {
    switch (operation.t) {
      case "open":
        closeSlot(operation.slot);
        open[operation.slot] = fs.openSync(at(operation.path), operation.flags, operation.mode);
        return;
      case "close":
        return closeSlot(operation.slot);
      case "write": {
        const bytes = Buffer.alloc(operation.length, operation.fill);
        return String(fs.writeSync(held(operation.slot), bytes, 0, bytes.length, operation.offset));
      }
      case "read": {
        const bytes = Buffer.alloc(operation.length);
        const got = fs.readSync(held(operation.slot), bytes, 0, bytes.length, operation.offset);
        return digest(bytes.subarray(0, got));
      }
      case "ftruncate":
        return fs.ftruncateSync(held(operation.slot), operation.length);
      case "fsync":
        return fs.fsyncSync(held(operation.slot));
      case "fstat":
        return statText(fs.fstatSync(held(operation.slot)));
      case "fchmod":
        return fs.fchmodSync(held(operation.slot), operation.mode);
      case "save":
        return fs.writeFileSync(at(operation.path), Buffer.alloc(operation.length, operation.fill));
      case "append":
        return fs.appendFileSync(at(operation.path), Buffer.alloc(operation.length, operation.fill));
      case "content":
        return digest(fs.readFileSync(at(operation.path)));
      case "truncate":
        return fs.truncateSync(at(operation.path), operation.length);
      case "rename":
        return fs.renameSync(at(operation.path), at(operation.to));
      case "link":
        return fs.linkSync(at(operation.path), at(operation.to));
      case "unlink":
        return fs.unlinkSync(at(operation.path));
      case "mkdir":
        return fs.mkdirSync(at(operation.path), operation.mode);
      case "rmdir":
        return fs.rmdirSync(at(operation.path));
      case "symlink":
        return fs.symlinkSync(operation.text, at(operation.to));
      case "readlink":
        return fs.readlinkSync(at(operation.path));
      case "chmod":
        return fs.chmodSync(at(operation.path), operation.mode);
      case "utimes": {
        // As dates: Node takes a negative number for now.
        fs.utimesSync(at(operation.path), new Date(operation.atime * 1000), new Date(operation.mtime * 1000));
        const { atimeMs, mtimeMs } = fs.statSync(at(operation.path));
        return `${atimeMs} ${mtimeMs}`;
      }
      case "stat":
        return statText(fs.statSync(at(operation.path)));
      case "lstat":
        return statText(fs.lstatSync(at(operation.path)));
      case "list":
        return fs.readdirSync(at(operation.path), { withFileTypes: true }).map(entryText).toSorted().join(" ");
    }
  };

  return {
    perform: (operation) => {
      try {
        return answer(operation) ?? "ok";
      } catch (error) {
        const code = (error as { code?: unknown }).code;
        if (typeof code !== "string") throw error;
        return code;
      }
    },
    survey: () => surveyText(root),
    close: () => open.forEach((_, slot) => closeSlot(slot)),
  };
}

function surveyText(root: string): string {
  const lines: string[] = [];
  const visit = (path: string): void => {
    for (const name of fs.readdirSync(join(root, path)).toSorted()) {
      const here = join(path, name);
      const stats = fs.lstatSync(join(root, here));
      const content = stats.isFile()
        ? digest(fs.readFileSync(join(root, here)))
        : stats.isSymbolicLink()
          ? fs.readlinkSync(join(root, here))
          : "";
      lines.push(`${here} ${statText(stats)} ${content}`);
      if (stats.isDirectory()) visit(here);
    }
  };
  visit("");
  return lines.join("\n");
}

/** Directories: neither size nor link count, which every file system counts in its own way. No inodes, no times. */
function statText(stats: fs.Stats): string {
  const kind = stats.isDirectory() ? "dir" : stats.isSymbolicLink() ? "link" : "file";
  const mode = (stats.mode & 0o7777).toString(8);
  return kind === "dir" ? `${kind} ${mode}` : `${kind} ${mode} ${stats.size} ${stats.nlink}`;
}

function entryText(entry: fs.Dirent): string {
  const kind = entry.isDirectory() ? "d" : entry.isSymbolicLink() ? "l" : entry.isFile() ? "f" : "?";
  return `${entry.name}:${kind}`;
}

/** Length and a 32-bit FNV-1a: short enough to print, different enough for bytes we made ourselves. */
function digest(bytes: Buffer): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${bytes.length}:${(hash >>> 0).toString(16)}`;
}
