/** R-OWN: one save of a guest's own tree, as it is at one moment, without keeping the thread from the mount. */
import type { Timers } from "../base/ports.ts";
import type { GuestCache } from "../content/guest-cache.ts";
import type { OwnStore, Saving } from "../content/own-store.ts";
import type { GuestReplica } from "../replica/api.ts";
import type { NodeId, Version } from "../replica/ids.ts";
import type { Node } from "../replica/op.ts";
import type { OwnEntry, OwnTree } from "../replica/own-entry.ts";
import { keepContent } from "./cached-content.ts";
import { createSlices, type Slices } from "./slices.ts";

/** A tree whose files go while they are kept is looked at again this often; then it is kept in one go. */
const mostLooks = 3;

interface Look {
  readonly revision: number;
  readonly entries: readonly OwnEntry[];
  readonly gone: Saving["gone"];
}

export interface OwnSaver {
  /** The tree is as it was last saved. */
  readonly isSaved: boolean;
  /** `homeless` with it. Throws what the file system says. `busy`: the store is another helper's. */
  save(homeless: Saving["entries"]): Promise<"saved" | "busy">;
  /** The last save named the node, a file; its bytes are those of the cache ever since. */
  has(node: NodeId): boolean;
  /** Of one it has: the bytes that the cache holds now, and its name, survive a power failure. Throws what the file system says. */
  sync(node: NodeId): Promise<void>;
  /** How long the last save took, but for what each new file costs once. ms */
  readonly cost: number;
}

export function createOwnSaver(parts: {
  readonly replica: GuestReplica;
  readonly cache: GuestCache;
  readonly store: OwnStore;
  readonly timers: Timers;
}): OwnSaver {
  const { replica, cache, store, timers } = parts;
  /** What of each file is in the store. */
  const kept = new Map<NodeId, Version>();
  let named: ReadonlySet<NodeId> = new Set();
  let saved = replica.ownRevision;
  let cost = 0;

  /** In slices while nothing changes, in one go where something does. */
  async function look(slices: Slices): Promise<Look> {
    const revision = replica.ownRevision;
    const tree = replica.ownTree();
    const entries = await read(tree.entries, revision, slices);
    const gone = entries && (await read(tree.gone, revision, slices));
    return entries && gone ? { revision, entries, gone } : lookAtOnce();
  }

  async function read<T>(items: Iterable<T>, revision: number, slices: Slices): Promise<readonly T[] | undefined> {
    const found: T[] = [];
    for (const item of items) {
      found.push(item);
      if (!slices.isFull()) continue;
      await slices.next();
      if (replica.ownRevision !== revision) return undefined;
    }
    return found;
  }

  function lookAtOnce(): Look {
    const { entries, gone }: OwnTree = replica.ownTree();
    return { revision: replica.ownRevision, entries: [...entries], gone: [...gone] };
  }

  /** False: something of it is gone by now. */
  async function keepContents({ entries }: Look, slices: Slices | undefined): Promise<boolean> {
    for (const { kind, node, version } of entries) {
      if (kind !== "file" || kept.get(node) === version) continue;
      if (slices?.isFull() === true) await slices.next();
      const now = replica.node(node);
      if (now === undefined || (now.size > 0 && !cache.has(node))) return false;
      const began = timers.now();
      keep(now);
      if (kept.has(node)) cost += timers.now() - began;
      kept.set(node, now.version);
    }
    return true;
  }

  function keep({ id, size }: Node): void {
    keepContent(cache, id, store.path(String(id)), size);
  }

  async function write({ entries, gone, revision }: Look, homeless: Saving["entries"]): Promise<void> {
    const files = new Set<NodeId>();
    const own = entries.map((entry) => {
      const isFile = entry.kind === "file";
      if (isFile) files.add(entry.node);
      return { entry, content: isFile ? String(entry.node) : undefined };
    });
    await store.save({ entries: [...own, ...homeless], gone });
    for (const node of kept.keys()) if (!files.has(node)) kept.delete(node);
    named = files;
    saved = revision;
  }

  return {
    get isSaved() {
      return replica.ownRevision === saved;
    },
    has: (node) => named.has(node),
    async sync(node) {
      const inode = replica.node(node);
      if (inode === undefined) return;
      keep(inode);
      await store.sync(String(node));
    },
    get cost() {
      return cost;
    },
    async save(homeless) {
      cost = 0;
      const slices = createSlices();
      for (let looks = 1; ; looks++) {
        const began = timers.now();
        const now = looks < mostLooks ? await look(slices) : lookAtOnce();
        const isEmpty = now.entries.length + now.gone.length + homeless.length === 0;
        if (!isEmpty && !store.open()) return "busy";
        cost += timers.now() - began;
        if (!(await keepContents(now, looks < mostLooks ? slices : undefined))) continue;
        await slices.next();
        const wrote = timers.now();
        await write(now, homeless);
        cost += timers.now() - wrote;
        return "saved";
      }
    },
  };
}
