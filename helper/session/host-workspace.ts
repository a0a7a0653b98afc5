/** The host's workspace: every call of the host's own mount is one decided operation on the real folder. */
import type { Disposable } from "../base/disposable.ts";
import { errno } from "../base/errno.ts";
import { type Answer, done, fail, ok, type Result } from "../base/result.ts";
import type { SessionClock } from "../base/ports.ts";
import type { HostFolder } from "../content/host-folder.ts";
import type { Attributes, ViewObserver, Workspace } from "../mount/workspace.ts";
import type { Decided, HostReplica } from "../replica/api.ts";
import { hostPeer, type NodeId, rootNode, type Version } from "../replica/ids.ts";
import type { Op, Place } from "../replica/op.ts";
import { systemTimers } from "../base/system-timers.ts";
import { createBarrier } from "./barrier.ts";
import { createBusyMarks } from "./busy-marks.ts";
import { setAttributesOp } from "./set-attributes.ts";
import { viewHalf } from "./view-half.ts";

export interface HostWorkspaceParts {
  readonly replica: HostReplica;
  readonly folder: HostFolder;
  readonly clock: SessionClock;
  /** Every decision of the host's own mount, to be told to the guests. */
  readonly onDecided: (decided: Decided) => void;
  /** Before a file is opened. False: another file took its place in the real folder, and the caller must look it up again. */
  readonly beforeRead: (node: NodeId) => boolean;
  readonly afterRename: (to: Place) => void;
  /** A directory became a git dir by what it holds (R-BORN). */
  readonly gitDirBorn: (dir: NodeId) => void;
  /** True while a guest may still read this dead node. */
  readonly heldByGuests: (node: NodeId) => boolean;
}

export interface HostWorkspace extends Workspace, Disposable {
  /** Tells the mount what others did. */
  report(decided: Decided): void;
  /** Lets go of a dead node's bytes if neither this mount nor a guest needs them. */
  dropIfUnused(node: NodeId): void;
}

export function createHostWorkspace(parts: HostWorkspaceParts): HostWorkspace {
  const { replica, folder, clock } = parts;
  const barrier = createBarrier(systemTimers);
  const busy = createBusyMarks((node, on) => {
    replica.busy(node, on);
    if (!on) folder.settle(node);
  });
  /** Dead nodes the kernel has let go of, while a guest has not. */
  const forgotten = new Set<NodeId>();

  function local(op: Op): Result<number> {
    const withdrawn = replica.withdraw(hostPeer, op);
    for (const each of withdrawn) parts.onDecided(each);
    const { result, decided } = replica.local(op);
    parts.onDecided(decided);
    if (withdrawn.length > 0 && result.ok)
      parts.gitDirBorn(op.t === "rename" ? op.to.parent : "at" in op ? op.at.parent : rootNode);
    return result.ok ? ok(result.value.offset ?? 0) : result;
  }

  /** An asked operation answers once the kernel knows of everything before it (R-GRANT). */
  function asked<T>(result: Result<T>, late = () => result): Answer<T> {
    return result.ok ? barrier.after(result, late) : result;
  }

  /** A lock that is granted while the kernel may still hold what was true before. */
  function takeBack(t: "unlink" | "rmdir", at: Place): Result<NodeId> {
    const there = seen(at);
    if (there !== undefined) local({ t, at, node: there.node, seen: there.version, time: clock.now() });
    return fail(errno.EIO);
  }

  function isGitChange(at: Place): boolean {
    return replica.gitDirOf(at.parent) !== undefined;
  }

  function seen(at: Place): { node: NodeId; version: Version } | undefined {
    const id = replica.lookup(at);
    const node = id === undefined ? undefined : replica.node(id);
    return node === undefined ? undefined : { node: node.id, version: node.version };
  }

  function dropIfUnused(node: NodeId): void {
    if (!forgotten.has(node) || parts.heldByGuests(node)) return;
    forgotten.delete(node);
    folder.drop(node);
    replica.forget(node);
  }

  function setAttributes(id: NodeId, set: Attributes): Answer<void> {
    const node = replica.node(id);
    if (node === undefined) return fail(errno.ENOENT);
    const time = clock.now();
    if (set.size !== undefined) {
      const cut = local({ t: "truncate", node: id, base: node.version, size: set.size, time });
      if (!cut.ok) return cut;
    }
    const op = setAttributesOp(id, set, time);
    const changed = op === undefined ? done : local(op);
    return changed.ok ? done : changed;
  }

  return {
    ...viewHalf(replica),
    get position() {
      return replica.position;
    },

    create(at, { mode, exclusive }) {
      const asks = exclusive && (isGitChange(at) || at.name.endsWith(".lock"));
      const node = replica.newNode();
      const made = local({ t: "create", at, node, mode, time: clock.now() });
      if (!made.ok) return made;
      return asks ? asked(ok(node), () => takeBack("unlink", at)) : ok(node);
    },
    mkdir(at, mode) {
      const node = replica.newNode();
      const made = local({ t: "mkdir", at, node, mode, time: clock.now() });
      if (!made.ok) return made;
      return isGitChange(at) ? asked(ok(node), () => takeBack("rmdir", at)) : ok(node);
    },
    symlink(at, target) {
      const node = replica.newNode();
      const made = local({ t: "symlink", at, node, target, time: clock.now() });
      return made.ok ? ok(node) : made;
    },
    link(node, at) {
      const made = local({ t: "link", at, node, time: clock.now() });
      return made.ok ? done : made;
    },
    unlink(at) {
      const target = seen(at);
      if (target === undefined) return fail(errno.ENOENT);
      const gone = local({ t: "unlink", at, node: target.node, seen: target.version, time: clock.now() });
      return gone.ok ? done : gone;
    },
    rmdir(at) {
      const target = seen(at);
      if (target === undefined) return fail(errno.ENOENT);
      const gone = local({ t: "rmdir", at, node: target.node, time: clock.now() });
      return gone.ok ? done : gone;
    },
    rename(from, to, noReplace) {
      const source = seen(from);
      if (source === undefined) return fail(errno.ENOENT);
      const victim = seen(to);
      if (victim !== undefined && noReplace) return fail(errno.EEXIST);
      if (victim?.node === source.node) return done;
      const moved = local({
        t: "rename",
        from,
        to,
        node: source.node,
        victim: victim === undefined ? null : { node: victim.node, seen: victim.version },
        time: clock.now(),
      });
      if (moved.ok) parts.afterRename(to);
      return moved.ok ? done : moved;
    },
    setAttributes,

    open(node, { writable, append }) {
      const found = replica.node(node);
      // The kernel looks the name up again.
      if (found === undefined || !parts.beforeRead(node)) return fail(errno.ESTALE);
      return ok({ node, writable, append });
    },
    read(node, offset, length) {
      const bytes = folder.read(node, offset, length);
      return bytes instanceof Uint8Array ? ok(bytes) : fail(bytes);
    },
    write(id, handle, offset, bytes) {
      const node = replica.node(id);
      if (node === undefined) return fail(errno.ESTALE);
      const owned = node.owner;
      if (owned !== undefined && owned !== hostPeer) return fail(errno.EPERM);
      const time = clock.now();
      const extent = { offset: handle?.append ? node.size : offset, length: bytes.length, bytes };
      busy.touch(id);
      const written = handle?.append
        ? local({ t: "append", node: id, seen: node.version, extent, time })
        : local({ t: "write", node: id, base: node.version, extents: [extent], more: false, time });
      return written.ok ? ok(handle?.append ? written.value : offset) : written;
    },
    flush(node) {
      busy.clear(node);
      return done;
    },
    fsync: (node) => folder.fsync(node),
    // What an open handle needs, the kernel's `forget` lets go of: it comes after the last one.
    release: () => undefined,
    forget(node) {
      const nlink = replica.node(node)?.nlink;
      if (nlink === undefined || nlink > 0) return;
      forgotten.add(node);
      dropIfUnused(node);
    },
    dropIfUnused,
    space: () => folder.space(),
    observe: (observer: ViewObserver) => barrier.observe(observer),
    report(decided) {
      if (decided.changes.length > 0) barrier.changed(decided.changes);
    },
    dispose: () => busy.dispose(),
  };
}
