/** A guest's open files: read from the cache or the host, written in bursts, and who has to hear that bytes were refused. */
import type { Disposable } from "../base/disposable.ts";
import { errno } from "../base/errno.ts";
import { type Answer, done, fail, ok, type Result } from "../base/result.ts";
import type { FileHandle, Workspace } from "../mount/workspace.ts";
import type { Received } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Node } from "../replica/op.ts";
import { createBusyMarks } from "./busy-marks.ts";
import type { GuestBasis } from "./guest-basis.ts";
import { OpenHandles, type OpenHandle } from "./open-handles.ts";
import type { OwnFiles } from "./own-files.ts";
import type { InWindow } from "./pending-window.ts";
import type { Performing } from "./perform.ts";

export interface GuestFilesParts extends GuestBasis {
  /** The host's free bytes, as its last word had them. */
  readonly free: () => number;
  readonly inWindow: InWindow;
  readonly ownFiles: OwnFiles;
  readonly performing: Performing;
  /** The host keeps the bytes of this dead node. */
  readonly isHeld: (node: NodeId) => boolean;
  /** R-OWN: as `OwnKeeper.sync`. */
  readonly syncOwn: (node: NodeId) => Promise<Result<void>>;
}

export interface GuestFiles extends Disposable {
  readonly calls: Pick<Workspace, "open" | "read" | "write" | "flush" | "fsync" | "release">;
  isOpen(node: NodeId): boolean;
  truncate(node: NodeId, size: number): Answer<void>;
  /** What was written through the handles of this file is not there (R-HOLE). */
  refuse(node: NodeId): void;
  /** What was written through a handle may have been refused. */
  report(received: Received): void;
}

export function createGuestFiles(parts: GuestFilesParts): GuestFiles {
  const { replica, cache, fetcher, waiters, clock, performing } = parts;
  const handles = new OpenHandles();
  const silence = createBusyMarks((node, busy) => {
    if (!busy) parts.send(replica.endBurst({ node }));
  });

  /** A walk that raced with the end of the last name: what is not in the cache the host no longer keeps. The kernel walks again. */
  function isLost({ id, kind, nlink, size }: Node): boolean {
    return kind === "file" && nlink === 0 && !handles.isOpen(id) && !parts.isHeld(id) && !cache.covers(id, 0, size);
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
    return performing.finish(performed, performed.offset);
  }

  const calls: GuestFiles["calls"] = {
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
      const answer = parts.inWindow(() => parts.ownFiles.whole(node, () => writeNow(node, handle, offset, source)));
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
      if (replica.isPrivateNode(node)) return parts.syncOwn(node);
      parts.send(replica.endBurst("all"));
      return waiters.acknowledged().then((heard) => (handles.takeUnsafe(node) ? fail(errno.EIO) : heard));
    },
    release(handle) {
      const { node, number } = handles.close(handle);
      parts.send(replica.endBurst({ node, handle: number }));
    },
  };

  return {
    calls,
    isOpen: (node) => handles.isOpen(node),
    truncate(node, size) {
      cache.ensure(node, replica.node(node)?.size ?? 0);
      const answer = performing.perform({ t: "truncate", node, size, time: clock.now() }, undefined);
      if (!(answer instanceof Promise) && answer.ok) cache.truncate(node, size);
      return answer;
    },
    refuse: (node) => handles.refuse(node),
    report(received) {
      if (received.settled.some(({ result }) => !result.ok))
        for (const effect of received.content) if (effect.t === "reset") handles.refuse(effect.node);
    },
    dispose: () => silence.dispose(),
  };
}
