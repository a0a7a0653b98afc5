/** open, create, read, write, flush, fsync, release. By the open's number where libfuse gives it, so that unlinked files live on. */
import { errno } from "../../base/errno.ts";
import { fail, ok, type Answer, type Result } from "../../base/result.ts";
import type { NodeId, Place } from "../workspace.ts";
import type { NativeOperations } from "./binding.ts";
import { byPath, findNode, nodeOfFile, type NativeContext } from "./context.ts";
import { placeAt } from "./names.ts";

/** asm-generic/fcntl.h */
const accessMode = 0o3;
const truncate = 0o1000;
const append = 0o2000;

export function fileOperations(context: NativeContext): NativeOperations {
  const { workspace, files, desk } = context;
  const sync = (path: string, _dataOnly: number, fh: number): Promise<Result<void>> => fsync(context, path, fh);
  return {
    open: byPath(
      context,
      "open",
      (path: string, flags: number) => open(context, path, flags),
      (reply, fh) => reply(0, fh),
    ),
    create: byPath(
      context,
      "create",
      (path: string, mode: number) => create(context, path, mode),
      (reply, fh) => reply(0, fh),
    ),
    read: desk.serve(
      "read",
      (path: string, fh: number, _into: Buffer, length: number, offset: number) => {
        const node = nodeToRead(context, path, fh);
        return node.ok ? workspace.read(node.value, offset, length) : node;
      },
      (reply, bytes, _path, _fh, into) => {
        into.set(bytes);
        reply(bytes.length);
      },
    ),
    write: desk.serve(
      "write",
      (path: string, fh: number, from: Buffer, length: number, offset: number) => {
        const node = nodeOfFile(context, path, fh);
        return node.ok ? workspace.write(node.value, files.get(fh), offset, from.subarray(0, length)) : node;
      },
      (reply, _offset, _path, _fh, _from, length) => reply(length),
    ),
    flush: desk.serve("flush", (path: string, fh: number) => flush(context, path, fh)),
    fsync: desk.serve("fsync", sync),
    fsyncdir: byPath(context, "fsyncdir", sync),
    release: desk.serve("release", (_path: string, fh: number) => {
      files.release(fh);
      return ok(undefined);
    }),
  };
}

/**
 * libfuse tells the kernel one inode per path, so old and new opens of a name share pages. Where a peer replaced the file, an
 * old open goes on with the old bytes (git reads an index it has mapped), but not beside an open of the new file, in
 * whose pages it would leave them: each open drops what was there before, and from then on the old one is ESTALE.
 */
function nodeToRead(context: NativeContext, path: string, fh: number): Result<NodeId> {
  const node = nodeOfFile(context, path, fh);
  if (!node.ok) return node;
  const now = findNode(context, path);
  const shared = now.ok && now.value !== node.value && context.files.isUsed(now.value);
  return shared ? fail(errno.ESTALE) : node;
}

function open(context: NativeContext, path: string, flags: number): Answer<number> {
  const node = findNode(context, path);
  if (!node.ok) return node;
  const mode = { writable: (flags & accessMode) !== 0, append: (flags & append) !== 0 };
  if (!(flags & truncate)) return context.files.open(node.value, mode);
  return afterwards(context.workspace.setAttributes(node.value, { size: 0 }), () =>
    context.files.open(node.value, mode),
  );
}

/**
 * The package drops the flags of CREATE. The kernel sends it for a name it has just looked up in vain, so EEXIST is right
 * should a peer have made the name since; in git directories and for locks each one asks, as an O_EXCL create does.
 * Whether the handle appends is not known: it writes where the kernel says.
 */
function create(context: NativeContext, path: string, mode: number): Answer<number> {
  const { workspace, files } = context;
  const at = placeAt(workspace, path);
  if (!at.ok) return at;
  if (workspace.lookup(at.value) !== undefined) return fail(errno.EEXIST);
  const exclusive = mayBeLock(context, at.value);
  return afterwards(workspace.create(at.value, { mode: mode & 0o7777, exclusive }), (node: NodeId) =>
    files.open(node, { writable: true, append: false }),
  );
}

function mayBeLock({ workspace }: NativeContext, at: Place): boolean {
  return at.name.endsWith(".lock") || workspace.classOfDir(at.parent) !== "work-tree";
}

function afterwards<T, U>(first: Answer<T>, use: (value: T) => Result<U>): Answer<U> {
  const follow = (result: Result<T>): Result<U> => (result.ok ? use(result.value) : result);
  return first instanceof Promise ? first.then(follow) : follow(first);
}

function flush(context: NativeContext, path: string, fh: number): Answer<void> {
  const node = nodeOfFile(context, path, fh);
  return node.ok ? context.workspace.flush(node.value, context.files.get(fh)) : node;
}

async function fsync(context: NativeContext, path: string, fh: number): Promise<Result<void>> {
  const node = nodeOfFile(context, path, fh);
  if (!node.ok) return node;
  const flushed = await context.workspace.flush(node.value, context.files.get(fh));
  return flushed.ok ? context.workspace.fsync(node.value) : flushed;
}
