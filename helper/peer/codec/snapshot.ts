/** A snapshot travels as start, any number of node parts and seeds at the end, in the order of the operations lane. */
import type { Snapshot, SnapshotNode } from "../../replica/api.ts";
import type { Kind } from "../../replica/op.ts";
import { frameType, limits } from "../protocol.ts";
import { frameOf, Writer, type Reader } from "./bytes.ts";
import { type Refused, readRefused, writeRefused } from "./ordered.ts";
import {
  readMode,
  readName,
  readNode,
  readPeer,
  readPlace,
  readSeq,
  readTime,
  readVersion,
  writePlace,
  writeTime,
} from "./values.ts";

export interface SnapshotDown {
  readonly index: number;
  readonly snapshot: Snapshot;
  readonly decided: number;
  readonly refusals: readonly Refused[];
}

export interface SnapshotStart {
  readonly index: number;
  readonly position: Snapshot["position"];
  readonly decided: number;
  readonly refusals: readonly Refused[];
  readonly nodes: number;
}

export type SnapshotSeeds = Snapshot["seeds"];

const kinds = ["file", "dir", "symlink"] as const satisfies readonly Kind[];

export function encodeSnapshot(down: SnapshotDown): Uint8Array[] {
  const start = frameOf(frameType.snapshotStart, (w) => {
    w.uint(down.index);
    w.uint(down.snapshot.position);
    w.uint(down.decided);
    w.u32(down.snapshot.nodes.length);
    w.u32(down.refusals.length);
    for (const refused of down.refusals) writeRefused(w, refused);
  });
  const end = frameOf(frameType.snapshotEnd, (w) => {
    w.u32(down.snapshot.seeds.length);
    for (const seed of down.snapshot.seeds) {
      w.uint(seed.dir);
      w.latin1(seed.name);
      w.bytes(seed.bytes);
    }
  });
  return [start, ...encodeNodes(down.snapshot.nodes), end];
}

function encodeNodes(nodes: readonly SnapshotNode[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const w = new Writer();
  let count = 0;
  const begin = () => {
    w.begin(frameType.snapshotNodes);
    w.u32(0);
    count = 0;
  };
  const finish = () => {
    w.patchU32(5, count);
    frames.push(w.frame());
  };
  begin();
  for (const node of nodes) {
    if (w.size > limits.batch) {
      finish();
      begin();
    }
    writeNode(w, node);
    count++;
  }
  if (count > 0) finish();
  return frames;
}

export function readSnapshotStart(r: Reader): SnapshotStart {
  const index = r.uint();
  const position = readSeq(r);
  const decided = r.uint();
  const nodes = r.u32();
  if (nodes > limits.snapshotNodes) r.fail("snapshot too large");
  return { index, position, decided, nodes, refusals: r.list(2 ** 17, 15, readRefused) };
}

export function readSnapshotNodes(r: Reader): readonly SnapshotNode[] {
  return r.list(limits.snapshotNodes, 82, readNodeOf);
}

export function readSnapshotEnd(r: Reader): SnapshotSeeds {
  return r.list(2 ** 16, 14, (item) => ({ dir: readNode(item), name: readName(item), bytes: item.bytes(2 ** 20) }));
}

function writeNode(w: Writer, node: SnapshotNode): void {
  w.uint(node.id);
  w.choice(kinds, node.kind);
  w.u16(node.mode);
  w.uint(node.size);
  w.u32(node.nlink);
  w.uint(node.ino);
  writeTime(w, node.atime);
  writeTime(w, node.mtime);
  writeTime(w, node.ctime);
  w.uint(node.version);
  w.latin1(node.target);
  w.bool(node.owner !== undefined);
  if (node.owner !== undefined) w.u16(node.owner);
  w.u32(node.places.length);
  for (const place of node.places) writePlace(w, place);
}

function readNodeOf(r: Reader): SnapshotNode {
  return {
    id: readNode(r),
    kind: r.choice(kinds),
    mode: readMode(r),
    size: r.uint(),
    nlink: r.u32(),
    ino: r.uint(),
    atime: readTime(r),
    mtime: readTime(r),
    ctime: readTime(r),
    version: readVersion(r),
    target: r.latin1(4095),
    owner: r.bool() ? readPeer(r) : undefined,
    places: r.list(2 ** 16, 11, readPlace),
  };
}
