/** A guest makes a directory a git dir by what it puts there (`git init --bare x`): the config it wrote stays its own (R-BORN). */
import { mustFileName } from "../base/name.ts";
import type { SessionClock } from "../base/ports.ts";
import type { GuestCache } from "../content/guest-cache.ts";
import type { GuestReplica } from "../replica/api.ts";
import { markers } from "../replica/git-place.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Place } from "../replica/op.ts";
import type { ViewChange } from "../replica/view-change.ts";

const config = mustFileName("config");

export interface BornGitDirs {
  /** Before a name is given; call the result when it was. */
  naming(at: Place): (() => void) | undefined;
}

export function createBornGitDirs(parts: {
  readonly replica: GuestReplica;
  readonly cache: GuestCache;
  readonly clock: SessionClock;
  readonly report: (changes: readonly ViewChange[]) => void;
  readonly born: (dir: NodeId, config: Place) => void;
}): BornGitDirs {
  const { replica, cache, clock } = parts;

  function textOf(node: NodeId): Uint8Array | undefined {
    const size = replica.node(node)?.size ?? 0;
    const bytes = cache.covers(node, 0, size) ? cache.read(node, 0, size) : undefined;
    return bytes?.ok === true ? bytes.value : undefined;
  }

  function keep(at: Place, text: Uint8Array): NodeId {
    const node = replica.newNode(at);
    cache.ensure(node, 0);
    replica.perform({ t: "create", at, node, mode: 0o644, exclusive: false, time: clock.now() });
    replica.write({ node, handle: 0, append: false }, 0, text, clock.now());
    cache.write(node, 0, text);
    return node;
  }

  return {
    naming({ parent, name }) {
      if (!markers.has(name) || replica.classOfDir(parent) !== "work-tree") return undefined;
      const before = replica
        .list(parent)
        .map((entry) => ({ ...entry, kind: replica.node(entry.node)?.kind ?? "file" }));
      const shared = replica.lookup({ parent, name: config });
      const text = shared === undefined ? undefined : textOf(shared);
      return () => {
        if (replica.classOfDir(parent) === "work-tree") return;
        const place = { parent, name: config };
        if (text !== undefined && replica.lookup(place) === undefined) keep(place, text);
        const changes = before.flatMap((entry): ViewChange[] => {
          const at = { parent, name: entry.name };
          const after = replica.lookup(at);
          return after === entry.node ? [] : [{ t: "name", at, before: entry.node, after, kind: entry.kind }];
        });
        parts.report(changes);
        parts.born(parent, place);
      };
    },
  };
}
