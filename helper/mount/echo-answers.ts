/** Requests of the echo worker's thread. Each must belong to the call being made (the token), and has no effect below the mount. */
import { errno } from "../base/errno.ts";
import type { Entry, Request } from "../fuse/api.ts";
import { getattr, presentAttributes, presentEntry } from "./attributes.ts";
import type { NodeId } from "../replica/ids.ts";
import type { MountContext } from "./context.ts";
import { isAt } from "./echo.ts";
import type { EchoJob } from "./echo-change.ts";
import { lookup, replyEntry } from "./names.ts";
import { openForEcho } from "./opens.ts";
import type { Node } from "./workspace.ts";

export function answerEcho(context: MountContext, token: EchoJob | undefined, request: Request): void {
  const refuse = (): void => context.replies.error(request.unique, errno.EIO);
  if (token === undefined) return refuse();
  switch (request.op) {
    case "lookup":
      return lookupForEcho(context, token, request);
    case "getattr":
      return getattr(context, request);
    case "create":
    case "mkdir":
    case "symlink":
      return token.t === "create" && isAt(request, token.at) ? creation(context, token, request) : refuse();
    case "unlink":
    case "rmdir":
      return token.t === "remove" && isAt(request, token.at) ? removal(context, token, request) : refuse();
    case "rename": {
      const to = { node: request.toDir, name: request.toName };
      const fits = token.t === "rename" && isAt(request, token.at) && isAt(to, token.to);
      return fits ? renaming(context, token, request) : refuse();
    }
    case "open":
      return isOnNode(token, request)
        ? context.replies.opened(request.unique, openForEcho(context, token.node))
        : refuse();
    case "setattr":
      return isOnNode(token, request) ? unchanged(context, token.node, request.unique) : refuse();
    case "flush":
      return context.replies.ok(request.unique);
    case "other":
      return context.replies.error(request.unique, errno.ENOSYS);
    default:
      return refuse();
  }
}

function isOnNode(token: EchoJob, request: Request): token is Extract<EchoJob, { t: "modify" | "touch" }> {
  return (token.t === "modify" || token.t === "touch") && request.node === token.node;
}

/**
 * Attributes in answers to CREATE and SETATTR are never kept: the kernel takes them in whenever the worker runs again, also
 * after an invalidation that was meant for them (fs/fuse/dir.c: no attr_version check), and would go by an old size.
 */
function unchanged(context: MountContext, id: NodeId, unique: number): void {
  const node = context.workspace.node(id);
  if (node === undefined) return context.replies.error(unique, errno.ESTALE);
  context.replies.attributes(unique, 0, presentAttributes(context, node));
}

/** The way to the name is walked as anybody walks it; the name itself is shown as it was before the change. */
function lookupForEcho(context: MountContext, token: EchoJob, request: Extract<Request, { op: "lookup" }>): void {
  const { workspace, replies } = context;
  if (token.t === "create" && isAt(request, token.at)) return replies.error(request.unique, errno.ENOENT);
  if (token.t === "rename" && isAt(request, token.to)) return replies.error(request.unique, errno.ENOENT);
  if ((token.t === "remove" || token.t === "rename") && isAt(request, token.at)) {
    const past = token.t === "remove" ? token.dead : workspace.node(token.node);
    // Live again: its own creation has, or had, an echo.
    if (past === undefined || workspace.lookup(token.at) !== undefined)
      return replies.error(request.unique, errno.ENOENT);
    context.lookups.answered(past.id, token.at.parent, token.at.name, 0);
    return replies.entry(request.unique, pastEntry(context, past, token.t === "remove"));
  }
  if (token.t === "modify" || token.t === "touch") {
    // A newer file of this name: if the kernel learnt of it here, before its bytes came, it would hold on to the size of now
    // while the truncation of its own echo makes it distrust others.
    const found = workspace.lookup({ parent: request.node as NodeId, name: request.name });
    if (found !== undefined && found !== token.node && workspace.node(found)?.kind !== "dir")
      return replies.error(request.unique, errno.ENOENT);
  }
  return lookup(context, request);
}

/**
 * Never cached: other processes must not see the dead name alive. The kernel takes one link off what it unlinks
 * (fs/fuse/dir.c, fuse_entry_unlinked), so it is shown one more than there are.
 */
function pastEntry(context: MountContext, past: Node, unlinked: boolean): Entry {
  const present = context.workspace.node(past.id) ?? { ...past, nlink: 0 };
  const attributes = presentAttributes(context, present);
  return {
    node: past.id,
    generation: 0,
    entryTtl: 0,
    attributeTtl: 0,
    attributes: unlinked && past.kind !== "dir" ? { ...attributes, nlink: attributes.nlink + 1 } : attributes,
  };
}

function creation(context: MountContext, token: Extract<EchoJob, { t: "create" }>, request: Request): void {
  const { workspace, replies, lookups } = context;
  const node = workspace.lookup(token.at) === token.node ? workspace.node(token.node) : undefined;
  if (node === undefined) return replies.error(request.unique, errno.EIO);
  if (request.op !== "create") return replyEntry(context, request.unique, token.at, token.node);
  const opened = openForEcho(context, token.node);
  const entry = { ...presentEntry(context, token.at, node), attributeTtl: 0 };
  lookups.answered(token.node, token.at.parent, token.at.name, entry.entryTtl);
  replies.created(request.unique, entry, opened);
}

/** A newer file of the old name, which the kernel may know already, would be moved in the kernel's eyes, half written. */
function renaming(context: MountContext, token: Extract<EchoJob, { t: "rename" }>, request: Request): void {
  const isLive = context.workspace.lookup(token.at) !== undefined;
  if (isLive) context.replies.error(request.unique, errno.ENOENT);
  else context.replies.ok(request.unique);
}

function removal(context: MountContext, token: Extract<EchoJob, { t: "remove" }>, request: Request): void {
  const isLive = context.workspace.lookup(token.at) !== undefined;
  if (isLive) context.replies.error(request.unique, errno.ENOENT);
  else context.replies.ok(request.unique);
}
