import { chmodSync, closeSync, fchmodSync, futimesSync, lutimesSync, utimesSync } from "node:fs";
import type { Time } from "../base/time.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Op } from "../replica/op.ts";
import type { Opened } from "./opened-folder.ts";
import { realMode } from "./real-files.ts";
import { objectOf, openObject } from "./real-paths.ts";

/**
 * Mode and explicit mtime reach the real file, for the time after the session; while it lasts the namespace is what is shown
 * (so µs are enough, ctime and atime are left to the real file system). Throws what the system calls throw.
 */
export function setAttributes(folder: Opened, op: Extract<Op, { t: "setattr" }>): void {
  const node = folder.node(op.node);
  if (node === undefined || (op.mode === undefined && op.mtime === undefined)) return;
  folder.stamps.touch(op.node);
  const atime = op.atime ?? node.atime;
  if (node.kind === "symlink") {
    // Linux has no mode for symlinks.
    if (op.mtime !== undefined)
      lutimesSync(folder.paths.path(folder.placeOf(op.node)), seconds(atime), seconds(op.mtime));
    return;
  }
  const open = folder.past.descriptor(op.node) ?? folder.files.known(op.node);
  if (open !== undefined) {
    if (op.mode !== undefined) fchmodSync(open.fd, realMode(op.mode));
    if (op.mtime !== undefined) futimesSync(open.fd, seconds(atime), seconds(op.mtime));
    return;
  }
  if (folder.past.has(op.node)) return;
  const isDirectory = node.kind === "dir";
  const object = isDirectory ? folder.paths.directory(op.node) : openFile(folder, op.node);
  try {
    if (op.mode !== undefined) chmodSync(objectOf(object), isDirectory ? op.mode & 0o3777 : realMode(op.mode));
    if (op.mtime !== undefined) utimesSync(objectOf(object), seconds(atime), seconds(op.mtime));
  } finally {
    if (!isDirectory) closeSync(object);
  }
}

function openFile(folder: Opened, node: NodeId): number {
  return openObject(folder.paths.path(folder.placeOf(node)));
}

/** Node takes seconds as a double and cuts to µs: the middle of the µs survives the double's rounding. */
function seconds(time: Time): number {
  return time.sec + (Math.floor(time.nsec / 1000) + 0.5) / 1e6;
}
