import { expect, test } from "vitest";
import type { Time } from "../../../helper/base/time.ts";
import type { View } from "../../../helper/replica/api.ts";
import type { NodeId, OpId } from "../../../helper/replica/ids.ts";
import type { Submitted } from "../../../helper/replica/op.ts";
import { admitted } from "../../../helper/session/guest-edge.ts";

const now: Time = { sec: 1000, nsec: 0 };
const view = {} as View;

function changedAt(time: Time): Submitted {
  return { id: 1 as OpId, adopted: 0, op: { t: "setattr", node: 7 as NodeId, mode: 0o644, time } };
}

test("a guest's clock may be two seconds ahead of the host's", () => {
  const submitted = changedAt({ sec: 1002, nsec: 0 });
  expect(admitted(submitted, view, { now: () => now })).toBe(submitted);
});

test("a time further ahead is the host's now: one wild clock moves nobody's times", () => {
  const submitted = changedAt({ sec: 2 ** 40, nsec: 5 });
  expect(admitted(submitted, view, { now: () => now }).op).toEqual({ ...submitted.op, time: now });
});
