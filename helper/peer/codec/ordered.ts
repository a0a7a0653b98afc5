import { unreachable } from "../../base/brand.ts";
import type { Ordered, RefusalReason } from "../../replica/op.ts";
import { frameType } from "../protocol.ts";
import { frameOf, type Reader, type Writer } from "./bytes.ts";
import { readOp, writeOp } from "./op.ts";
import { readErrno, readNode, readOpId, readPeer, readPlace, readSeq, readVersion, writePlace } from "./values.ts";

export type Refused = Extract<Ordered, { t: "refused" }>;

const reasons = [
  "stale",
  "exists",
  "gone",
  "not-empty",
  "locked",
  "not-owner",
  "pipeline",
  "disk",
  "read-only",
  "same",
] as const satisfies readonly RefusalReason[];

/** `index · ordered`; the index numbers what one guest is told. */
export function encodeOrdered(index: number, message: Ordered): Uint8Array {
  return frameOf(frameType.ordered, (w) => {
    w.uint(index);
    writeOrdered(w, message);
  });
}

export function readOrderedFrame(r: Reader): { readonly index: number; readonly message: Ordered } {
  return { index: r.uint(), message: readOrdered(r) };
}

function writeOrdered(w: Writer, message: Ordered): void {
  switch (message.t) {
    case "refused":
      w.u8(0);
      return writeRefused(w, message);
    case "applied":
      w.u8(1);
      w.uint(message.seq);
      w.uint(message.id);
      w.u16(message.by);
      w.uint(message.version);
      w.u8((message.grant ? 1 : 0) | (message.offset === undefined ? 0 : 2) | (message.revived === undefined ? 0 : 4));
      if (message.offset !== undefined) w.uint(message.offset);
      if (message.revived !== undefined) {
        w.u32(message.revived.length);
        for (const { node, at } of message.revived) {
          w.uint(node);
          writePlace(w, at);
        }
      }
      return writeOp(w, message.op);
    default:
      return unreachable(message);
  }
}

function readOrdered(r: Reader): Ordered {
  if (r.u8() === 0) return readRefused(r);
  const seq = readSeq(r);
  const id = readOpId(r);
  const by = readPeer(r);
  const version = readVersion(r);
  const flags = r.u8();
  if (flags > 7) r.fail("unknown flag");
  const more = {
    ...(flags & 2 ? { offset: r.uint() } : {}),
    ...(flags & 4 ? { revived: r.list(4096, 18, (item) => ({ node: readNode(item), at: readPlace(item) })) } : {}),
  };
  return { t: "applied", seq, id, by, version, grant: (flags & 1) === 1, ...more, op: readOp(r) };
}

export function writeRefused(w: Writer, refused: Refused): void {
  w.uint(refused.id);
  w.u16(refused.errno);
  w.choice(reasons, refused.reason);
  w.u32(refused.count);
}

export function readRefused(r: Reader): Refused {
  return { t: "refused", id: readOpId(r), errno: readErrno(r), reason: r.choice(reasons), count: r.u32() };
}
