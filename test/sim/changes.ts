import type { View } from "../../helper/replica/api.ts";
import { rootNode, type NodeId } from "../../helper/replica/ids.ts";
import type { ViewChange } from "../../helper/replica/view-change.ts";

type Captured = Map<NodeId, { readonly names: Map<string, NodeId>; readonly shown: string }>;

/** Everything a kernel could have cached of a view. */
export function captureView(view: View): Captured {
  const seen: Captured = new Map();
  const visit = (id: NodeId): void => {
    const node = view.node(id);
    if (node === undefined || seen.has(id)) return;
    const names = new Map(node.kind === "dir" ? view.list(id).map((entry) => [entry.name as string, entry.node]) : []);
    const { mode, size, nlink, version, mtime, ctime } = node;
    const content = node.kind === "dir" ? 0 : version;
    seen.set(id, { names, shown: JSON.stringify([mode, size, nlink, content, mtime, ctime]) });
    for (const child of names.values()) visit(child);
  };
  visit(rootNode);
  return seen;
}

/** What a kernel that believes `changes` would have wrong. */
export function expectedChanges(view: View, before: Captured, changes: readonly ViewChange[]): string[] {
  const wrong: string[] = [];
  const now = captureView(view);
  const told = new Set(
    changes.map((change) => (change.t === "name" ? `${change.at.parent}/${change.at.name}` : `${change.node}`)),
  );
  for (const [id, { names, shown }] of before) {
    const after = now.get(id);
    if (after === undefined) continue;
    for (const name of new Set([...names.keys(), ...after.names.keys()])) {
      if (names.get(name) !== after.names.get(name) && !told.delete(`${id}/${name}`))
        wrong.push(`name ${id}/${name} changed untold`);
    }
    if (shown !== after.shown && !told.delete(`${id}`))
      wrong.push(`node ${id} changed untold: ${shown} ${after.shown}`);
  }
  for (const change of changes) {
    if (
      change.t === "name" &&
      told.has(`${change.at.parent}/${change.at.name}`) &&
      before.has(change.at.parent) &&
      now.has(change.at.parent)
    )
      wrong.push(`told of ${change.at.name}, which did not change`);
  }
  return wrong;
}
