/** What of a workspace the replica's view answers alone: the same at the host and at a guest. */
import type { Workspace } from "../mount/workspace.ts";
import type { View } from "../replica/api.ts";
import { scannedVersion } from "../replica/ids.ts";

type ViewHalf = Pick<
  Workspace,
  "lookup" | "node" | "list" | "parent" | "classOf" | "classOfDir" | "classOfNode" | "isIndex"
>;

/** `position` is not among them: it moves, and what is spread is read once. */
export function viewHalf(view: View): ViewHalf {
  return {
    lookup: (at) => view.lookup(at),
    node: (id) => view.node(id),
    list: (dir) => view.list(dir),
    parent: (id) => view.parent(id),
    classOf: (at) => view.classOf(at),
    classOfDir: (dir) => view.classOfDir(dir),
    classOfNode: (id) => view.classOfNode(id),
    // What git wrote before sharing began, it wrote with this machine's clock alone.
    isIndex: (id) => view.isIndex(id) && view.node(id)?.version !== scannedVersion,
  };
}
