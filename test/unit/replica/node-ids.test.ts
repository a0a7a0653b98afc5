import { expect, test } from "vitest";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import { at, hostRig, time } from "./rig.ts";

test("R-ID: a number a guest took from the host's range is not given to a node of the host", () => {
  const rig = hostRig([]);
  const taken = (rig.host.newNode() + 1) as NodeId;
  const made = rig.submit(1, { t: "create", at: at(rootNode, "theirs"), node: taken, mode: 0o644, time: time(5) });
  expect(made.ordered?.t).toBe("applied");
  expect(rig.host.newNode()).toBe(taken + 1);
});

test("R-ID: a guest makes no node with a number of the scan's, or one that is private to peers", () => {
  const rig = hostRig([]);
  for (const [adopted, node] of [77, 2 ** 52 + 1].entries()) {
    const op = { t: "create", at: at(rootNode, `x${node}`), node: node as NodeId, mode: 0o644, time: time(5) } as const;
    expect(rig.submit(1, op, adopted).ordered).toMatchObject({ t: "refused", reason: "stale" });
  }
});
