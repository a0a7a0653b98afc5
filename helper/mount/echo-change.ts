/** Which VFS call makes local watchers see a change made by others: the table of FUSE.md "Watcher echo". */
import type { NodeId } from "../replica/ids.ts";
import type { Kind, Node, Place, ViewChange, Workspace } from "./workspace.ts";

/** A reported change, with the node that lost its name as it was: it may be gone by the time of the echo. */
export type EchoChange = ViewChange & { readonly dead?: Node | undefined };

/** One call to make. It is also the token its requests must match. */
export type EchoJob =
  | { readonly t: "create"; readonly at: Place; readonly node: NodeId; readonly kind: Kind }
  | { readonly t: "remove"; readonly at: Place; readonly dead: Node }
  | { readonly t: "rename"; readonly at: Place; readonly to: Place; readonly node: NodeId }
  /** Bytes changed: a write as watchers see it, or (`touch`) only attributes. */
  | { readonly t: "modify" | "touch"; readonly node: NodeId };

const executable = 0o111;

export function jobsOf(workspace: Workspace, change: EchoChange): EchoJob[] {
  switch (change.t) {
    case "content":
      return modification(workspace, change.node);
    case "attributes":
      // Times of a directory change with every name in it, which has an echo of its own.
      return workspace.node(change.node)?.kind === "dir" ? [] : [{ t: "touch", node: change.node }];
    case "name":
      return nameJobs(workspace, change);
  }
}

/**
 * Truncating opens the file for writing, and one that is open so cannot be executed (ETXTBSY): those are only touched. So are
 * git's own files: while the kernel truncates it distrusts sizes, and a ref read in that moment would be empty.
 */
function modification(workspace: Workspace, id: NodeId): EchoJob[] {
  const node = workspace.node(id);
  if (node === undefined) return [];
  const path = workspace.classOfNode(id);
  if (path === "git-immutable") return [];
  const mayTruncate = path === "work-tree" && node.kind === "file" && !(node.mode & executable);
  return [{ t: mayTruncate ? "modify" : "touch", node: id }];
}

function nameJobs(workspace: Workspace, change: Extract<EchoChange, { t: "name" }>): EchoJob[] {
  const { at, before, after, kind, moved, dead } = change;
  // Objects are named by their content, in directories nobody watches, and come by the thousand.
  if (workspace.classOf(at) === "git-immutable") return [];
  // A lock file's coming and going is nobody's news, its move over what it protects is. And the kernel may take in the answer to
  // a create late, with the size of then: a ref just moved into place would be read empty.
  if (moved === undefined && at.name.endsWith(".lock") && kind === "file") return [];
  if (moved !== undefined) {
    const node = "from" in moved ? after : before;
    if (node === undefined) return [];
    return "from" in moved
      ? [{ t: "rename", at: moved.from, to: at, node }]
      : [{ t: "rename", at, to: moved.to, node }];
  }
  if (after === undefined) return dead === undefined ? [] : [{ t: "remove", at, dead }];
  if (before === undefined || dead === undefined) return [{ t: "create", at, node: after, kind }];
  if (dead.kind === "file" && kind === "file") return modification(workspace, after);
  return [
    { t: "remove", at, dead },
    { t: "create", at, node: after, kind },
  ];
}

export function isSamePlace(a: Place, b: Place): boolean {
  return a.parent === b.parent && a.name === b.name;
}

export function keyOfPlace(at: Place): string {
  return `${at.parent}/${at.name}`;
}
