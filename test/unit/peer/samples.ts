import fc from "fast-check";
import type { Errno } from "../../../helper/base/errno.ts";
import { mustFileName, parseFileName } from "../../../helper/base/name.ts";
import type { Time } from "../../../helper/base/time.ts";
import type { Presence } from "../../../helper/peer/codec/presence.ts";
import type { Snapshot, SnapshotNode } from "../../../helper/replica/api.ts";
import type { NodeId, OpId, PeerId, Seq, Version } from "../../../helper/replica/ids.ts";
import type { Extent, Op, Ordered, Place, Submitted } from "../../../helper/replica/op.ts";

export const node = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) as fc.Arbitrary<NodeId>;
export const version = fc.nat({ max: Number.MAX_SAFE_INTEGER }) as fc.Arbitrary<Version>;
export const opId = fc.nat({ max: Number.MAX_SAFE_INTEGER }) as unknown as fc.Arbitrary<OpId>;
const seq = fc.nat({ max: Number.MAX_SAFE_INTEGER }) as unknown as fc.Arbitrary<Seq>;
const peer = fc.nat({ max: 8191 }) as unknown as fc.Arbitrary<PeerId>;
const errnoValue = fc.integer({ min: 1, max: 4095 }) as fc.Arbitrary<Errno>;
const mode = fc.nat({ max: 0o1777 });
const latin1 = (max: number) =>
  fc.uint8Array({ minLength: 1, maxLength: max }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const name = latin1(255).map((text) => parseFileName(text) ?? mustFileName("x"));
const target = latin1(300).map((text) => text.replaceAll("\0", "/"));
export const time: fc.Arbitrary<Time> = fc.record({
  sec: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  nsec: fc.integer({ min: 0, max: 999_999_999 }),
});
const place: fc.Arbitrary<Place> = fc.record({ parent: node, name });
const bytes = fc.uint8Array({ maxLength: 200 });
const offset = fc.nat({ max: 2 ** 50 });
const extent: fc.Arbitrary<Extent> = fc.oneof(
  fc.record({ offset, length: fc.nat({ max: 2 ** 40 }) }),
  fc.record({ offset, bytes }).map((each) => ({ ...each, length: each.bytes.length })),
);
const t = <T extends string>(value: T) => fc.constant(value);

export const anyOp: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ t: fc.constantFrom("create" as const, "mkdir" as const), at: place, node, mode, time }),
  fc.record({ t: t("symlink"), at: place, node, target, time }),
  fc.record({ t: fc.constantFrom("link" as const, "rmdir" as const), at: place, node, time }),
  fc.record({ t: t("unlink"), at: place, node, seen: version, time }),
  fc.record({
    t: t("rename"),
    from: place,
    to: place,
    node,
    victim: fc.option(fc.record({ node, seen: version })),
    time,
  }),
  fc.record({
    t: t("write"),
    node,
    base: version,
    extents: fc.array(extent, { maxLength: 5 }),
    more: fc.boolean(),
    time,
  }),
  fc.record({ t: t("append"), node, seen: version, extent, time }),
  fc.record({ t: t("truncate"), node, base: version, size: offset, time }),
  fc.record({ t: t("setattr"), node, mode, atime: time, mtime: time, time }, { requiredKeys: ["t", "node", "time"] }),
  fc.record({ t: t("seed"), dir: node, name, bytes, time }),
) as fc.Arbitrary<Op>;

export const submitted: fc.Arbitrary<Submitted> = fc.record({
  id: opId,
  op: anyOp.filter(carriesBytes),
  adopted: fc.nat({ max: 2 ** 32 - 1 }),
});

export const refused = fc.record({
  t: t("refused"),
  id: opId,
  errno: errnoValue,
  reason: fc.constantFrom("stale" as const, "locked" as const, "same" as const),
  count: fc.nat({ max: 2 ** 32 - 1 }),
});

export const ordered: fc.Arbitrary<Ordered> = fc.oneof(
  refused,
  fc.record(
    {
      t: t("applied"),
      seq,
      id: opId,
      by: peer,
      op: anyOp,
      version,
      grant: fc.boolean(),
      offset,
      revived: fc.array(fc.record({ node, at: place }), { maxLength: 3 }),
    },
    { requiredKeys: ["t", "seq", "id", "by", "op", "version", "grant"] },
  ),
) as fc.Arbitrary<Ordered>;

const snapshotNode: fc.Arbitrary<SnapshotNode> = fc.record({
  id: node,
  kind: fc.constantFrom("file" as const, "dir" as const, "symlink" as const),
  mode: fc.nat({ max: 0o7777 }),
  size: offset,
  nlink: fc.nat({ max: 1000 }),
  ino: version,
  atime: time,
  mtime: time,
  ctime: time,
  version,
  target: fc.oneof(fc.constant(""), target),
  owner: fc.option(peer, { nil: undefined }),
  places: fc.array(place, { maxLength: 3 }),
});

export const snapshot: fc.Arbitrary<Snapshot> = fc.record({
  position: seq,
  nodes: fc.array(snapshotNode, { maxLength: 20 }),
  seeds: fc.array(fc.record({ dir: node, name, bytes }), { maxLength: 3 }),
});

const path = fc.array(name, { minLength: 1, maxLength: 4 }).filter((names) => names.join("/").length <= 1024);
const position = fc.record({ line: fc.nat({ max: 2 ** 32 - 1 }), character: fc.nat({ max: 2 ** 32 - 1 }) });
export const presence: fc.Arbitrary<Presence> = fc.record({
  file: fc.option(
    fc.record({ path, selections: fc.array(fc.record({ anchor: position, active: position }), { maxLength: 16 }) }),
  ),
  unsaved: fc.array(path, { maxLength: 32 }),
});

// --- Fixed values, for the golden test and for sending over links --------------------------------------------------

export const aTime: Time = { sec: 1_700_000_000, nsec: 123_456_789 };

export function aWrite(n: number, length: number): Submitted {
  const op: Op = {
    t: "write",
    node: 7 as NodeId,
    base: 0 as Version,
    extents: [{ offset: 0, length, bytes: new Uint8Array(length).fill(n) }],
    more: false,
    time: aTime,
  };
  return { id: (2 ** 40 + n) as OpId, op, adopted: 0 };
}

export function anApplied(n: number, length = 0): Extract<Ordered, { t: "applied" }> {
  const { id, op } = aWrite(n, length);
  return { t: "applied", seq: n as Seq, id, by: 1 as PeerId, op, version: id as unknown as Version, grant: false };
}

export function aSnapshot(nodes: number): Snapshot {
  return {
    position: 0 as Seq,
    nodes: Array.from({ length: nodes }, (_, i) => ({
      id: (i + 1) as NodeId,
      kind: i === 0 ? ("dir" as const) : ("file" as const),
      mode: 0o644,
      size: i,
      nlink: 1,
      ino: i + 1,
      atime: aTime,
      mtime: aTime,
      ctime: aTime,
      version: 0 as Version,
      target: "",
      owner: undefined,
      places: i === 0 ? [] : [{ parent: 1 as NodeId, name: mustFileName(`file-${i}`) }],
    })),
    seeds: [],
  };
}

export function aPresence(path: string, line = 0): Presence {
  const active = { line, character: 4 };
  return { file: { path: path.split("/").map(mustFileName), selections: [{ anchor: active, active }] }, unsaved: [] };
}

/** Of what a guest submits nothing is left to be fetched. */
function carriesBytes(op: Op): boolean {
  const extents = op.t === "write" ? op.extents : op.t === "append" ? [op.extent] : [];
  return extents.every(({ bytes }) => bytes !== undefined);
}
