/**
 * LOOKUP and what changes names. The kernel has already checked permissions (default_permissions), sticky bits, that a
 * directory is not moved below itself, and it holds the directories locked until the answer (fs/namei.c).
 */
import { errno } from "../base/errno.ts";
import type { Entry, FuseAttributes, Request, RequestOf } from "../fuse/api.ts";
import { epoch } from "../base/time.ts";
import type { NodeId } from "../replica/ids.ts";
import { presentEntry } from "./attributes.ts";
import { cachePolicy, lookedUpTtl } from "./cache-policy.ts";
import { settle, type MountContext } from "./context.ts";
import { noteFound } from "./opens.ts";
import type { Place } from "./workspace.ts";

/** linux/fs.h */
const renameNoReplace = 1;
const fileType = 0o170000;
const regularFile = 0o100000;

export function lookup(context: MountContext, request: RequestOf<"lookup">): void {
  const at: Place = { parent: request.node as NodeId, name: request.name };
  const node = context.workspace.lookup(at);
  noteFound(context, request.pid, node);
  if (node === undefined) replyAbsent(context, request.unique, at);
  else replyEntry(context, request.unique, at, node, lookedUpTtl);
}

/** One entry reply: the kernel now holds one reference more. */
export function replyEntry(context: MountContext, unique: number, at: Place, id: NodeId, leastTtl?: number): void {
  const node = context.workspace.node(id);
  // Made, and removed by another before its maker was answered. Not ESTALE, on which the kernel would make it again.
  if (node === undefined) return context.replies.error(unique, errno.ENOENT);
  const entry = presentEntry(context, at, node, leastTtl);
  context.lookups.answered(id, at.parent, at.name, entry.entryTtl);
  context.replies.entry(unique, entry);
}

/** Node 0 with a time to live is a negative entry; plain ENOENT is not kept. */
function replyAbsent(context: MountContext, unique: number, at: Place): void {
  const { negativeTtl } = cachePolicy(context.workspace.classOf(at));
  if (negativeTtl === 0 || context.isEchoPending(at)) return context.replies.error(unique, errno.ENOENT);
  const parent = context.lookups.get(at.parent);
  if (parent !== undefined) parent.absentKept = true;
  context.replies.entry(unique, absentEntry(negativeTtl));
}

const noAttributes: FuseAttributes = {
  ino: 0,
  size: 0,
  atime: epoch,
  mtime: epoch,
  ctime: epoch,
  mode: 0,
  nlink: 0,
  uid: 0,
  gid: 0,
};

function absentEntry(entryTtl: number): Entry {
  return { node: 0, generation: 0, entryTtl, attributeTtl: 0, attributes: noAttributes };
}

export function mkdir(context: MountContext, request: RequestOf<"mkdir">): void {
  const at = placeOf(request);
  const made = context.workspace.mkdir(at, request.mode & 0o7777 & ~request.umask);
  settle(context, request, made, { holds: [at.parent], during: "mkdir" }, (node) =>
    replyEntry(context, request.unique, at, node),
  );
}

/** Devices, FIFOs and sockets mean nothing to another machine. */
export function mknod(context: MountContext, request: RequestOf<"mknod">): void {
  const type = request.mode & fileType;
  if (type !== regularFile && type !== 0) return context.replies.error(request.unique, errno.EPERM);
  const at = placeOf(request);
  const mode = request.mode & 0o7777 & ~request.umask;
  const made = context.workspace.create(at, { mode, exclusive: true, thread: request.pid });
  settle(context, request, made, { holds: [at.parent], during: "mknod" }, (node) =>
    replyEntry(context, request.unique, at, node),
  );
}

export function symlink(context: MountContext, request: RequestOf<"symlink">): void {
  const at = placeOf(request);
  const made = context.workspace.symlink(at, request.target);
  settle(context, request, made, { holds: [at.parent], during: "symlink" }, (node) =>
    replyEntry(context, request.unique, at, node),
  );
}

export function link(context: MountContext, request: RequestOf<"link">): void {
  const at = placeOf(request);
  const node = request.target as NodeId;
  const linked = context.workspace.link(node, at);
  settle(context, request, linked, { holds: [at.parent], during: "link" }, () =>
    replyEntry(context, request.unique, at, node),
  );
}

export function unlink(context: MountContext, request: RequestOf<"unlink" | "rmdir">): void {
  const at = placeOf(request);
  const removed = request.op === "unlink" ? context.workspace.unlink(at) : context.workspace.rmdir(at);
  settle(context, request, removed, { holds: [at.parent], during: request.op }, () =>
    context.replies.ok(request.unique),
  );
}

/** RENAME_EXCHANGE and RENAME_WHITEOUT are refused as an unknown flag is: EINVAL (rename(2)). */
export function rename(context: MountContext, request: RequestOf<"rename">): void {
  if (request.flags & ~renameNoReplace) return context.replies.error(request.unique, errno.EINVAL);
  const from = placeOf(request);
  const to: Place = { parent: request.toDir as NodeId, name: request.toName };
  const moved = context.workspace.rename(from, to, (request.flags & renameNoReplace) !== 0);
  const holds = from.parent === to.parent ? [from.parent] : [from.parent, to.parent];
  settle(context, request, moved, { holds, during: "rename" }, () => context.replies.ok(request.unique));
}

function placeOf(request: Extract<Request, { readonly name: unknown }>): Place {
  return { parent: request.node as NodeId, name: request.name };
}
