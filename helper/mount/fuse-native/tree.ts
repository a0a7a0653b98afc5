/** What makes, moves, removes and lists names. The kernel has checked permissions and that the names are there, or not. */
import { errno } from "../../base/errno.ts";
import { done, fail, ok, type Answer, type Result } from "../../base/result.ts";
import type { NodeId, Place } from "../workspace.ts";
import { presentStat, type NativeStat } from "./attributes.ts";
import type { NativeOperations } from "./binding.ts";
import { byPath, findAttributes, findNode, type NativeContext } from "./context.ts";
import { HiddenFiles } from "./hidden.ts";
import { bytesOf, placeAt, textOf } from "./names.ts";

const fileType = 0o170000;
const regularFile = 0o100000;

interface Listing {
  readonly names: readonly string[];
  readonly stats: readonly NativeStat[];
}

export function treeOperations(context: NativeContext): NativeOperations {
  const { workspace } = context;
  return {
    readdir: byPath(
      context,
      "readdir",
      (path: string) => list(context, path),
      (reply, { names, stats }) => reply(0, names, stats),
    ),
    mkdir: byPath(context, "mkdir", (path: string, mode: number) =>
      withPlace(context, path, (at) => made(workspace.mkdir(at, mode & 0o7777))),
    ),
    mknod: byPath(context, "mknod", (path: string, mode: number) => mknod(context, path, mode)),
    symlink: byPath(context, "symlink", (target: string, path: string) => symlink(context, target, path)),
    link: byPath(context, "link", (from: string, to: string) => {
      const node = findNode(context, from);
      return node.ok ? withPlace(context, to, (at) => workspace.link(node.value, at)) : node;
    }),
    unlink: byPath(context, "unlink", (path: string) =>
      context.hidden.drop(path) ? done : remove(context, path, (at) => workspace.unlink(at)),
    ),
    rmdir: byPath(context, "rmdir", (path: string) => remove(context, path, (at) => workspace.rmdir(at))),
    // Not held back by its target: it may be what a leaving name waits for.
    rename: context.desk.serve("rename", (from: string, to: string) => rename(context, from, to)),
  };
}

function withPlace<T>(context: NativeContext, path: string, act: (at: Place) => Answer<T>): Answer<T> {
  const at = placeAt(context.workspace, path);
  return at.ok ? act(at.value) : at;
}

/** What libfuse wants to know of a made node it asks for itself. */
function made(answer: Answer<NodeId>): Answer<void> {
  return answer instanceof Promise ? answer.then(withoutNode) : withoutNode(answer);
}

function withoutNode(result: Result<NodeId>): Result<void> {
  return result.ok ? done : result;
}

function remove(context: NativeContext, path: string, act: (at: Place) => Answer<void>): Answer<void> {
  return withPlace(context, path, (at) => losing(context, context.workspace.lookup(at), act(at)));
}

/** The node may have lost its last name. */
function losing(context: NativeContext, victim: NodeId | undefined, answer: Answer<void>): Answer<void> {
  const then = (result: Result<void>): Result<void> => {
    if (result.ok && victim !== undefined) context.files.forgetIfDead(victim);
    return result;
  };
  return answer instanceof Promise ? answer.then(then) : then(answer);
}

/** Devices, FIFOs and sockets mean nothing to another machine. */
function mknod(context: NativeContext, path: string, mode: number): Answer<void> {
  const type = mode & fileType;
  if (type !== regularFile && type !== 0) return fail(errno.EPERM);
  return withPlace(context, path, (at) => made(context.workspace.create(at, { mode: mode & 0o7777, exclusive: true })));
}

function symlink(context: NativeContext, target: string, path: string): Answer<void> {
  const bytes = bytesOf(target);
  if (bytes === undefined) return fail(errno.EINVAL);
  return withPlace(context, path, (at) => made(context.workspace.symlink(at, bytes)));
}

function rename(context: NativeContext, from: string, to: string): Answer<void> {
  const wait = context.hidden.settling(from) ?? context.hidden.claim(to);
  if (wait !== undefined) return wait.then(() => rename(context, from, to));
  const source = placeAt(context.workspace, from);
  if (!source.ok) return source;
  if (HiddenFiles.isHidden(to)) return hide(context, from, source.value, to);
  return withPlace(context, to, (target) => {
    const { workspace } = context;
    const victim = workspace.lookup(target);
    // rename(2): two names of one file stay. Elsewhere the kernel sees to it; libfuse gives each name an inode of its own.
    if (victim !== undefined && victim === workspace.lookup(source.value)) return done;
    return losing(context, victim, workspace.rename(source.value, target, false));
  });
}

function hide(context: NativeContext, path: string, at: Place, to: string): Answer<void> {
  const node = context.workspace.lookup(at);
  return node === undefined ? fail(errno.ENOENT) : context.hidden.hide(path, at, node, to);
}

/** libfuse keeps the answer until the directory is read from its start again. A name that is no UTF-8 cannot be told. */
function list(context: NativeContext, path: string): Result<Listing> {
  const dir = findAttributes(context, path);
  if (!dir.ok) return dir;
  const { workspace } = context;
  const parent = workspace.parent(dir.value.id);
  const above = (parent === undefined ? undefined : workspace.node(parent)) ?? dir.value;
  const names = [".", ".."];
  const stats = [presentStat(context, dir.value), presentStat(context, above)];
  for (const entry of workspace.list(dir.value.id)) {
    const name = textOf(entry.name);
    const node = workspace.node(entry.node);
    if (name === undefined || node === undefined) continue;
    names.push(name);
    stats.push(presentStat(context, node));
  }
  return ok({ names, stats });
}
