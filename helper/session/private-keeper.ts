/** A guest's `rm -rf` of a repository takes the host's private files in it along (R-PRIV): their content is kept first. */
import type { SessionClock } from "../base/ports.ts";
import type { RecoveryStore } from "../content/recovery-store.ts";
import type { HostReplica } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Op } from "../replica/op.ts";

export interface PrivateKeeper {
  /** Before a guest's operation is judged: keeps what goes if it removes a directory that is empty but for private files. */
  before(op: Op, who: string): void;
}

export function createPrivateKeeper(parts: {
  readonly view: Pick<HostReplica, "list" | "node" | "pathOf" | "isPrivate" | "isPrivateNode" | "isHidden">;
  readonly read: (node: NodeId, size: number) => Uint8Array | undefined;
  readonly recovery: RecoveryStore;
  readonly clock: SessionClock;
}): PrivateKeeper {
  const { view } = parts;

  /** Private files below, or undefined when something shared or hidden is there: then the directory stays. */
  function privateFiles(dir: NodeId): NodeId[] | undefined {
    const files: NodeId[] = [];
    for (const { name, node } of view.list(dir)) {
      const at = { parent: dir, name };
      if ((!view.isPrivateNode(node) && !view.isPrivate(at)) || view.isHidden(at)) return undefined;
      const below = view.node(node)?.kind === "dir" ? privateFiles(node) : [node];
      if (below === undefined) return undefined;
      files.push(...below);
    }
    return files;
  }

  function keep(id: NodeId, who: string): void {
    const node = view.node(id);
    const path = view.pathOf(id);
    if (node?.kind !== "file" || node.size === 0 || path === undefined) return;
    const bytes = parts.read(id, node.size);
    if (bytes === undefined) return;
    const extents = [{ offset: 0, length: bytes.length, bytes }];
    parts.recovery.keep(
      { path, node: id, who, reason: "private", base: node.version, when: parts.clock.now() },
      { extents },
    );
  }

  return {
    before(op, who) {
      const dir = op.t === "rmdir" ? op.node : op.t === "rename" ? op.victim?.node : undefined;
      if (dir === undefined || view.node(dir)?.kind !== "dir") return;
      for (const file of privateFiles(dir) ?? []) keep(file, who);
    },
  };
}
