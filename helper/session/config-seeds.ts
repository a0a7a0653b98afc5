/** Keeps the stripped configs of each git dir known to the others: from the peer in whose tree it was born (R-PRIV). */
import { type FileName, mustFileName } from "../base/name.ts";
import type { SessionClock } from "../base/ports.ts";
import { guestConfig, seedConfig } from "../git/config-seed.ts";
import type { Down, LocalOp, Snapshot, View } from "../replica/api.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { Place, Submitted } from "../replica/op.ts";

const config = mustFileName("config");
/** Beside it since `extensions.worktreeConfig`: sparse checkouts have their switches here. */
const worktreeConfig = mustFileName("config.worktree");
/** A config beyond this is not git's. */
const largest = 1024 * 1024;

type Seed = Extract<LocalOp, { t: "seed" }>;

export interface ConfigSeeds {
  /** After a local rename: a config that took its final name is told. */
  renamed(to: Place): void;
  /** A directory became a git dir by what it holds (R-BORN). */
  born(dir: NodeId): void;
  /** Every git dir there is: when sharing begins. */
  all(): void;
}

export function createConfigSeeds(parts: {
  readonly view: View;
  readonly clock: SessionClock;
  /** Whether this peer speaks for the git dir. */
  readonly isOurs: (gitDir: NodeId) => boolean;
  /** Also `config.worktree`. Only the host: it takes none from a guest (R-PRIV). */
  readonly worktrees: boolean;
  readonly read: (node: NodeId, size: number) => Uint8Array | undefined;
  readonly tell: (seed: Seed) => void;
}): ConfigSeeds {
  const { view } = parts;
  const seeded = parts.worktrees ? [config, worktreeConfig] : [config];

  function seed(dir: NodeId, name: FileName): void {
    const id = view.lookup({ parent: dir, name });
    const node = id === undefined ? undefined : view.node(id);
    if (node?.kind !== "file" || node.size > largest) return;
    const text = parts.read(node.id, node.size);
    if (text === undefined) return;
    const depth = view.pathOf(dir)?.length ?? 0;
    parts.tell({ t: "seed", dir, name, bytes: seedConfig(text, { depth }), time: parts.clock.now() });
  }

  return {
    renamed(to) {
      if (seeded.includes(to.name) && view.isPrivate(to) && parts.isOurs(to.parent)) seed(to.parent, to.name);
    },
    born(dir) {
      for (const name of seeded) seed(dir, name);
    },
    all() {
      const directories: NodeId[] = [rootNode];
      for (let dir = directories.pop(); dir !== undefined; dir = directories.pop()) {
        for (const name of seeded) if (view.isPrivate({ parent: dir, name })) seed(dir, name);
        for (const { node } of view.list(dir)) if (view.node(node)?.kind === "dir") directories.push(node);
      }
    },
  };
}

/** A guest's seed, stripped again by the host: it becomes a file there and travels on to the others. */
export function strippedSeed(submitted: Submitted, view: View): Submitted {
  const { op } = submitted;
  if (op.t !== "seed") return submitted;
  return { ...submitted, op: { ...op, bytes: seedConfig(op.bytes, { depth: view.pathOf(op.dir)?.length ?? 0 }) } };
}

/** What a guest takes of the order: configs stripped once more, that keep gc from pulling the whole repository over the link. */
export function withGuestConfigs(down: Down, view: View | undefined): Down {
  if ("snapshot" in down) return { ...down, snapshot: withGuestSeeds(down.snapshot) };
  const { message } = down;
  if (message.t !== "applied" || message.op.t !== "seed") return down;
  const { op } = message;
  const bytes = adapted(op.name, op.bytes, view?.pathOf(op.dir)?.length ?? 0);
  return { ...down, message: { ...message, op: { ...op, bytes } } };
}

function withGuestSeeds(snapshot: Snapshot): Snapshot {
  if (snapshot.seeds.length === 0) return snapshot;
  const parents = new Map(snapshot.nodes.map(({ id, places }) => [id, places[0]?.parent]));
  const depthOf = (dir: NodeId): number => {
    let depth = 0;
    for (let at = parents.get(dir); at !== undefined && depth < parents.size; at = parents.get(at)) depth++;
    return depth;
  };
  return {
    ...snapshot,
    seeds: snapshot.seeds.map((seed) => ({ ...seed, bytes: adapted(seed.name, seed.bytes, depthOf(seed.dir)) })),
  };
}

/** Whatever else a host might send as a seed is nothing git reads. */
function adapted(name: FileName, bytes: Uint8Array, depth: number): Uint8Array {
  if (name === config) return guestConfig(seedConfig(bytes, { depth }));
  return name === worktreeConfig ? seedConfig(bytes, { depth }) : new Uint8Array(0);
}
