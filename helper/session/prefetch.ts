/** Brings what git and people need first, while nobody waits: git's mutable files, then the rest, small before large, and what git ignores last. */
import type { Disposable } from "../base/disposable.ts";
import type { GuestReplica } from "../replica/api.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { ContentFetcher } from "./content-fetcher.ts";

/** Larger files come when somebody reads them. Bytes. */
const largest = 128 * 1024;
const altogether = 256 * 1024 * 1024;
/** Small files cost a round trip each: as many at once as the link takes (peer/fetches.ts). */
const abreast = 64;
/** What a person does first (open the folder, `git status`) is not to wait for what nobody asked for. Milliseconds. */
const afterJoining = 3000;

interface Candidate {
  readonly node: NodeId;
  readonly size: number;
  readonly rank: number;
}

export function startPrefetch({
  replica,
  fetcher,
}: {
  readonly replica: GuestReplica;
  readonly fetcher: ContentFetcher;
}): Disposable {
  let stopped = false;

  async function work(queue: Candidate[]): Promise<void> {
    for (let next = queue.pop(); next !== undefined && !stopped; next = queue.pop()) await fetcher.prefetch(next.node);
  }

  const timer = setTimeout(() => {
    const queue = candidates(replica);
    for (let i = 0; i < abreast; i++) void work(queue);
  }, afterJoining);
  return {
    dispose() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Last first: the queue is taken from its end. */
function candidates(view: GuestReplica): Candidate[] {
  const all: Candidate[] = [];
  const directories: { readonly id: NodeId; readonly ignored: boolean }[] = [{ id: rootNode, ignored: false }];
  for (let dir = directories.pop(); dir !== undefined; dir = directories.pop()) {
    for (const { node: id } of view.list(dir.id)) {
      const node = view.node(id);
      if (node?.kind === "dir") directories.push({ id, ignored: dir.ignored || view.isSeed(id) });
      if (node?.kind !== "file" || node.size === 0 || node.size > largest || view.isPrivateNode(id)) continue;
      const kind = view.classOfNode(id);
      if (kind === "git-immutable") continue;
      all.push({ node: id, size: node.size, rank: kind === "git-mutable" ? 0 : dir.ignored ? 2 : 1 });
    }
  }
  all.sort((a, b) => a.rank - b.rank || a.size - b.size);
  let sum = 0;
  const fitting = all.filter(({ size }) => (sum += size) <= altogether);
  return fitting.reverse();
}
