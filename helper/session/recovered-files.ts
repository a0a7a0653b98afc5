import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RecoveryStore } from "../content/recovery-store.ts";
import type { View } from "../replica/api.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { RecoveredFiles } from "./api.ts";
import { shownPath } from "./timeline.ts";

/** What clients may do with versions that lost a race. Ids are those of the status. */
export function recoveredFiles(store: RecoveryStore, view: Pick<View, "lookup">, mount: string): RecoveredFiles {
  return {
    recovered(id) {
      const kept = store.list().find((entry) => String(entry.id) === id);
      const file = kept === undefined ? undefined : store.pathOf(kept.id);
      if (kept === undefined || file === undefined || !existsSync(file)) return { file: null, current: null };
      let node: NodeId | undefined = rootNode;
      for (const name of kept.path) node = node === undefined ? undefined : view.lookup({ parent: node, name });
      return { file, current: node === undefined ? null : join(mount, shownPath(kept.path)) };
    },
    discard: (id) => store.list().some((entry) => String(entry.id) === id) && store.discard(Number(id)).ok,
  };
}
