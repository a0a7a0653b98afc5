/** Frames as a codec's tests take them apart. */
import fc from "fast-check";
import type { Parsed } from "../../../helper/peer/codec/bytes.ts";

/** Without its length and type. */
export const body = (frame: Uint8Array): Uint8Array => frame.subarray(5);

export function value<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.value;
}

/** Makes a frame's body one with a byte changed, in the first `max` of them, and perhaps cut off there. */
export function damage(max: number): fc.Arbitrary<(frame: Uint8Array) => Uint8Array> {
  return fc
    .record({ at: fc.nat({ max }), to: fc.nat({ max: 255 }), cut: fc.boolean() })
    .map(({ at, to, cut }) => (frame) => {
      const bytes = Uint8Array.from(body(frame));
      bytes[at % bytes.length] = to;
      return cut ? bytes.subarray(0, at % bytes.length) : bytes;
    });
}
