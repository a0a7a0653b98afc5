import { expect, test } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import type { GuestConnection } from "../../../helper/peer/api.ts";
import type { View } from "../../../helper/replica/api.ts";
import type { NodeId, PeerId } from "../../../helper/replica/ids.ts";
import { fetching, guestState, none, outgoing, serving } from "../../../helper/session/sync-status.ts";

const view = {
  pathOf: (id: NodeId) => (id === 7 ? [mustFileName("src"), mustFileName("a.ts")] : undefined),
  node: () => ({ size: 1000 }),
} as unknown as View;
const nameOf = (peer: PeerId): string => ["ada", "ben"][peer] ?? "?";
const moving = [
  { node: 7 as NodeId, peer: 1 as PeerId, moved: 4000 },
  { node: 8 as NodeId, peer: 1 as PeerId, moved: 4000 },
];

test.each([
  ["connected", none, none, "in sync"],
  ["connected", { operations: 1, bytes: 0 }, none, "pending"],
  ["connected", { operations: 0, bytes: 9 }, none, "pending"],
  ["connected", none, { operations: 2, bytes: 0 }, "pending"],
  ["suspect", none, none, "offline"],
  ["reconnecting", none, none, "offline"],
  ["gone", none, none, "ended"],
] as const)("a guest that is %s, with %j out and %j in, is %s", (link, pending, incoming, state) => {
  expect(guestState(link, { pending, incoming })).toBe(state);
});

test("a host waits for the guest furthest behind, and not for one that is gone", () => {
  const guest = (operations: number, here = true) => ({ here, unacknowledged: { operations, bytes: operations * 10 } });
  expect(outgoing([guest(2), guest(5), guest(9, false)])).toEqual({ operations: 5, bytes: 50 });
  expect(outgoing([])).toEqual(none);
});

test("of a file that is fetched as much is done as the cache holds; one without a name is not shown", () => {
  const cache = {
    missing: () => [
      { offset: 0, length: 100 },
      { offset: 500, length: 200 },
    ],
  };
  expect(fetching(moving, { view, cache, nameOf: () => "ada" })).toEqual([
    { what: "fetch", path: "src/a.ts", peer: "ada", done: 700, total: 1000 },
  ]);
});

test("a host shows trees on their way first, then files, never more than all of one", () => {
  const guests = [
    { name: "cleo", snapshot: { done: 1, total: 2 } },
    { name: "ben", snapshot: undefined },
  ] as unknown as GuestConnection[];
  expect(serving(moving, guests, { view, nameOf })).toEqual([
    { what: "snapshot", path: null, peer: "cleo", done: 1, total: 2 },
    { what: "serve", path: "src/a.ts", peer: "ben", done: 1000, total: 1000 },
  ]);
});
