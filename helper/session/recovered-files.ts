import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseFileName } from "../base/name.ts";
import type { SessionClock } from "../base/ports.ts";
import type { RecoveryStore } from "../content/recovery-store.ts";
import type { View } from "../replica/api.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { RecoveredFiles, SessionEvent } from "./api.ts";
import { shownPath } from "./timeline.ts";

/** What clients may do with versions that lost a race. Ids are those of the status. */
export function recoveredFiles(parts: {
  readonly store: RecoveryStore;
  readonly view: Pick<View, "lookup" | "node">;
  readonly mount: string;
  readonly clock: SessionClock;
  readonly emit: (event: SessionEvent) => void;
}): RecoveredFiles {
  const { store, view, mount, clock, emit } = parts;
  return {
    keep(path, bytes) {
      const names = path.split("/").map((name) => parseFileName(Buffer.from(name, "utf8").toString("latin1")));
      const known = names.filter((name) => name !== undefined);
      if (known.length < names.length) return null;
      const kept = store.keep(
        { path: known, node: 0, who: "the file", reason: "overwritten", base: 0, when: clock.now() },
        { extents: [{ offset: 0, length: bytes.length, bytes }] },
      );
      if (!kept.ok) return null;
      const id = String(kept.value.entry.id);
      emit({ event: "recovered", path, reason: "overwritten", id });
      return id;
    },
    recovered(id) {
      const kept = store.list().find((entry) => String(entry.id) === id);
      const file = kept === undefined ? undefined : store.pathOf(kept.id);
      if (kept === undefined || file === undefined || !existsSync(file)) return { file: null, current: null };
      let node: NodeId | undefined = rootNode;
      for (const name of kept.path) node = node === undefined ? undefined : view.lookup({ parent: node, name });
      const isThere = node !== undefined && view.node(node)?.kind === "file";
      return { file, current: isThere ? join(mount, shownPath(kept.path)) : null };
    },
    discard: (id) => store.list().some((entry) => String(entry.id) === id) && store.discard(Number(id)).ok,
  };
}
