import { unreachable } from "../../base/brand.ts";
import type { Extent, Op } from "../../replica/op.ts";
import type { Reader, Writer } from "./bytes.ts";
import {
  readMode,
  readName,
  readNode,
  readPlace,
  readRange,
  readTarget,
  readTime,
  readVersion,
  writePlace,
  writeTime,
} from "./values.ts";

/** Index = the tag on the wire. Append only. */
const kinds = [
  "create",
  "mkdir",
  "symlink",
  "link",
  "unlink",
  "rmdir",
  "rename",
  "write",
  "append",
  "truncate",
  "setattr",
  "seed",
] as const satisfies readonly Op["t"][];

const maxBytes = 2 ** 21;
const maxExtents = 2 ** 16;

export function writeOp(w: Writer, op: Op): void {
  w.choice(kinds, op.t);
  writeTime(w, op.time);
  switch (op.t) {
    case "create":
    case "mkdir":
      writePlace(w, op.at);
      w.uint(op.node);
      return w.u16(op.mode);
    case "symlink":
      writePlace(w, op.at);
      w.uint(op.node);
      return w.latin1(op.target);
    case "link":
    case "rmdir":
      writePlace(w, op.at);
      return w.uint(op.node);
    case "unlink":
      writePlace(w, op.at);
      w.uint(op.node);
      return w.uint(op.seen);
    case "rename":
      writePlace(w, op.from);
      writePlace(w, op.to);
      w.uint(op.node);
      w.bool(op.victim !== null);
      if (op.victim === null) return;
      w.uint(op.victim.node);
      return w.uint(op.victim.seen);
    case "write":
      w.uint(op.node);
      w.uint(op.base);
      w.bool(op.more);
      w.u32(op.extents.length);
      for (const extent of op.extents) writeExtent(w, extent);
      return;
    case "append":
      w.uint(op.node);
      w.uint(op.seen);
      return writeExtent(w, op.extent);
    case "truncate":
      w.uint(op.node);
      w.uint(op.base);
      return w.uint(op.size);
    case "setattr":
      w.uint(op.node);
      w.u8((op.mode === undefined ? 0 : 1) | (op.atime === undefined ? 0 : 2) | (op.mtime === undefined ? 0 : 4));
      if (op.mode !== undefined) w.u16(op.mode);
      if (op.atime !== undefined) writeTime(w, op.atime);
      if (op.mtime !== undefined) writeTime(w, op.mtime);
      return;
    case "seed":
      w.uint(op.dir);
      w.latin1(op.name);
      return w.bytes(op.bytes);
    default:
      return unreachable(op);
  }
}

export function readOp(r: Reader): Op {
  const t = r.choice(kinds);
  const time = readTime(r);
  switch (t) {
    case "create":
    case "mkdir":
      return { t, at: readPlace(r), node: readNode(r), mode: readMode(r), time };
    case "symlink":
      return { t, at: readPlace(r), node: readNode(r), target: readTarget(r), time };
    case "link":
    case "rmdir":
      return { t, at: readPlace(r), node: readNode(r), time };
    case "unlink":
      return { t, at: readPlace(r), node: readNode(r), seen: readVersion(r), time };
    case "rename": {
      const from = readPlace(r);
      const to = readPlace(r);
      const node = readNode(r);
      return { t, from, to, node, victim: r.bool() ? { node: readNode(r), seen: readVersion(r) } : null, time };
    }
    case "write": {
      const node = readNode(r);
      const base = readVersion(r);
      const more = r.bool();
      return { t, node, base, more, extents: r.list(maxExtents, 17, readExtent), time };
    }
    case "append":
      return { t, node: readNode(r), seen: readVersion(r), extent: readExtent(r), time };
    case "truncate":
      return { t, node: readNode(r), base: readVersion(r), size: r.uint(), time };
    case "setattr":
      return readSetattr(r, time);
    case "seed":
      return { t, dir: readNode(r), name: readName(r), bytes: r.bytes(maxBytes), time };
    default:
      return unreachable(t);
  }
}

function readSetattr(r: Reader, time: Op["time"]): Op {
  const node = readNode(r);
  const flags = r.u8();
  if (flags > 7) r.fail("unknown attribute");
  return {
    t: "setattr",
    node,
    ...(flags & 1 ? { mode: readMode(r) } : {}),
    ...(flags & 2 ? { atime: readTime(r) } : {}),
    ...(flags & 4 ? { mtime: readTime(r) } : {}),
    time,
  };
}

/** Where bytes are present they are exactly `length` long. */
function writeExtent(w: Writer, extent: Extent): void {
  w.uint(extent.offset);
  w.uint(extent.length);
  w.bool(extent.bytes !== undefined);
  if (extent.bytes !== undefined) w.fixed(extent.bytes);
}

function readExtent(r: Reader): Extent {
  const { offset, length } = readRange(r);
  if (!r.bool()) return { offset, length };
  if (length > maxBytes) r.fail("too many bytes");
  return { offset, length, bytes: r.fixed(length) };
}
