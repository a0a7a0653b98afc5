import { duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { frameOf } from "../../../helper/peer/codec/bytes.ts";
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
