import { afterEach, expect, test } from "vitest";
import type { Seq } from "../../../helper/replica/ids.ts";
import { endAll, mustJoin, startHost } from "./links.ts";

afterEach(endAll);

test("content far larger than window and queues flows to its end, range after range", { timeout: 20_000 }, async () => {
  const piece = new Uint8Array(262_144).fill(7);
  const host = await startHost({
    serve: async ({ length }) => ({
      ok: true,
      position: 1 as Seq,
      version: 1 as never,
      size: 2 ** 40,
      bytes: piece.subarray(0, length),
    }),
  });
  const { connection } = await mustJoin(host);
  for (let i = 0; i < 3; i++) {
    const range = { node: 3 as never, offset: i * 2 ** 24, length: 2 ** 24, priority: "demand" } as const;
    const answers = await Promise.all([connection.fetch(range), connection.fetch({ ...range, priority: "prefetch" })]);
    for (const answer of answers) expect(answer.ok && answer.bytes.length).toBe(2 ** 24);
  }
});
