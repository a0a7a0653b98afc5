/** OPEN, CREATE, RELEASE: every open is a handle of its own, and nothing visible depends on its RELEASE, which comes late. */
import { errno } from "../base/errno.ts";
import type { Opened, Request, RequestOf } from "../fuse/api.ts";
import type { NodeId } from "../replica/ids.ts";
import { presentEntry } from "./attributes.ts";
import { cachePolicy, fileOpenFlags } from "./cache-policy.ts";
import { settle, type MountContext } from "./context.ts";
import { arePagesGood, keepPages } from "./pages.ts";
import type { Place } from "./workspace.ts";

/** asm-generic/fcntl.h */
const accessMode = 0o3;
const exclusive = 0o200;
const truncate = 0o1000;
const append = 0o2000;

const mostTold = 1000;
/** More names than a path has: it walks elsewhere by now. */
const mostFound = 4096;

export function open(context: MountContext, request: RequestOf<"open" | "opendir">): void {
  const { toldStale } = context;
  const id = request.node as NodeId;
  const found = toldStale.get(request.pid);
  toldStale.delete(request.pid);
  // The kernel walks again once only: a file replaced all the time would answer its opener ESTALE. What a thread found by its
  // second walk it may open, as on any file system that replaces the name a moment later.
  if (wasReplaced(context, id) && found?.has(id) !== true) {
    if (toldStale.size >= mostTold) toldStale.clear();
    toldStale.set(request.pid, new Set());
    return context.replies.error(request.unique, errno.ESTALE);
  }
  if (!(request.flags & truncate)) return replyOpened(context, request, id);
  truncateFirst(context, request, id, () => replyOpened(context, request, id));
}

/** A thread has looked a name up: if it does so because it was told ESTALE, it may open what it finds. Undefined: its walk ends there. */
export function noteFound({ toldStale }: MountContext, thread: number, id: NodeId | undefined): void {
  const found = toldStale.get(thread);
  if (found === undefined) return;
  if (id === undefined || found.size === mostFound) toldStale.delete(thread);
  else found.add(id);
}

/**
 * The second guard of DESIGN's cache policy: a peer replaced this node under its name and the kernel was not told yet.
 * fs/namei.c, do_filp_open: on ESTALE it walks again and looks every name up anew.
 */
function wasReplaced(context: MountContext, id: NodeId): boolean {
  const known = context.lookups.get(id);
  return (
    known !== undefined && known.replaced && (known.kept || cachePolicy(context.workspace.classOfNode(id)).entryTtl > 0)
  );
}

function replyOpened(context: MountContext, request: RequestOf<"open" | "opendir">, id: NodeId): void {
  const opened = openFile(context, id, request.flags);
  if (typeof opened === "number") context.replies.error(request.unique, opened);
  else context.replies.opened(request.unique, opened);
}

/** ATOMIC_O_TRUNC: the kernel leaves the truncation to OPEN and cuts its own pages after a good answer. */
function truncateFirst(context: MountContext, request: Request, id: NodeId, then: () => void): void {
  const before = context.workspace.node(id)?.version;
  const cut = context.workspace.setAttributes(id, { size: 0 });
  settle(context, request, cut, { holds: [], during: "open with O_TRUNC" }, () => {
    if (before !== undefined) keepPages(context, id, before);
    then();
  });
}

function openFile(context: MountContext, id: NodeId, flags: number): Opened | typeof errno.ESTALE {
  const { workspace, handles, lookups } = context;
  const writable = (flags & accessMode) !== 0;
  const file = workspace.open(id, { writable, append: (flags & append) !== 0 });
  if (!file.ok) return file.errno;
  const node = workspace.node(id);
  if (node === undefined) {
    workspace.release(file.value);
    return errno.ESTALE;
  }
  const handle = handles.add(id, file.value);
  const known = lookups.pin(id);
  const good = arePagesGood(known, node);
  // Without KEEP_CACHE the kernel drops its pages now and reads the present version.
  if (!good && known.pendingPages === 0) known.pagesVersion = node.version;
  return { handle, flags: fileOpenFlags(writable, good) };
}

/** Without O_EXCL an existing name is opened: the kernel thought it absent (open(2)). */
export function create(context: MountContext, request: RequestOf<"create">): void {
  const { workspace, replies } = context;
  const at: Place = { parent: request.node as NodeId, name: request.name };
  const isExclusive = (request.flags & exclusive) !== 0;
  const existing = workspace.lookup(at);
  if (existing !== undefined) {
    if (isExclusive) return replies.error(request.unique, errno.EEXIST);
    return openExisting(context, request, at, existing);
  }
  const mode = request.mode & 0o7777 & ~request.umask;
  const made = workspace.create(at, { mode, exclusive: isExclusive, thread: request.pid });
  settle(context, request, made, { holds: [at.parent], during: "create" }, (id) =>
    replyCreated(context, request, at, id),
  );
}

function openExisting(context: MountContext, request: RequestOf<"create">, at: Place, id: NodeId): void {
  const kind = context.workspace.node(id)?.kind;
  if (kind === "dir") return context.replies.error(request.unique, errno.EISDIR);
  // The kernel follows a symlink itself, once it knows of it.
  if (kind === "symlink") return context.replies.error(request.unique, errno.ESTALE);
  if (!(request.flags & truncate)) return replyCreated(context, request, at, id);
  truncateFirst(context, request, id, () => replyCreated(context, request, at, id));
}

function replyCreated(context: MountContext, request: RequestOf<"create">, at: Place, id: NodeId): void {
  const opened = openFile(context, id, request.flags);
  if (typeof opened === "number") return context.replies.error(request.unique, opened);
  const node = context.workspace.node(id);
  if (node === undefined) return context.replies.error(request.unique, errno.ESTALE);
  const entry = presentEntry(context, at, node);
  context.lookups.answered(id, at.parent, at.name, entry.entryTtl);
  context.replies.created(request.unique, entry, opened);
}

export function release(context: MountContext, request: RequestOf<"release" | "releasedir">): void {
  const handle = context.handles.remove(request.handle);
  context.replies.ok(request.unique);
  if (handle === undefined) return;
  if (handle.file !== undefined) context.workspace.release(handle.file);
  context.lookups.unpin(handle.node);
}

/** An open without effect below the mount, for the echo worker. */
export function openForEcho(context: MountContext, id: NodeId): Opened {
  const node = context.workspace.node(id);
  const known = context.lookups.pin(id);
  const good = node !== undefined && arePagesGood(known, node);
  return { handle: context.handles.add(id, undefined), flags: fileOpenFlags(false, good) };
}
