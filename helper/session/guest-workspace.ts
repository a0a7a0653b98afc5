/** A guest's workspace: answers from the overlay at once, asks the host where git locks demand it, fetches what is read. */
import type { Disposable } from "../base/disposable.ts";
import { errno } from "../base/errno.ts";
import { type Answer, done, fail, type Result } from "../base/result.ts";
import type { Attributes, SpaceFigures, ViewObserver, Workspace } from "../mount/workspace.ts";
import type { ContentEffect, Received } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { PathRules } from "../replica/path-rules.ts";
import type { Program } from "../replica/lost-locks.ts";
import { systemTimers } from "../base/system-timers.ts";
import { createBarrier } from "./barrier.ts";
import { createBornGitDirs } from "./born-git-dir.ts";
import { createConfigSeeds } from "./config-seeds.ts";
import type { GuestBasis } from "./guest-basis.ts";
import { createGuestFiles } from "./guest-files.ts";
import { createOwnFiles } from "./own-files.ts";
import { createPendingWindow } from "./pending-window.ts";
import { createPerforming } from "./perform.ts";
import { RecentNodes } from "./recent-nodes.ts";
import { setAttributesOp } from "./set-attributes.ts";
import { viewHalf } from "./view-half.ts";

export interface GuestWorkspaceParts extends GuestBasis {
  readonly wantRange: () => void;
  readonly space: () => Result<SpaceFigures>;
  /** The host's free bytes, as its last word had them. */
  readonly free: () => number;
  /** A node without a name is still open here (or no more): the host keeps its bytes meanwhile. */
  readonly hold: (node: NodeId, held: boolean) => void;
  /** Carries out on the cache what handing back an own file does (R-SEED). */
  readonly applyContent: (effects: readonly ContentEffect[]) => void;
  readonly programOf: (thread: number) => Program | undefined;
  /** R-OWN: as `OwnKeeper.sync`. */
  readonly syncOwn: (node: NodeId) => Promise<Result<void>>;
}

export interface GuestWorkspace extends Workspace, Disposable {
  /** R-SEED */
  setRules(rules: PathRules): void;
  /** The mount's side of one message from the order; the cache has been brought up to date already. */
  report(received: Received): void;
  /** A file this mount has open, or may be about to open, lost its last name. */
  died(node: NodeId): void;
}

export function createGuestWorkspace(parts: GuestWorkspaceParts): GuestWorkspace {
  const { replica, cache, waiters, clock } = parts;
  const barrier = createBarrier(systemTimers);
  const inWindow = createPendingWindow(replica, waiters);
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
      if (keep) files.refuse(node);
      if (changes.length > 0) barrier.changed(changes);
    },
  });
  const performing = createPerforming({ ...parts, barrier, naming: (at) => gitDirs.naming(at) });
  const { perform } = performing;
  const files = createGuestFiles({ ...parts, inWindow, ownFiles, performing, isHeld: (node) => held.has(node) });

  function setAttributes(node: NodeId, set: Attributes): Answer<void> {
    if (replica.node(node) === undefined) return fail(errno.ENOENT);
    if (set.size !== undefined) {
      const cut = files.truncate(node, set.size);
      if (cut instanceof Promise || !cut.ok) return cut;
    }
    const op = setAttributesOp(node, set, clock.now());
    return op === undefined ? done : perform(op, undefined);
  }

  return {
    ...viewHalf(replica),
    ...files.calls,
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

    forget(node) {
      if (held.delete(node)) parts.hold(node, false);
      if ((replica.node(node)?.nlink ?? 0) > 0) return;
      cache.drop(node);
      replica.forget(node);
    },
    space: () => Promise.resolve(parts.space()),
    observe: (observer: ViewObserver) => barrier.observe(observer),
    report(received) {
      files.report(received);
      if (received.changes.length > 0) barrier.changed(received.changes);
    },
    died(node) {
      if (held.has(node) || (!files.isOpen(node) && !recent.has(node))) return;
      held.add(node);
      parts.hold(node, true);
    },
    setRules: (rules) => ownFiles.setRules(rules),
    dispose() {
      ownFiles.dispose();
      return files.dispose();
    },
  };
}
