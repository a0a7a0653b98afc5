import type { Down, SnapshotNode } from "../replica/api.ts";
import { parse } from "./codec/bytes.ts";
import { readSnapshotEnd, readSnapshotNodes, readSnapshotStart, type SnapshotStart } from "./codec/snapshot.ts";
import { frameType } from "./protocol.ts";

export type Assembled =
  | { readonly t: "progress"; readonly nodes: number; readonly of: number }
  | { readonly t: "whole"; readonly down: Extract<Down, { snapshot: unknown }> }
  | { readonly t: "broken"; readonly why: string };

/** Puts a snapshot together from its frames. A new start discards what an older one left unfinished. */
export function createSnapshotAssembly(): (type: number, body: Uint8Array) => Assembled {
  let start: SnapshotStart | undefined;
  let nodes: SnapshotNode[] = [];

  return (type, body) => {
    if (type === frameType.snapshotStart) {
      const read = parse(body, readSnapshotStart);
      if (!read.ok) return { t: "broken", why: read.why };
      start = read.value;
      nodes = [];
      return { t: "progress", nodes: 0, of: start.nodes };
    }
    if (start === undefined) return { t: "broken", why: "part of no snapshot" };
    if (type === frameType.snapshotNodes) {
      const part = parse(body, readSnapshotNodes);
      if (!part.ok) return { t: "broken", why: part.why };
      if (nodes.length + part.value.length > start.nodes) return { t: "broken", why: "more nodes than announced" };
      for (const node of part.value) nodes.push(node);
      return { t: "progress", nodes: nodes.length, of: start.nodes };
    }
    const seeds = parse(body, readSnapshotEnd);
    if (!seeds.ok) return { t: "broken", why: seeds.why };
    if (nodes.length !== start.nodes) return { t: "broken", why: "fewer nodes than announced" };
    const { index, position, decided, refusals } = start;
    const down = { index, decided, refusals, snapshot: { position, nodes, seeds: seeds.value } };
    start = undefined;
    nodes = [];
    return { t: "whole", down };
  };
}
