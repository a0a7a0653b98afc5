import { mustFileName } from "../../../helper/base/name.ts";
import { epoch, type Time } from "../../../helper/base/time.ts";
import type { Errno } from "../../../helper/base/errno.ts";
import type { HostReplica, SnapshotNode } from "../../../helper/replica/api.ts";
import { createHostReplica } from "../../../helper/replica/host.ts";
import type { HostOptions } from "../../../helper/replica/host-state.ts";
import { opIdOf, rootNode, type NodeId, type PeerId, type Version } from "../../../helper/replica/ids.ts";
import type { Kind, Op, Place } from "../../../helper/replica/op.ts";

export const name = mustFileName;
export const at = (parent: NodeId, text: string): Place => ({ parent, name: name(text) });
export const time = (sec: number): Time => ({ sec, nsec: 0 });
export const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** What most tests of the host begin with. */
export const hostRepo = [
  ".git/",
  ".git/HEAD",
  ".git/index",
  ".git/config",
  ".git/hooks/",
  ".git/hooks/pre-commit",
  ".git/objects/",
  ".git/objects/ab/",
  ".git/refs/",
  ".git/refs/heads/",
  ".git/refs/heads/main",
  "a.txt",
  "dir/",
];
export const v0 = 0 as Version;
/** Nodes that guests make. */
export const node = (n: number): NodeId => (2 ** 41 + n) as NodeId;

/** `["a/", "a/b"]` → scanned nodes: a directory and a file in it, ids 2, 3, … in order. */
export function scanned(paths: readonly string[]): SnapshotNode[] {
  const ids = new Map<string, NodeId>([["", rootNode]]);
  const nodes = [scannedNode(rootNode, "dir", [])];
  for (const path of paths) {
    const isDir = path.endsWith("/");
    const parts = path.replace(/\/$/, "").split("/");
    const own = parts.pop() as string;
    const id = (ids.size + 1) as NodeId;
    ids.set([...parts, own].join("/"), id);
    nodes.push(
      scannedNode(id, isDir ? "dir" : "file", [{ parent: ids.get(parts.join("/")) as NodeId, name: name(own) }]),
    );
  }
  return nodes;
}

function scannedNode(id: NodeId, kind: Kind, places: readonly Place[]): SnapshotNode {
  const dir = kind === "dir";
  return {
    id,
    kind,
    mode: dir ? 0o755 : 0o644,
    size: dir ? 4096 : 0,
    nlink: 1,
    ino: id + 1000,
    atime: epoch,
    mtime: epoch,
    ctime: epoch,
    version: 0 as Version,
    target: "",
    owner: undefined,
    places,
  };
}

export interface HostRig {
  readonly host: HostReplica;
  readonly done: Op[];
  /** What the real folder answers next. */
  refuse: Errno | undefined;
  /** A guest's operation, numbered. */
  submit(by: number, op: Op, adopted?: number): ReturnType<HostReplica["submit"]>;
  find(path: string): NodeId;
}

export function hostRig(paths: readonly string[], options: Partial<HostOptions> = {}): HostRig {
  const done: Op[] = [];
  const sent = new Map<number, number>();
  const host = createHostReplica({
    scanned: scanned(paths),
    backing: {
      apply(op) {
        if (rig.refuse !== undefined) return rig.refuse;
        done.push(op);
        return undefined;
      },
      revive: () => undefined,
    },
    ...options,
  });
  const rig: HostRig = {
    host,
    done,
    refuse: undefined,
    submit(by, op, adopted = 0) {
      const n = (sent.get(by) ?? 0) + 1;
      sent.set(by, n);
      return host.submit(by as PeerId, { id: opIdOf(by as PeerId, n), op, adopted });
    },
    find(path) {
      let node: NodeId | undefined = rootNode;
      for (const part of path.split("/")) node = node === undefined ? undefined : host.lookup(at(node, part));
      if (node === undefined) throw new Error(`nothing at ${path}`);
      return node;
    },
  };
  return rig;
}
