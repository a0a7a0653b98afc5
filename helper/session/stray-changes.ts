/** What a process changed in the host's real folder behind the mount, taken over before it can be overwritten (DESIGN §4, "At the host a grant"). */
import type { SessionClock } from "../base/ports.ts";
import { parseFileName } from "../base/name.ts";
import type { HostFolder } from "../content/host-folder.ts";
import { rescan } from "../content/rescan.ts";
import type { Decided, HostReplica } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Place } from "../replica/op.ts";

const lockSuffix = ".lock";

export interface StrayChanges {
  /**
   * A lock is real, and about to be granted: if what it protects is not as this helper left it, everything changed is adopted
   * first. Not before the lock is real: a stray git that still held it then may have released it since.
   */
  granting(lock: Place): void;
  /** Before a file of a git dir is read: false if it was changed behind the mount; everything changed is adopted then, and the reader asks again. */
  beforeRead(node: NodeId): boolean;
}

export function createStrayChanges(parts: {
  readonly replica: HostReplica;
  readonly folder: HostFolder;
  readonly clock: SessionClock;
  readonly tell: (decided: Decided) => void;
  readonly warn: (changes: number) => void;
}): StrayChanges {
  const { replica, folder, clock } = parts;

  function isChanged(place: Place): boolean {
    const node = replica.lookup(place);
    return node === undefined ? "ino" in asRecord(folder.stat(place)) : folder.protectedChanged(node);
  }

  function adoptAll(): void {
    const found = rescan(folder, { view: replica, newNode: () => replica.newNode(), time: clock.now() });
    // A stray process's lock is its own: the real O_EXCL create tells who comes too late.
    const lasting = found.filter(({ op }) => !(op.t === "create" && isGitLock(op.at)));
    for (const { op } of lasting) parts.tell(replica.adopt(op));
    for (const { op } of lasting)
      if (op.t === "create" && replica.classOf(op.at) === "git-mutable") folder.holdUnchanged(op.node);
    if (lasting.length > 0) parts.warn(lasting.length);
  }

  function isGitLock(at: Place): boolean {
    return at.name.endsWith(lockSuffix) && replica.gitDirOf(at.parent) !== undefined;
  }

  return {
    granting(lock) {
      if (!isGitLock(lock)) return;
      const name = parseFileName(lock.name.slice(0, -lockSuffix.length));
      if (name !== undefined && isChanged({ parent: lock.parent, name })) adoptAll();
    },
    beforeRead(node) {
      const found = replica.node(node);
      if (found?.kind !== "file" || found.nlink === 0 || replica.classOfNode(node) !== "git-mutable") return true;
      if (folder.holdUnchanged(node)) return true;
      adoptAll();
      return false;
    },
  };
}

function asRecord(found: unknown): object {
  return typeof found === "object" && found !== null ? found : {};
}
