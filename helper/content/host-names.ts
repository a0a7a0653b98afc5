import {
  chmodSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import type { NodeId } from "../replica/ids.ts";
import type { Op, Place } from "../replica/op.ts";
import { failure } from "./attempt.ts";
import type { Opened } from "./opened-folder.ts";
import { removePrivateChildren } from "./private-children.ts";
import { realMode, setMode } from "./real-files.ts";
import { objectOf } from "./real-paths.ts";

type OpOf<T extends Op["t"]> = Extract<Op, { t: T }>;

// Every function throws what the system call throws; nothing has changed then.

export function create(folder: Opened, op: OpOf<"create">): void {
  const mode = realMode(op.mode);
  const { fd } = folder.files.create(op.node, op.at, mode);
  setMode(fd, mode, fstatSync(fd).mode);
  folder.stamps.leave(op.node, fstatSync(fd));
  folder.unsynced.add(op.at.parent);
  folder.made(op.at);
}

export function mkdir(folder: Opened, node: NodeId, at: Place, wanted: number): void {
  // setgid on a directory is inheritance of the group (git init --shared), not a privilege.
  const mode = wanted & 0o3777;
  mkdirSync(folder.paths.path(at), { mode });
  const fd = folder.paths.openAs(node, at);
  if ((fstatSync(fd).mode & 0o7777) !== mode) chmodSync(objectOf(fd), mode);
  folder.unsynced.add(at.parent);
}

export function symlink(folder: Opened, op: OpOf<"symlink">): void {
  symlinkSync(Buffer.from(op.target, "latin1"), folder.paths.path(op.at));
  folder.unsynced.add(op.at.parent);
}

export function link(folder: Opened, op: OpOf<"link">): void {
  // Node's link is link(2), which on Linux does not follow a symlink at the old name.
  linkSync(folder.paths.path(folder.placeOf(op.node)), folder.paths.path(op.at));
  folder.unsynced.add(op.at.parent);
  restamp(folder, op.node, op.at);
}

export function unlink(folder: Opened, op: OpOf<"unlink">): void {
  const last = folder.holdVictim(op.node);
  try {
    unlinkSync(folder.paths.path(op.at));
  } catch (error) {
    // A stray process was faster: the name is gone, as wanted.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  folder.unsynced.add(op.at.parent);
  if (last) folder.lose(op.node);
  else folder.stamps.touch(op.node);
}

export function rmdir(folder: Opened, node: NodeId, at: Place): void {
  empty(folder, node);
  rmdirSync(folder.paths.path(at));
  folder.paths.forget(node);
  folder.unsynced.delete(node);
  folder.unsynced.add(at.parent);
}

export function rename(folder: Opened, op: OpOf<"rename">): void {
  const from = folder.paths.path(op.from);
  const to = folder.paths.path(op.to);
  // Node has no renameat2: what a stray process put there in the meantime is found by looking.
  if (op.victim === null && exists(to)) throw failure("EEXIST", "target exists");
  const victim = op.victim?.node;
  const directory = victim !== undefined && folder.isDirectory(victim);
  if (directory) empty(folder, victim);
  const last = victim !== undefined && !directory && folder.holdVictim(victim);
  renameSync(from, to);
  folder.unsynced.add(op.from.parent);
  folder.unsynced.add(op.to.parent);
  if (victim !== undefined && directory) folder.paths.forget(victim);
  else if (victim !== undefined && last) folder.lose(victim);
  else if (victim !== undefined) folder.stamps.touch(victim);
  restamp(folder, op.node, op.to);
}

/** A rename or link changes ctime: the stamp follows, unless the file is being written anyway. */
function restamp(folder: Opened, node: NodeId, at: Place): void {
  if (folder.stamps.of(node) !== undefined) folder.stamps.leave(node, lstatSync(folder.paths.path(at)));
}

function empty(folder: Opened, node: NodeId): void {
  removePrivateChildren(folder.paths.directory(node), {
    isPrivate: (name) => folder.isPrivate(node, name),
    losing: (names, bytes) => folder.losing(node, names, bytes),
  });
}

function exists(path: Buffer): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
