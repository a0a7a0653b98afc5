import { expect, test } from "vitest";
import { addToBurst, type Burst, burstOp } from "../../../helper/replica/bursts.ts";
import type { NodeId, Version } from "../../../helper/replica/ids.ts";

const time = { sec: 1, nsec: 0 };

function burstOf(append: boolean, writes: readonly (readonly [offset: number, text: string])[]): Burst {
  const before = { mtime: time, ctime: time };
  const burst: Burst = {
    node: 9 as NodeId,
    handle: 1,
    append,
    base: 1 as Version,
    extents: [],
    bytes: 0,
    time,
    before,
    parts: 0,
  };
  for (const [offset, text] of writes) addToBurst(burst, offset, Buffer.from(text), time);
  return burst;
}
const shape = ({ extents, bytes }: Burst): unknown => [extents.map(({ offset, length }) => [offset, length]), bytes];

test("what is written anew from the beginning travels once (R-BURST)", () => {
  const burst = burstOf(false, [
    [0, "abcd"],
    [4, "efgh"],
    [6, "ijkl"],
    [0, "ABCDEFGH"],
  ]);
  expect(shape(burst)).toEqual([
    [
      [6, 4],
      [0, 8],
    ],
    12,
  ]);
});

test("appended bytes all travel, also from the beginning (R-BURST)", () => {
  const burst = burstOf(true, [
    [0, "ab"],
    [2, "cd"],
  ]);
  expect(burstOp(burst, false)).toMatchObject({ t: "append", extent: { offset: 0, length: 4 } });
});
