/** What a process changed in the host's real folder behind the mount, taken over before it can be overwritten (DESIGN §4, "At the host a grant"). */
import type { SessionClock } from "../base/ports.ts";
import { parseFileName } from "../base/name.ts";
import type { HostFolder } from "../content/host-folder.ts";
import { type Found, rescan } from "../content/rescan.ts";
import type { Decided, HostReplica } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Op, Place } from "../replica/op.ts";

const lockSuffix = ".lock";
/** Files held from the beginning. */
const mostHeld = 512;

export interface StrayChanges {
  /**
   * A lock (`X.lock`, in a git dir or in the work tree) is real, and about to be granted: if X, which it protects, is not as this helper
   * left it, everything changed is adopted first. Not before the lock is real: a stray process that still held it then may have
   * released it since.
   */
  granting(lock: Place): void;
  /**
   * Before a guest's operation is judged: if the file of the work tree that it overwrites, replaces or removes was changed behind the
   * mount, everything changed is adopted, and the operation is based on what is no more (R-PRECOND).
   */
  beforeChange(op: Op): void;
  /** A name free in the tree is taken: everything changed is adopted, unless it is a lock, which is a stray process's own. */
  inTheWay(at: Place): void;
  /**
   * Before a file of a git dir is opened or fetched: if it was changed behind the mount, everything changed is adopted. False
   * if another file has its name now: whoever opens it looks the name up again; who has it open reads what it was.
   */
  beforeRead(node: NodeId): boolean;
  /** After each operation: what has just become a file of git's stays readable when a stray process replaces it. */
  decided(decided: Decided): void;
  /** As `decided`, for what was there when sharing began. */
  hold(nodes: Iterable<{ readonly id: NodeId }>): void;
}

export function createStrayChanges(parts: {
  readonly replica: HostReplica;
  readonly folder: HostFolder;
  readonly clock: SessionClock;
  readonly tell: (decided: Decided) => void;
  readonly warn: (changes: number) => void;
}): StrayChanges {
  const { replica, folder, clock } = parts;
  /** What `beforeRead` sent its caller to: the kernel asks again only once, and a file replaced all the time would answer it ESTALE. */
  let replacement: NodeId | undefined;

  function isChanged(place: Place): boolean {
    const node = replica.lookup(place);
    return node === undefined ? "ino" in asRecord(folder.stat(place)) : folder.protectedChanged(node);
  }

  function adoptAll(): void {
    const found = rescan(folder, { view: replica, newNode: () => replica.newNode(), time: clock.now() });
    const locks = strayLocks(found);
    for (const node of locks) folder.leave(node);
    const lasting = found.filter(({ op }) => !("node" in op) || !locks.has(op.node));
    for (const { op } of lasting) parts.tell(replica.adopt(op));
    if (lasting.length > 0) parts.warn(lasting.length);
  }

  /**
   * A stray process's lock is its own: the real O_EXCL create tells who comes too late, and nothing would tell that it is gone.
   * In the work tree those are locks that hold nothing: `Cargo.lock` is content.
   */
  function strayLocks(found: readonly Found[]): Set<NodeId> {
    const made = found.flatMap(({ op }) => (op.t === "create" && isLock(op.at) ? [op] : []));
    const filled = new Set(found.flatMap(({ op }) => (op.t === "write" ? [op.node] : [])));
    return new Set(made.filter(({ at, node }) => isInGitDir(at) || !filled.has(node)).map(({ node }) => node));
  }

  function isStrayLock(at: Place): boolean {
    if (!isLock(at)) return false;
    const there = folder.stat(at);
    return isInGitDir(at) || (typeof there === "object" && there.kind === "file" && there.size === 0);
  }

  function isInGitDir(at: Place): boolean {
    return replica.gitDirOf(at.parent) !== undefined;
  }

  function isWorkFile(node: NodeId): boolean {
    const found = replica.node(node);
    return found?.kind === "file" && found.nlink > 0 && replica.classOfNode(node) === "work-tree";
  }

  function isGitFile(node: NodeId): boolean {
    const found = replica.node(node);
    return found?.kind === "file" && found.nlink > 0 && replica.classOfNode(node) === "git-mutable";
  }

  return {
    inTheWay(at) {
      if (!isStrayLock(at)) adoptAll();
    },
    granting(lock) {
      if (!isLock(lock)) return;
      const name = parseFileName(lock.name.slice(0, -lockSuffix.length));
      if (name !== undefined && isChanged({ parent: lock.parent, name })) adoptAll();
    },
    beforeChange(op) {
      const node = lostBy(op);
      if (node !== undefined && isWorkFile(node) && folder.protectedChanged(node)) adoptAll();
    },
    beforeRead(node) {
      if (!isGitFile(node)) return true;
      const wasSentHere = node === replacement;
      if (wasSentHere) replacement = undefined;
      if (wasSentHere || folder.holdUnchanged(node)) return true;
      const at = replica.placeOf(node);
      adoptAll();
      if (replica.node(node)?.nlink !== 0) return true;
      replacement = at && replica.lookup(at);
      return false;
    },
    decided({ ordered }) {
      if (ordered?.t !== "applied" || ordered.op.t !== "rename") return;
      if (isGitFile(ordered.op.node)) folder.holdUnchanged(ordered.op.node);
    },
    hold(nodes) {
      let held = 0;
      for (const { id } of nodes) if (held < mostHeld && isGitFile(id) && folder.holdUnchanged(id)) held++;
    },
  };
}

function isLock(at: Place): boolean {
  return at.name.endsWith(lockSuffix);
}

/** Whose bytes, all or some, are there no more after the operation. */
function lostBy(op: Op): NodeId | undefined {
  switch (op.t) {
    case "write":
    case "append":
    case "truncate":
    case "unlink":
      return op.node;
    case "rename":
      return op.victim?.node;
    default:
      return undefined;
  }
}

function asRecord(found: unknown): object {
  return typeof found === "object" && found !== null ? found : {};
}
