import { closeSync, constants, openSync } from "node:fs";
import type { FileName } from "../base/name.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { Place } from "../replica/op.ts";
import { failure } from "./attempt.ts";
import { Descriptors } from "./descriptors.ts";

/** O_PATH (open(2)): a descriptor that only locates; opening one needs no permission on the object itself. Not in Node's constants. */
const O_PATH = 0o10000000;
/** Flags that open a directory as a place to go on from, and refuse anything else. */
export const directoryFlags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** What can be asked of the tree while an operation is applied: the tree before it. */
export interface Places {
  placeOf(id: NodeId): Place | undefined;
}

/**
 * Real paths for places of the tree, below a directory opened before it was over-mounted.
 *
 * Every directory is walked to one component at a time, each opened relative to its parent's descriptor with O_NOFOLLOW,
 * and kept open by node id. So a path is always `/proc/self/fd/<directory>/<name>`: two magic steps, never a component
 * that somebody could have replaced by a symlink leading outside, and renames of parents cost nothing (a descriptor
 * follows its directory). Only the last component is left to the caller, who must not follow it either.
 */
export class RealPaths {
  readonly root: number;
  readonly #open = new Descriptors(512);
  #places: Places | undefined;

  /** Throws what open(2) throws. */
  constructor(realPath: string) {
    this.root = openSync(Buffer.from(realPath), constants.O_RDONLY | constants.O_DIRECTORY);
  }

  bind(places: Places): void {
    this.#places = places;
  }

  /** The directory's descriptor (O_PATH). Throws ENOENT for a directory without a place, ENOTDIR where something else is now. */
  directory(node: NodeId): number {
    if (node === rootNode) return this.root;
    const known = this.#open.get(node);
    if (known !== undefined) return known.fd;
    const at = this.#places?.placeOf(node);
    if (at === undefined) throw failure("ENOENT", "directory without a place");
    return this.openAs(node, at);
  }

  /** Opens what is at `at` as the directory `node`, which the tree may not know yet. */
  openAs(node: NodeId, at: Place): number {
    return this.#open.put(node, openSync(this.path(at), directoryFlags), false).fd;
  }

  path(at: Place): Buffer {
    return below(this.directory(at.parent), at.name);
  }

  /** The directory is gone, or another one has taken its name. */
  forget(node: NodeId): void {
    this.#open.close(node);
  }

  shrink(): boolean {
    return this.#open.shrink(this.#open.size >> 1);
  }

  dispose(): void {
    this.#open.dispose();
    closeSync(this.root);
  }
}

/** `below(7, "é")` is the bytes of `/proc/self/fd/7/é`: names are latin1 strings of bytes. */
export function below(directory: number, name: FileName | string): Buffer {
  return Buffer.from(`/proc/self/fd/${directory}/${name}`, "latin1");
}

/** The object a descriptor stands for, whatever its name is now: for the calls that have no form taking O_PATH descriptors. */
export function objectOf(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** A descriptor for what is at `path`, itself: not followed if it is a symlink, not opened if it is a FIFO or device. */
export function openObject(path: Buffer): number {
  return openSync(path, O_PATH | constants.O_NOFOLLOW);
}
