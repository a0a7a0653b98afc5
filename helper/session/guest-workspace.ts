/** A guest's workspace: answers from the overlay at once, asks the host where git locks demand it, fetches what is read. */
import type { Disposable } from "../base/disposable.ts";
import { errno } from "../base/errno.ts";
import { type Answer, done, fail, ok, type Result } from "../base/result.ts";
import type { Attributes, FileHandle, ViewObserver, Workspace } from "../mount/workspace.ts";
import type { LocalOp, Performed, Received } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { PathRules } from "../replica/path-rules.ts";
import type { Node } from "../replica/op.ts";
import { systemTimers } from "../base/system-timers.ts";
import { createBarrier } from "./barrier.ts";
import { createBornGitDirs } from "./born-git-dir.ts";
import { createBusyMarks } from "./busy-marks.ts";
import { createConfigSeeds } from "./config-seeds.ts";
import { OpenHandles, type OpenHandle } from "./open-handles.ts";
import { createOwnFiles } from "./own-files.ts";
import { createPendingWindow } from "./pending-window.ts";
import { RecentNodes } from "./recent-nodes.ts";
import type { GuestWorkspaceParts } from "./guest-workspace-parts.ts";
import { viewHalf } from "./view-half.ts";

export interface GuestWorkspace extends Workspace, Disposable {
  /** R-SEED */
  setRules(rules: PathRules): void;
  /** The mount's side of one message from the order; the cache has been brought up to date already. */
  report(received: Received): void;
  /** A file this mount has open, or may be about to open, lost its last name. */
  died(node: NodeId): void;
}

export function createGuestWorkspace(parts: GuestWorkspaceParts): GuestWorkspace {
  const { replica, cache, fetcher, waiters, clock } = parts;
  const barrier = createBarrier(systemTimers);
  const inWindow = createPendingWindow(replica, waiters);
  const handles = new OpenHandles();
  const held = new Set<NodeId>();
  /** A file replaced between a program's walk and its open is read as it was: the host keeps it for the one as for the other. */
  const recent = new RecentNodes(() => systemTimers.now());
  const madeHere = new Set<NodeId>();
  const seeds = createConfigSeeds({
    view: replica,
    clock,
    isOurs: (dir) => madeHere.has(dir) && !replica.isPrivateNode(dir),
    worktrees: false,
    read(node, size) {
      const bytes = cache.covers(node, 0, size) ? cache.read(node, 0, size) : fail(errno.EIO);
      return bytes.ok ? bytes.value : undefined;
    },
    tell: (seed) => parts.send(replica.perform(seed).send),
  });
  const gitDirs = createBornGitDirs({
    replica,
    cache,
    clock,
    report: (changes) => barrier.changed(changes),
    born(dir, config) {
      madeHere.add(dir);
      seeds.renamed(config);
    },
  });
  const ownFiles = createOwnFiles({
    ...parts,
    inWindow,
    report: (changes) => barrier.changed(changes),
    handedBack(node, keep, { content, changes }) {
      parts.applyContent(content);
      if (keep) handles.refuse(node);
      if (changes.length > 0) barrier.changed(changes);
    },
  });
  const silence = createBusyMarks((node, busy) => {
    if (!busy) parts.send(replica.endBurst({ node }));
  });

  /** Told operations are done at once; asked ones when decided, and the kernel knows of everything before. */
  function perform<T>(op: LocalOp, value: T): Answer<T> {
    if (parts.readOnly()) return fail(errno.EROFS);
    const named = op.t === "rename" ? op.to : "at" in op && op.t !== "unlink" && op.t !== "rmdir" ? op.at : undefined;
    const born = named && gitDirs.naming(named);
    const performed = replica.perform(op);
    const answer = finish(performed, value, op);
    if (performed.t === "done") born?.();
    return answer;
  }

  function finish<T>(performed: Performed, value: T, op?: LocalOp): Answer<T> {
    parts.send(performed.send);
    if (replica.needsRange) parts.wantRange();
    switch (performed.t) {
      case "done":
        return ok(value);
      case "failed":
        return fail(performed.errno);
      case "asked":
        return waiters
          .decided(performed.id, () => undo(op))
          .then((result) => (result.ok ? barrier.after(ok(value), () => late(op, value)) : result));
    }
  }

  /** Granted, but the kernel may still hold what was true before: the asker must not go by it. What is done otherwise stays done. */
  function late<T>(op: LocalOp | undefined, value: T): Result<T> {
    if (op?.t !== "create" && op?.t !== "mkdir") return ok(value);
    undo(op);
    return fail(errno.EIO);
  }

  /** A lock, or the directory git uses as one, that was granted after its asker was told EIO belongs to nobody: it goes. */
  function undo(op: LocalOp | undefined): void {
    if ((op?.t !== "create" && op?.t !== "mkdir") || replica.lookup(op.at) !== op.node) return;
    const t = op.t === "create" ? "unlink" : "rmdir";
    parts.send(replica.perform({ t, at: op.at, time: clock.now() }).send);
  }

  /** A walk that raced with the end of the last name: what is not in the cache the host no longer keeps. The kernel walks again. */
  function isLost({ id, kind, nlink, size }: Node): boolean {
    return kind === "file" && nlink === 0 && !handles.isOpen(id) && !held.has(id) && !cache.covers(id, 0, size);
  }

  function truncate(node: NodeId, size: number): Answer<void> {
    cache.ensure(node, replica.node(node)?.size ?? 0);
    const answer = perform({ t: "truncate", node, size, time: clock.now() }, undefined);
    if (!(answer instanceof Promise) && answer.ok) cache.truncate(node, size);
    return answer;
  }

  function setAttributes(node: NodeId, set: Attributes): Answer<void> {
    if (replica.node(node) === undefined) return fail(errno.ENOENT);
    if (set.size !== undefined) {
      const cut = truncate(node, set.size);
      if (cut instanceof Promise || !cut.ok) return cut;
    }
    const { mode, atime, mtime } = set;
    if (mode === undefined && atime === undefined && mtime === undefined) return done;
    const time = clock.now();
    return perform(
      {
        t: "setattr",
        node,
        time,
        ...(mode !== undefined && { mode }),
        ...(atime !== undefined && { atime }),
        ...(mtime !== undefined && { mtime }),
      },
      undefined,
    );
  }

  /** What is on its way will take room too. The host's own refusal is the truth; this one comes while the writer can still be told. */
  function hasRoom(id: NodeId, growth: number): boolean {
    return (
      growth <= 0 || growth + replica.pending().bytes <= parts.free() || replica.isPrivateNode(id) || replica.isSeed(id)
    );
  }

  /** What goes on after refused bytes would leave a hole where they belong (R-HOLE). */
  function writeNow(node: NodeId, handle: FileHandle | undefined, offset: number, bytes: Uint8Array): Answer<number> {
    if (handles.takeRefused(handle)) return fail(errno.EIO);
    const growth = handle?.append ? bytes.length : offset + bytes.length - (replica.node(node)?.size ?? 0);
    if (!hasRoom(node, growth)) return fail(errno.ENOSPC);
    const own = Uint8Array.prototype.slice.call(bytes);
    const burst = { node, handle: (handle as OpenHandle | undefined)?.number ?? 0, append: handle?.append ?? false };
    cache.ensure(node, replica.node(node)?.size ?? 0);
    const performed = replica.write(burst, offset, own, clock.now());
    if (performed.t !== "failed") {
      const failed = cache.write(node, performed.offset, own);
      // Of a guest's own the cache has all there is.
      if (failed !== undefined && replica.isPrivateNode(node)) return fail(failed);
      if (failed !== undefined) fetcher.tear(node);
      silence.touch(node);
    }
    return finish(performed, performed.offset);
  }

  return {
    ...viewHalf(replica),
    get position() {
      return replica.position;
    },
    lookup(at) {
      const node = replica.lookup(at);
      if (node !== undefined) recent.add(node);
      return node;
    },

    create: (at, { mode, exclusive, thread }) =>
      inWindow(() => {
        const node = replica.newNode(at);
        cache.ensure(node, 0);
        const program = thread !== undefined && at.name.endsWith(".lock") ? parts.programOf(thread) : undefined;
        return perform(
          { t: "create", at, node, mode, exclusive, time: clock.now(), ...(program !== undefined && { program }) },
          node,
        );
      }),
    mkdir: (at, mode) =>
      inWindow(() => {
        const node = replica.newNode(at);
        madeHere.add(node);
        return perform({ t: "mkdir", at, node, mode, time: clock.now() }, node);
      }),
    symlink: (at, target) =>
      inWindow(() => {
        const node = replica.newNode(at);
        return perform({ t: "symlink", at, node, target, time: clock.now() }, node);
      }),
    link: (node, at) =>
      inWindow(() => ownFiles.whole(node, () => perform({ t: "link", at, node, time: clock.now() }, undefined))),
    unlink: (at) => inWindow(() => perform({ t: "unlink", at, time: clock.now() }, undefined)),
    rmdir: (at) => inWindow(() => perform({ t: "rmdir", at, time: clock.now() }, undefined)),
    rename: (from, to, noReplace) =>
      inWindow(() => {
        const isTaken = (): boolean => noReplace && replica.lookup(to) !== undefined;
        if (parts.readOnly()) return fail(errno.EROFS);
        if (isTaken()) return fail(errno.EEXIST);
        return ownFiles.renaming(from, to, () => {
          if (isTaken()) return fail(errno.EEXIST);
          const moved = perform({ t: "rename", from, to, time: clock.now() }, undefined);
          if (!(moved instanceof Promise) && moved.ok) seeds.renamed(to);
          return moved;
        });
      }),
    setAttributes: (node, set) =>
      set.size === 0 ? setAttributes(node, set) : ownFiles.whole(node, () => setAttributes(node, set)),

    open(node, { writable, append }) {
      const found = replica.node(node);
      if (found === undefined || isLost(found)) return fail(errno.ESTALE);
      if (writable && parts.readOnly()) return fail(errno.EROFS);
      return ok(handles.open(node, { writable, append }));
    },
    read(node, offset, length) {
      const size = replica.node(node)?.size;
      if (size === undefined) return fail(errno.ESTALE);
      const wanted = Math.max(0, Math.min(length, size - offset));
      if (wanted === 0) return ok(new Uint8Array(0));
      if (cache.missing(node, offset, wanted).length === 0) return cache.read(node, offset, wanted);
      return waiters.arriving(fetcher.read(node, offset, wanted));
    },
    write(node, handle, offset, bytes) {
      if (parts.readOnly()) return fail(errno.EROFS);
      let source = bytes;
      const answer = inWindow(() => ownFiles.whole(node, () => writeNow(node, handle, offset, source)));
      // The request waits; its buffer is the kernel's and does not.
      if (answer instanceof Promise) source = Uint8Array.prototype.slice.call(bytes);
      return answer;
    },
    flush(node, handle) {
      silence.clear(node);
      parts.send(replica.endBurst({ node, ...(handle && { handle: (handle as OpenHandle).number }) }));
      return handles.takeRefused(handle) ? fail(errno.EIO) : done;
    },
    fsync(node) {
      if (replica.isPrivateNode(node)) return Promise.resolve(done);
      parts.send(replica.endBurst("all"));
      return waiters.acknowledged().then((heard) => (handles.takeUnsafe(node) ? fail(errno.EIO) : heard));
    },
    release(handle) {
      const { node, number } = handles.close(handle);
      parts.send(replica.endBurst({ node, handle: number }));
    },
    forget(node) {
      if (held.delete(node)) parts.hold(node, false);
      if ((replica.node(node)?.nlink ?? 0) > 0) return;
      cache.drop(node);
      replica.forget(node);
    },
    space: () => Promise.resolve(parts.space()),
    observe: (observer: ViewObserver) => barrier.observe(observer),
    report(received) {
      if (received.settled.some(({ result }) => !result.ok))
        for (const effect of received.content) if (effect.t === "reset") handles.refuse(effect.node);
      if (received.changes.length > 0) barrier.changed(received.changes);
    },
    died(node) {
      if (held.has(node) || (!handles.isOpen(node) && !recent.has(node))) return;
      held.add(node);
      parts.hold(node, true);
    },
    setRules: (rules) => ownFiles.setRules(rules),
    dispose() {
      ownFiles.dispose();
      return silence.dispose();
    },
  };
}
