import { beforeEach, expect, test } from "vitest";
import type { NodeId, PeerId } from "../../../helper/replica/ids.ts";
import { createTransfers, type Transfers } from "../../../helper/session/transfers.ts";

const node = (id: number): NodeId => id as NodeId;
const ada = 0 as PeerId;
const ben = 1 as PeerId;
let now: number;
let transfers: Transfers;
beforeEach(() => {
  now = 0;
  transfers = createTransfers(() => now);
});
const listed = () => transfers.list().map(({ node: id, moved }) => [id, moved]);

test("pieces of one file are one transfer, that goes on between them and is over after a second's rest", () => {
  const first = transfers.begin(node(7), ada);
  first(256);
  now = 900;
  expect(listed()).toEqual([[7, 256]]);
  const second = transfers.begin(node(7), ada);
  now = 60_000;
  expect(listed()).toEqual([[7, 256]]);
  second(100);
  now = 61_000;
  expect(listed()).toEqual([[7, 356]]);
  now = 61_001;
  expect(listed()).toEqual([]);
});

test("the same file to two peers is two transfers", () => {
  transfers.begin(node(7), ada)(1);
  transfers.begin(node(7), ben)(2);
  expect(transfers.list().map(({ peer, moved }) => [peer, moved])).toEqual([
    [ada, 1],
    [ben, 2],
  ]);
});

test("twenty are listed, the oldest first; where nobody lists them, no more than 256 are kept", () => {
  for (let id = 0; id < 100; id++) transfers.begin(node(id), ada)(1);
  expect(listed()).toEqual(Array.from({ length: 20 }, (_, id) => [id, 1]));
  const ends = Array.from({ length: 1000 }, (_, id) => transfers.begin(node(1000 + id), ada));
  for (const end of ends) end(1);
  now = 2000;
  transfers.begin(node(5000), ada);
  expect(listed()).toEqual([[5000, 0]]);
});
