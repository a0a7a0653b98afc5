/** GETATTR, SETATTR, READLINK: one stat everywhere (DESIGN §3): what is shown comes from the namespace, but for owner and group. */
import { errno } from "../base/errno.ts";
import type { Time } from "../base/time.ts";
import type { Entry, FuseAttributes, RequestOf, SetAttributes } from "../fuse/api.ts";
import type { NodeId } from "../replica/ids.ts";
import { cachePolicy } from "./cache-policy.ts";
import { settle, type MountContext } from "./context.ts";
import { keepPages } from "./pages.ts";
import type { Attributes, Kind, Node, Place } from "./workspace.ts";

/** S_IFMT */
const typeBits: { readonly [K in Kind]: number } = { file: 0o100000, dir: 0o040000, symlink: 0o120000 };
const setUid = 0o4000;
const setGid = 0o2000;
const groupExecute = 0o010;
const directorySize = 4096;
/** DESIGN "Session time": git then takes every file of the last seconds as possibly changed, and looks. */
const indexEarlySeconds = 2;

export function presentAttributes(context: MountContext, node: Node): FuseAttributes {
  const { owner, workspace } = context;
  const isFile = node.kind === "file";
  return {
    ino: node.ino,
    size: isFile ? node.size : node.kind === "dir" ? directorySize : node.target.length,
    atime: node.atime,
    mtime: isFile && workspace.isIndex(node.id) ? earlier(node.mtime) : node.mtime,
    ctime: node.ctime,
    mode: typeBits[node.kind] | node.mode,
    nlink: node.nlink,
    uid: owner.uid,
    gid: owner.gid,
  };
}

function earlier(time: Time): Time {
  return { sec: time.sec - indexEarlySeconds, nsec: time.nsec };
}

/** The entry as it may be cached at `at`; the caller counts the lookup. `leastTtl`: of the attributes. */
export function presentEntry(context: MountContext, at: Place, node: Node, leastTtl = 0): Entry {
  const policy = cachePolicy(context.workspace.classOf(at));
  return {
    node: node.id,
    generation: 0,
    entryTtl: policy.entryTtl,
    attributeTtl: Math.max(policy.attributeTtl, leastTtl),
    attributes: presentAttributes(context, node),
  };
}

export function getattr(context: MountContext, request: RequestOf<"getattr">): void {
  replyAttributes(context, request.unique, request.node as NodeId);
}

export function replyAttributes(context: MountContext, unique: number, id: NodeId): void {
  const node = context.workspace.node(id);
  if (node === undefined) return context.replies.error(unique, errno.ESTALE);
  const { attributeTtl } = cachePolicy(context.workspace.classOfNode(id));
  context.replies.attributes(unique, attributeTtl, presentAttributes(context, node));
}

export function setattr(context: MountContext, request: RequestOf<"setattr">): void {
  const { workspace, owner, replies } = context;
  const id = request.node as NodeId;
  const node = workspace.node(id);
  if (node === undefined) return replies.error(request.unique, errno.ESTALE);
  // Everything belongs to the mounting user, on every peer; saying so again is no change.
  const { set } = request;
  if (set.uid !== undefined && set.uid !== owner.uid) return replies.error(request.unique, errno.EPERM);
  if (set.gid !== undefined && set.gid !== owner.gid) return replies.error(request.unique, errno.EPERM);
  const wanted = wantedAttributes(context, node, set);
  if (wanted === undefined) return replyAttributes(context, request.unique, id);
  const before = node.version;
  settle(context, request, workspace.setAttributes(id, wanted), { holds: [], during: "setattr" }, () => {
    // The kernel cuts its own pages by the size in this answer (fs/fuse/dir.c, fuse_do_setattr).
    keepPages(context, id, before);
    replyAttributes(context, request.unique, id);
  });
}

function wantedAttributes(context: MountContext, node: Node, set: SetAttributes): Attributes | undefined {
  const mode = set.mode !== undefined ? set.mode & 0o7777 : set.killSuidGid ? withoutSetId(node) : undefined;
  const atime = set.atime === "now" ? context.clock.now() : set.atime;
  const mtime = set.mtime === "now" ? context.clock.now() : set.mtime;
  if (mode === undefined && set.size === undefined && atime === undefined && mtime === undefined) return undefined;
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(set.size === undefined ? {} : { size: set.size }),
    ...(atime === undefined ? {} : { atime }),
    ...(mtime === undefined ? {} : { mtime }),
  };
}

/**
 * FUSE_HANDLE_KILLPRIV_V2: a write or truncate drops setuid, and setgid where the group may execute (without, it meant
 * mandatory locking). Undefined: there is nothing to drop.
 */
export function withoutSetId(node: Node): number | undefined {
  const dropped = setUid | (node.mode & groupExecute ? setGid : 0);
  return node.kind === "file" && node.mode & dropped ? node.mode & ~dropped : undefined;
}

export function readlink(context: MountContext, request: RequestOf<"readlink">): void {
  const node = context.workspace.node(request.node as NodeId);
  if (node === undefined) return context.replies.error(request.unique, errno.ESTALE);
  if (node.kind !== "symlink") return context.replies.error(request.unique, errno.EINVAL);
  context.replies.bytes(request.unique, Buffer.from(node.target, "latin1"));
}
