/** PROTOCOL.md "Flow": what a guest has on the bulk lane at once. */
import { expect, test } from "vitest";
import { Fetches } from "../../../helper/peer/fetches.ts";
import type { Lane } from "../../../helper/peer/lane.ts";
import { encodeChunk } from "../../../helper/peer/codec/to-guest.ts";
import { readFetch } from "../../../helper/peer/codec/to-host.ts";
import { parse } from "../../../helper/peer/codec/bytes.ts";
import { frameType, limits } from "../../../helper/peer/protocol.ts";

interface Asked {
  readonly id: number;
  readonly priority: string;
}

/** What stands before a frame's body: its length and its type. */
const head = 5;

function createDesk() {
  const fetches = new Fetches();
  const asked: Asked[] = [];
  const send = (frame: Uint8Array): void => {
    const request = parse(frame.subarray(head), readFetch);
    if (!request.ok) throw new Error(request.why);
    asked.push(request.value);
  };
  fetches.attach({ ended: false, send } as unknown as Lane);
  const ask = (count: number, length: number, priority: "demand" | "prefetch"): void => {
    for (let i = 0; i < count; i += 1) void fetches.fetch({ node: 3 as never, offset: 0, length, priority });
  };
  return { fetches, asked, ask };
}

test("small prefetches are 64 at once, and each answer brings the next; a demand stands behind none", () => {
  const { fetches, asked, ask } = createDesk();
  ask(100, 10, "prefetch");
  expect(asked).toHaveLength(64);
  ask(1, 10, "demand");
  expect(asked.at(-1)).toMatchObject({ priority: "demand" });
  const answer = encodeChunk(asked[0]?.id as number, { ok: false, errno: 2 as never });
  expect(fetches.frame(frameType.chunk, answer.subarray(head))).toBeUndefined();
  expect(asked).toHaveLength(66);
});

test("large prefetches are at most 1 MiB at once", () => {
  const { asked, ask } = createDesk();
  ask(10, limits.chunk, "prefetch");
  expect(asked).toHaveLength(4);
});
