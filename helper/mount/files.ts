/** READ, WRITE, FLUSH, FSYNC, FALLOCATE. Answered by node: the handle is a help, and may be released already (FUSE.md "Ordering"). */
import { errno } from "../base/errno.ts";
import { fail, type Answer, type Result } from "../base/result.ts";
import type { RequestOf } from "../fuse/api.ts";
import type { NodeId } from "../replica/ids.ts";
import { withoutSetId } from "./attributes.ts";
import { park, settle, type MountContext } from "./context.ts";
import { keepPages } from "./pages.ts";
import type { Workspace } from "./workspace.ts";

export function read(context: MountContext, request: RequestOf<"read">): void {
  const id = request.node as NodeId;
  const bytes = context.workspace.read(id, request.offset, request.size);
  if (bytes instanceof Promise) {
    const options = { holds: [id], interruptible: true, during: "read" };
    return park(context, request, bytes, options, (value) => context.replies.bytes(request.unique, value));
  }
  if (bytes.ok) context.replies.bytes(request.unique, bytes.value);
  else context.replies.error(request.unique, bytes.errno);
}

export function write(context: MountContext, request: RequestOf<"write">): void {
  const { workspace, handles } = context;
  const id = request.node as NodeId;
  const node = workspace.node(id);
  if (node === undefined) return context.replies.error(request.unique, errno.ESTALE);
  const mode = request.killSuidGid ? withoutSetId(node) : undefined;
  if (mode !== undefined) return dropSetIdAndWrite(context, request, mode);
  const before = node.version;
  const size = request.data.length;
  const went = workspace.write(id, handles.fileOf(request.handle, id), request.offset, request.data);
  if (went instanceof Promise) {
    return park(context, request, went, { holds: [id], during: "write" }, (offset) => {
      keepPages(context, id, before);
      replyWritten(context, request.unique, id, size, offset === request.offset);
    });
  }
  if (!went.ok) return context.replies.error(request.unique, went.errno);
  keepPages(context, id, before);
  replyWritten(context, request.unique, id, size, went.value === request.offset);
}

function dropSetIdAndWrite(context: MountContext, request: RequestOf<"write">, mode: number): void {
  const whole = { ...request, data: request.data.slice(), killSuidGid: false };
  const dropped = context.workspace.setAttributes(request.node as NodeId, { mode });
  settle(context, request, dropped, { holds: [request.node as NodeId], during: "write" }, () => write(context, whole));
}

/** An append that went elsewhere than the kernel thought leaves its pages with the bytes at the wrong place. */
function replyWritten(context: MountContext, unique: number, id: NodeId, size: number, inPlace: boolean): void {
  context.replies.written(unique, size);
  if (!inPlace) context.dropPages(id);
}

/** Comes at every close of every duplicate; ends the handle's burst (DESIGN "Conflict unit"). */
export function flush(context: MountContext, request: RequestOf<"flush">): void {
  const id = request.node as NodeId;
  const flushed = flushNode(context, id, request.handle);
  if (flushed instanceof Promise) {
    return park(context, request, flushed, { holds: [], during: "flush" }, () => context.replies.ok(request.unique));
  }
  if (flushed.ok) context.replies.ok(request.unique);
  else context.replies.error(request.unique, flushed.errno);
}

function flushNode(context: MountContext, id: NodeId, handle: number): Answer<void> {
  const { workspace, handles } = context;
  const before = workspace.node(id)?.version;
  const flushed = workspace.flush(id, handles.fileOf(handle, id));
  if (before !== undefined && !(flushed instanceof Promise)) keepPages(context, id, before);
  return flushed;
}

/** Success only if the bytes are safe. A file that is gone altogether has none that could be. */
export function fsync(context: MountContext, request: RequestOf<"fsync" | "fsyncdir">): void {
  const id = request.node as NodeId;
  const synced = syncNode(context, id, request.handle);
  park(context, request, synced, { holds: [], during: "fsync" }, () => context.replies.ok(request.unique));
}

async function syncNode(context: MountContext, id: NodeId, handle: number): Promise<Result<void>> {
  const flushed = await flushNode(context, id, handle);
  return flushed.ok ? context.workspace.fsync(id) : flushed;
}

/** Mode 0 reserves and extends. Space is checked, not reserved: a later write may still meet ENOSPC. */
export function fallocate(context: MountContext, request: RequestOf<"fallocate">): void {
  if (request.mode !== 0) return context.replies.error(request.unique, errno.EOPNOTSUPP);
  const id = request.node as NodeId;
  const extended = extend(context.workspace, id, request.offset + request.length);
  park(context, request, extended, { holds: [id], during: "fallocate" }, () => context.replies.ok(request.unique));
}

async function extend(workspace: Workspace, id: NodeId, size: number): Promise<Result<void>> {
  const space = await workspace.space();
  if (!space.ok) return space;
  const node = workspace.node(id);
  if (node === undefined) return fail(errno.ESTALE);
  if (size <= node.size) return { ok: true, value: undefined };
  const free = space.value.available * BigInt(space.value.blockSize);
  if (BigInt(size - node.size) > free) return fail(errno.ENOSPC);
  return workspace.setAttributes(id, { size });
}

export function statfs(context: MountContext, request: RequestOf<"statfs">): void {
  const during = "statfs";
  const figures = context.workspace.space();
  park(context, request, figures, { holds: [], interruptible: true, during }, (value) =>
    context.replies.figures(request.unique, value),
  );
}
