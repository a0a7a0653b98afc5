/** One kernel request → the handler of its family. A handler that throws is a defect: the device reports it and answers EIO. */
import { unreachable } from "../base/brand.ts";
import { errno } from "../base/errno.ts";
import type { Request, RequestHandler } from "../fuse/api.ts";
import type { NodeId } from "../replica/ids.ts";
import { getattr, readlink, setattr } from "./attributes.ts";
import type { MountContext } from "./context.ts";
import type { Echo } from "./echo.ts";
import { answerEcho } from "./echo-answers.ts";
import { fallocate, flush, fsync, read, statfs, write } from "./files.ts";
import type { Interrupts } from "./interrupts.ts";
import { readdir } from "./listing.ts";
import { link, lookup, mkdir, mknod, rename, symlink, unlink } from "./names.ts";
import { create, open, release } from "./opens.ts";

export interface RequestsOptions {
  readonly context: MountContext;
  readonly interrupts: Interrupts;
  readonly echo: Pick<Echo, "thread" | "token">;
  readonly readOnly: boolean;
}

export function createRequestHandler(options: RequestsOptions): RequestHandler {
  const { context, interrupts, echo, readOnly } = options;
  return (request) => {
    if (request.pid !== 0 && request.pid === echo.thread && asksSomething(request))
      return answerEcho(context, echo.token, request);
    if (readOnly && changes(request)) return context.replies.error(request.unique, errno.EROFS);
    dispatch(context, interrupts, request);
  };
}

/** FORGET and INTERRUPT take no answer; a RELEASE is counted whoever sends it. */
function asksSomething({ op }: Request): boolean {
  return op !== "forget" && op !== "interrupt" && op !== "release" && op !== "releasedir" && op !== "destroy";
}

const openForWriting = 0o3 | 0o1000;

function changes(request: Request): boolean {
  switch (request.op) {
    case "setattr":
    case "symlink":
    case "mknod":
    case "mkdir":
    case "unlink":
    case "rmdir":
    case "rename":
    case "link":
    case "create":
    case "tmpfile":
    case "write":
    case "fallocate":
      return true;
    case "open":
      return (request.flags & openForWriting) !== 0;
    default:
      return false;
  }
}

function dispatch(context: MountContext, interrupts: Interrupts, request: Request): void {
  switch (request.op) {
    case "lookup":
      return lookup(context, request);
    case "getattr":
      return getattr(context, request);
    case "open":
      return open(context, request);
    case "read":
      return read(context, request);
    case "write":
      return write(context, request);
    case "flush":
      return flush(context, request);
    case "release":
    case "releasedir":
      return release(context, request);
    case "forget":
      for (const { node, count } of request.forgets) context.lookups.forget(node as NodeId, count);
      return;
    case "create":
      return create(context, request);
    case "setattr":
      return setattr(context, request);
    case "readlink":
      return readlink(context, request);
    case "symlink":
      return symlink(context, request);
    case "mknod":
      return mknod(context, request);
    case "mkdir":
      return mkdir(context, request);
    case "unlink":
    case "rmdir":
      return unlink(context, request);
    case "rename":
      return rename(context, request);
    case "link":
      return link(context, request);
    case "readdir":
    case "readdirplus":
      return readdir(context, request);
    case "fsync":
      return fsync(context, request);
    case "fallocate":
      return fallocate(context, request);
    case "statfs":
      return statfs(context, request);
    case "interrupt":
      return interrupts.interrupt(request.target);
    case "tmpfile":
      return context.replies.error(request.unique, errno.EOPNOTSUPP);
    // The kernel asks once and then knows: directories are opened (listing.ts) and fsynced without us (FUSE.md "INIT").
    case "opendir":
    case "fsyncdir":
    case "other":
      return context.replies.error(request.unique, errno.ENOSYS);
    case "invalid":
      return context.replies.error(request.unique, request.errno);
    case "destroy":
      return context.replies.ok(request.unique);
    default:
      return unreachable(request);
  }
}
