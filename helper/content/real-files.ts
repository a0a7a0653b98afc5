import { chmodSync, closeSync, constants, fchmodSync, fstatSync, openSync } from "node:fs";
import type { NodeId } from "../replica/ids.ts";
import type { Place } from "../replica/op.ts";
import { failure } from "./attempt.ts";
import { Descriptors, type Descriptor } from "./descriptors.ts";
import { objectOf, openObject, type RealPaths } from "./real-paths.ts";

// O_NONBLOCK: a FIFO put in place of the file by a stray process must not block the request loop; no effect on files.
const common = constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Real regular files, opened by node and kept open while in use. Methods throw what the system call throws. */
export class RealFiles {
  readonly #paths: RealPaths;
  readonly #open = new Descriptors(256);
  /** Files of git that a stray process may replace: what was there stays readable, however many objects are opened meanwhile. */
  readonly #kept = new Descriptors(1024);

  constructor(paths: RealPaths) {
    this.#paths = paths;
  }

  /** What is open already, whatever for. */
  known(node: NodeId): Descriptor | undefined {
    return this.#open.get(node) ?? this.#kept.get(node);
  }

  /** What is open for the node stays so, apart from a thousand files kept since. */
  keep(node: NodeId): void {
    const open = this.#open.take(node);
    if (open !== undefined) this.#kept.adopt(node, open);
  }

  /** Takes over `fd`, open for reading. */
  keepAs(node: NodeId, fd: number): void {
    this.close(node);
    this.#kept.put(node, fd, false);
  }

  /** The file at one of the node's names, open for reading, or also for writing. */
  open(node: NodeId, at: Place, writable: boolean): Descriptor {
    const known = this.known(node);
    if (known !== undefined && (known.writable || !writable)) return known;
    const path = this.#paths.path(at);
    const fd = this.#spare(() => openAnyway(path, writable));
    this.#kept.close(node);
    return this.#open.put(node, fd, writable);
  }

  /** O_CREAT|O_EXCL. The descriptor stays writable whatever the mode. */
  create(node: NodeId, at: Place, mode: number): Descriptor {
    const path = this.#paths.path(at);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | common;
    return this.#open.put(
      node,
      this.#spare(() => openSync(path, flags, mode)),
      true,
    );
  }

  /** Hands the descriptor over. */
  take(node: NodeId): Descriptor | undefined {
    return this.#open.take(node) ?? this.#kept.take(node);
  }

  close(node: NodeId): void {
    this.#open.close(node);
    this.#kept.close(node);
  }

  dispose(): void {
    this.#open.dispose();
    this.#kept.dispose();
  }

  /** When the process is out of descriptors, half of the cached ones go and the call is tried once more. */
  #spare(open: () => number): number {
    try {
      return open();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EMFILE" && code !== "ENFILE") throw error;
      const closed = this.#open.shrink(this.#open.size >> 1) || this.#kept.shrink(this.#kept.size >> 1);
      if (!this.#paths.shrink() && !closed) throw error;
      return open();
    }
  }
}

/**
 * Opens also a file whose mode keeps its owner out (git's 0444 objects): the owner's bits are added for the moment of the
 * opening. Mode bits are for the users of the mount, where the kernel checks the modes of the namespace.
 */
function openAnyway(path: Buffer, writable: boolean): number {
  const flags = (writable ? constants.O_RDWR : constants.O_RDONLY) | common;
  try {
    return regular(openSync(path, flags));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
  }
  const object = openObject(path);
  try {
    return reopen(object, writable);
  } finally {
    closeSync(object);
  }
}

/** Another descriptor for an open object, also when it has no name any more (proc(5): opening the link opens the object). */
export function reopen(object: number, writable: boolean): number {
  const { mode } = fstatSync(object);
  const needed = writable ? 0o600 : 0o400;
  const lacking = (mode & needed) !== needed;
  if (lacking) chmodSync(objectOf(object), (mode & 0o7777) | needed);
  try {
    return regular(
      openSync(objectOf(object), (writable ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NONBLOCK),
    );
  } finally {
    if (lacking) chmodSync(objectOf(object), mode & 0o7777);
  }
}

function regular(fd: number): number {
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw failure("EIO", "no regular file");
}

/** Permission bits for a real file: never setuid or setgid, since the folder is an ordinary one again when the session ends. */
export function realMode(mode: number): number {
  return mode & 0o1777;
}

/** Gives the file exactly `mode`, whatever the process's umask took from it. */
export function setMode(fd: number, mode: number, now: number): void {
  if ((now & 0o7777) !== mode) fchmodSync(fd, mode);
}
