import type { FileName } from "../base/name.ts";
import type { Snapshot, SnapshotNode } from "./api.ts";
import { rootNode, type NodeId, type Seq } from "./ids.ts";
import { Inode, Namespace, placesOf } from "./namespace.ts";

/** Config bytes by git dir (R-PRIV). */
export type Seeds = Map<NodeId, Map<FileName, Uint8Array>>;

export function setSeed(seeds: Seeds, dir: NodeId, name: FileName, bytes: Uint8Array): void {
  const known = seeds.get(dir);
  if (known === undefined) seeds.set(dir, new Map([[name, bytes]]));
  else known.set(name, bytes);
}

/** Everything shared, parents before children. */
export function takeSnapshot(ns: Namespace, seeds: Seeds, position: Seq): Snapshot {
  const nodes: SnapshotNode[] = [];
  const taken = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    const inode = ns.get(id);
    if (inode === undefined || inode.hidden || taken.has(id)) return;
    taken.add(id);
    nodes.push(nodeOf(inode));
    if (inode.children !== undefined) for (const child of inode.children.values()) visit(child);
  };
  visit(rootNode);
  return {
    position,
    // A hard link is listed at its first name; its other directories may come later, so directories go first.
    nodes: [...nodes.filter((node) => node.kind === "dir"), ...nodes.filter((node) => node.kind !== "dir")],
    seeds: [...seeds].flatMap(([dir, names]) =>
      ns.isLive(dir) ? [...names].map(([name, bytes]) => ({ dir, name, bytes })) : [],
    ),
  };
}

function nodeOf(inode: Inode): SnapshotNode {
  const { id, kind, mode, size, nlink, ino, atime, mtime, ctime, version, target, owner } = inode;
  return { id, kind, mode, size, nlink, ino, atime, mtime, ctime, version, target, owner, places: placesOf(inode) };
}

/** A layer from a snapshot's nodes. */
export function namespaceOf(nodes: readonly SnapshotNode[]): Namespace {
  const ns = new Namespace();
  for (const node of nodes) {
    const inode = new Inode(node.id, node.kind);
    copyAttributes(node, inode);
    ns.add(inode);
    for (const place of node.places) ns.name(place, inode);
    ns.setOwner(inode, node.owner);
  }
  return ns;
}

export function copyAttributes(from: Omit<SnapshotNode, "places">, to: Inode): void {
  to.mode = from.mode;
  to.size = from.size;
  to.nlink = from.nlink;
  to.ino = from.ino;
  to.atime = from.atime;
  to.mtime = from.mtime;
  to.ctime = from.ctime;
  to.version = from.version;
  to.target = from.target;
}
