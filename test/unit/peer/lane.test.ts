import { duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { frameOf, parse } from "../../../helper/peer/codec/bytes.ts";
import type { LinkError } from "../../../helper/peer/errors.ts";
import { Lane } from "../../../helper/peer/lane.ts";
import { frameType } from "../../../helper/peer/protocol.ts";
import { until } from "./links.ts";

const limits = { maxFrame: 1000, window: 1000, maxQueue: 1000 };

for (const [how, frame] of [
  [
    "throws",
    () => {
      throw new Error("unforeseen");
    },
  ],
  ["rejects", () => Promise.reject(new Error("unforeseen"))],
] as const) {
  test(`what ${how} on a frame ends the connection it came by, with the reason, and nothing else`, async () => {
    const [ours, theirs] = duplexPair();
    const ends: LinkError[] = [];
    const end = (error: LinkError): void => void ends.push(error);
    new Lane({ ...limits, socket: ours, events: { frame, end } });
    const peer = new Lane({ ...limits, socket: theirs, events: { frame: () => undefined, end } });
    peer.send(frameOf(frameType.ack, (w) => w.uint(1)));
    await until(() => ends.length === 2);
    expect(ends).toEqual([
      expect.objectContaining({ code: "protocol", detail: "a defect here: unforeseen" }),
      expect.objectContaining({ code: "protocol", detail: "a defect here: unforeseen" }),
    ]);
  });
}

test("what may be lost goes when nothing else waits, the latest of each only, and fills no queue", async () => {
  const [ours, theirs] = duplexPair();
  let takeIn = (): void => undefined;
  const taken: string[] = [];
  const wide = { maxFrame: 1000, window: 400, maxQueue: 10_000 };
  const lane = new Lane({ ...wide, socket: ours, events: { frame: () => undefined, end: () => undefined } });
  new Lane({
    ...wide,
    socket: theirs,
    events: {
      frame(type, body) {
        const read = parse(body.subarray(0, 8), (r) => r.uint());
        taken.push(`${type} ${read.ok ? read.value : "?"}`);
        return new Promise((resolve) => (takeIn = resolve));
      },
      end: () => undefined,
    },
  });
  const data = (n: number): Uint8Array =>
    frameOf(frameType.submit, (w) => {
      w.uint(n);
      w.fixed(new Uint8Array(287));
    });
  const latest = (n: number): Uint8Array => frameOf(frameType.present, (w) => w.uint(n));
  lane.send(data(1));
  lane.send(data(2));
  for (let n = 0; n < 10_000; n++) lane.offer(n % 2, latest(n));
  await until(() => taken.length === 1);
  expect(lane.pendingBytes).toBe(300);
  lane.send(data(3));
  for (let n = 1; n <= 4; n++) {
    await until(() => taken.length >= n);
    takeIn();
  }
  await until(() => taken.length === 5);
  expect(taken).toEqual(["16 1", "16 2", "16 3", "23 9998", "23 9999"]);
});
