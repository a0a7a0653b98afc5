import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { type PeerId } from "../../../helper/replica/ids.ts";
import { createOutbox } from "../../../helper/replica/outbox.ts";

describe("the outbox", () => {
  test("R-SNAP: resumes by index, and asks for a snapshot once its bounds are passed", () => {
    const outbox = createOutbox({ peer: 1 as PeerId, maxCount: 2, maxBytes: 1000 });
    const refused = (n: number) =>
      ({ t: "refused", id: (2 ** 40 + n) as never, errno: errno.EIO, reason: "stale", count: n }) as const;
    expect(outbox.push(refused(1))?.index).toBe(1);
    expect(outbox.push(refused(2))?.index).toBe(2);
    expect(outbox.resume(1)).toMatchObject([{ index: 2 }]);
    expect(outbox.push(refused(3))?.index).toBe(3);
    expect(outbox.push(refused(4))).toBeUndefined();
    expect(outbox.resume(1)).toBe("snapshot");
    expect(outbox.snapshot({ position: 0 as never, nodes: [], seeds: [] })).toMatchObject({
      index: 4,
      decided: 4,
      refusals: [{ count: 2 }, { count: 3 }, { count: 4 }],
    });
  });
});
