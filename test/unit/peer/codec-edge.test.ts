/** What a reader refuses, cuts or leaves out of what a peer sends; no bytes make it throw. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, type Reader } from "../../../helper/peer/codec/bytes.ts";
import * as greeting from "../../../helper/peer/codec/greeting.ts";
import { encodeOrdered, readOrderedFrame } from "../../../helper/peer/codec/ordered.ts";
import * as presences from "../../../helper/peer/codec/presence.ts";
import { readSnapshotEnd, readSnapshotNodes, readSnapshotStart } from "../../../helper/peer/codec/snapshot.ts";
import * as toGuest from "../../../helper/peer/codec/to-guest.ts";
import * as toHost from "../../../helper/peer/codec/to-host.ts";
import { protocolVersion } from "../../../helper/peer/protocol.ts";
import type { NodeId, OpId } from "../../../helper/replica/ids.ts";
import type { Op } from "../../../helper/replica/op.ts";
import { body, damage, value } from "./frames.ts";
import { aTime, ordered, submitted } from "./samples.ts";

test("a submitted write without its bytes breaks the protocol", () => {
  const bare = { offset: 0, length: 1 };
  const op = { t: "append", node: 9, seen: 0, extent: bare, time: { sec: 1, nsec: 0 } } as never;
  const [frame] = toHost.encodeSubmit([{ id: 1 as never, adopted: 0, op }]);
  expect(parse(body(frame as Uint8Array), toHost.readSubmit)).toMatchObject({
    ok: false,
    why: "a write without its bytes",
  });
});

test("set-user-ID and set-group-ID fall off what a guest submits", () => {
  const op: Op = { t: "setattr", node: 2 as NodeId, mode: 0o6755, time: aTime };
  const [frame] = toHost.encodeSubmit([{ id: 1 as OpId, op, adopted: 0 }]);
  expect(value(parse(body(frame as Uint8Array), toHost.readSubmit))[0]?.op).toEqual({ ...op, mode: 0o755 });
});

test.each(["/", "..", ".", "a/b", "a\0b", ""])("the name %j is refused at the edge", (name) => {
  const op = { t: "rmdir", at: { parent: 1, name }, node: 2, time: aTime } as unknown as Op;
  const frame = toHost.encodeSubmit([{ id: 1 as OpId, op, adopted: 0 }])[0] as Uint8Array;
  expect(parse(body(frame), toHost.readSubmit)).toEqual({ ok: false, why: "no file name" });
});

test("names of people lose what moves a cursor or turns the reading direction", () => {
  const lobby = { hostName: "an\u001b[31m\u202ena\n", repository: "r" };
  expect(value(parse(body(greeting.encodeLobby(lobby)), greeting.readLobby)).hostName).toBe("an[31mna");
});

test("a count is compared with what is left before anything is allocated", () => {
  const frame = new Uint8Array(8).fill(0xff);
  expect(parse(frame, toHost.readSubmit)).toEqual({ ok: false, why: "list too long" });
});

const readers: readonly ((r: Reader) => unknown)[] = [
  toHost.readSubmit,
  toHost.readAck,
  toHost.readHolding,
  toHost.readFetch,
  toGuest.readChunk,
  toGuest.readPeers,
  toGuest.readRangeFirst,
  toGuest.readSpace,
  toGuest.readEnding,
  presences.readPresent,
  presences.readPeerPresence,
  readOrderedFrame,
  readSnapshotStart,
  readSnapshotNodes,
  readSnapshotEnd,
  greeting.readHello(protocolVersion),
  greeting.readWelcome,
  greeting.readLobby,
  greeting.readBye,
  greeting.readPing,
  greeting.readPong,
];

test("random bytes are an answer to every reader, never an exception", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const read of readers) expect(typeof parse(bytes, read).ok).toBe("boolean");
    }),
    { numRuns: 2000 },
  );
});

test("a message with any byte changed or cut off is an answer, never an exception", () => {
  fc.assert(
    fc.property(fc.array(submitted, { minLength: 1, maxLength: 3 }), ordered, damage(400), (batch, message, harmed) => {
      for (const frame of [...toHost.encodeSubmit(batch), encodeOrdered(1, message)]) {
        const both: ((r: Reader) => unknown)[] = [toHost.readSubmit, readOrderedFrame];
        for (const read of both) expect(typeof parse(harmed(frame), read).ok).toBe("boolean");
      }
    }),
    { numRuns: 1000 },
  );
});

test("greeting frames are as short as the greeting allows", () => {
  expect(greeting.encodeAttached().length).toBe(5);
  expect(greeting.encodeBye({ code: "declined", detail: "x".repeat(5000) }).length).toBeLessThan(600);
});
