import type { Backing, SnapshotNode } from "./api.ts";
import { keysOf, type Keys, type Seen } from "./changes.ts";
import { createGitPlaces, type GitPlaces } from "./git-place.ts";
import { Graves } from "./graves.ts";
import { HostNumbers } from "./host-numbers.ts";
import { markScanned } from "./host-private.ts";
import { rootNode, type NodeId, type PeerId } from "./ids.ts";
import type { Rule, Truth } from "./judge.ts";
import type { Namespace } from "./namespace.ts";
import type { Op, Place } from "./op.ts";
import type { PathRules } from "./path-rules.ts";
import { RevokedLocks } from "./revoked-locks.ts";
import { namespaceOf, type Seeds } from "./snapshot.ts";
import type { Tree } from "./tree.ts";

export interface HostOptions {
  /** What the scan found: root first, parents before children, private files included. nlink is recounted. */
  readonly scanned: readonly SnapshotNode[];
  readonly backing: Backing;
  /** R-HIDE; none without. */
  readonly rules?: Pick<PathRules, "isHidden">;
  /** Test-only: false applies everything, the last one winning. */
  readonly conditions?: boolean;
  /** Test-only: rules left out on purpose; the simulation must notice. */
  readonly ignore?: ReadonlySet<Rule>;
}

/** Everything the host's core knows; what it remembers of each peer's pipeline is in host-pipeline.ts. */
export interface HostState extends Truth {
  readonly backing: Backing;
  readonly conditions: boolean;
  readonly numbers: HostNumbers;
  readonly bursts: Map<NodeId, PeerId>;
  readonly graves: Graves;
  readonly revoked: RevokedLocks;
  readonly seeds: Seeds;
  /** Configs taken from a guest's seed and not written by the host since. */
  readonly borrowed: Set<NodeId>;
  /** The host's own mount sees the truth. */
  readonly seen: Seen;
}

export function createHostState(options: HostOptions): HostState {
  const ns = namespaceOf(options.scanned);
  const graves = new Graves();
  const tree: Tree = {
    child: ns.child.bind(ns),
    kindOf: (id) => ns.get(id)?.kind,
    placeOf: (id) => ns.get(id)?.at,
  };
  const git = createGitPlaces({ ...tree, placeOf: (id) => ns.get(id)?.at ?? graves.get(id) }, options.rules);
  markScanned(ns, git);
  followNames(ns, git, graves);
  return {
    backing: options.backing,
    conditions: options.conditions ?? true,
    ignore: options.ignore ?? new Set(),
    numbers: new HostNumbers(ns),
    ns,
    tree,
    git,
    graves,
    bursts: new Map(),
    revoked: new RevokedLocks(),
    seeds: new Map(),
    borrowed: new Set(),
    seen: { lookup: (at) => ns.child(at.parent, at.name), node: (id) => ns.get(id) },
  };
}

function followNames(ns: Namespace, git: GitPlaces, graves: Graves): void {
  ns.listen({
    named(dir, name, was, now) {
      const inode = now ?? was;
      if (inode?.kind === "dir") {
        if (now === undefined) graves.bury(inode.id, { parent: dir, name });
        else if (graves.rise(now.id)) git.moved();
      }
      git.appeared(dir, name);
    },
  });
}

/** What `op` can change at the host: also the directories that would come back. */
export function keysToWatch({ ns, graves }: HostState, op: Op): Keys {
  const keys = keysOf(op);
  if (op.t === "seed") keys.names.push({ parent: op.dir, name: op.name });
  const parent = op.t === "rename" ? op.to.parent : "at" in op ? op.at.parent : undefined;
  for (let dir = parent, depth = 0; dir !== undefined && dir !== rootNode && depth < 2048; depth++) {
    const grave: Place | undefined = ns.isLiveDir(dir) ? undefined : graves.get(dir);
    if (grave !== undefined) {
      keys.names.push(grave);
      keys.nodes.push(grave.parent, dir);
    }
    dir = grave?.parent;
  }
  return keys;
}
