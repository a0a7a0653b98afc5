import { expect, it } from "vitest";
import type { NodeId } from "../../../helper/replica/ids.ts";
import { RecentNodes } from "../../../helper/session/recent-nodes.ts";

const node = (id: number): NodeId => id as NodeId;

it("remembers a node for a second, and not much longer", () => {
  let now = 0;
  const recent = new RecentNodes(() => now);
  now = 999;
  recent.add(node(5));
  now = 1999;
  expect(recent.has(node(5))).toBe(true);
  now = 5000;
  expect(recent.has(node(5))).toBe(false);
});

it("remembers a bounded number of nodes, the newest", () => {
  const recent = new RecentNodes(() => 0);
  for (let id = 1; id <= 100_000; id++) recent.add(node(id));
  const kept = Array.from({ length: 100_000 }, (_, i) => recent.has(node(i + 1))).filter(Boolean).length;
  expect(kept).toBeLessThanOrEqual(4096);
  expect(recent.has(node(100_000))).toBe(true);
  expect(recent.has(node(98_000))).toBe(true);
});
