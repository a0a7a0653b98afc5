/** What one peer says comes out at the other as it went in, in the bytes of this protocol version. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Errno } from "../../../helper/base/errno.ts";
import { mustFileName } from "../../../helper/base/name.ts";
import { parse } from "../../../helper/peer/codec/bytes.ts";
import * as greeting from "../../../helper/peer/codec/greeting.ts";
import { encodeOrdered, readOrderedFrame } from "../../../helper/peer/codec/ordered.ts";
import { encodeSnapshot } from "../../../helper/peer/codec/snapshot.ts";
import * as presences from "../../../helper/peer/codec/presence.ts";
import { encodeRules, fitsRules, readRules } from "../../../helper/peer/codec/rules.ts";
import * as toGuest from "../../../helper/peer/codec/to-guest.ts";
import * as toHost from "../../../helper/peer/codec/to-host.ts";
import { protocolVersion } from "../../../helper/peer/protocol.ts";
import { createSnapshotAssembly } from "../../../helper/peer/snapshot-assembly.ts";
import type { NodeId, OpId, PeerId, Seq, Version } from "../../../helper/replica/ids.ts";
import type { Op } from "../../../helper/replica/op.ts";
import type { PathRulesData } from "../../../helper/replica/path-rules-data.ts";
import { body, value } from "./frames.ts";
import { aPresence, aSnapshot, aTime, node, ordered, refused, snapshot, submitted } from "./samples.ts";

test("a batch of submitted operations comes out as it went in, over however many frames", () => {
  fc.assert(
    fc.property(fc.array(submitted, { maxLength: 20 }), (batch) => {
      const out = toHost.encodeSubmit(batch).flatMap((frame) => value(parse(body(frame), toHost.readSubmit)));
      expect(out).toEqual(batch);
    }),
  );
});

test("what the host tells in order comes out as it went in", () => {
  fc.assert(
    fc.property(fc.nat(), ordered, (index, message) => {
      expect(value(parse(body(encodeOrdered(index, message)), readOrderedFrame))).toEqual({ index, message });
    }),
  );
});

test("a snapshot is put together from its frames as it was, with progress", () => {
  fc.assert(
    fc.property(snapshot, fc.array(refused, { maxLength: 3 }), (snap, refusals) => {
      const down = { index: 9, snapshot: snap, decided: 4, refusals };
      const assemble = createSnapshotAssembly();
      const steps = encodeSnapshot(down).map((frame) => assemble(frame[4] as number, body(frame)));
      expect(steps.at(-1)).toEqual({ t: "whole", down });
    }),
  );
});

test("a large snapshot is cut in frames of about 128 KiB", () => {
  const frames = encodeSnapshot({ index: 1, snapshot: aSnapshot(10_000), decided: 0, refusals: [] });
  expect(frames.length).toBeGreaterThan(5);
  expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThan(140_000);
});

const someRules: PathRulesData = {
  hidden: [".env", "*é"],
  exempt: [{ dir: (2 ** 40) as NodeId, name: "\u00c3\u00a9" }],
  repositories: [{ dir: "", excludes: ["*.o\n"], tracked: ["build/x"] }],
  ignoreFiles: [{ dir: "a/b", text: "\u00ff!x\n\ty" }],
};

test("what is hidden and ignored comes out as it went in; what is too large is told from what is not", () => {
  expect(value(parse(body(encodeRules(someRules)), readRules))).toEqual(someRules);
  const many = {
    ...someRules,
    ignoreFiles: Array.from({ length: 3 }, () => ({ dir: "a", text: "x".repeat(2 ** 20) })),
  };
  expect([fitsRules(someRules), fitsRules(many)]).toEqual([true, false]);
  expect(parse(body(encodeRules(many)), readRules)).toMatchObject({ ok: false, why: "rules too large" });
});

test("nodes held come out over several frames of which the last says so", () => {
  const nodes = Array.from({ length: 40_000 }, (_, i) => (i + 1) as NodeId);
  const parts = toHost.encodeHolding(nodes).map((frame) => value(parse(body(frame), toHost.readHolding)));
  expect(parts.map((part) => part.more)).toEqual([true, true, false]);
  expect(parts.flatMap((part) => part.nodes)).toEqual(nodes);
  expect(toHost.encodeHolding([]).length).toBe(1);
});

test("fetches and chunks come out as they went in", () => {
  fc.assert(
    fc.property(node, fc.uint8Array({ maxLength: 500 }), (id, bytes) => {
      const request = { id: 5, node: id, offset: 2 ** 40, length: 100, priority: "prefetch" as const };
      expect(value(parse(body(toHost.encodeFetch(request)), toHost.readFetch))).toEqual(request);
      const answer = { ok: true as const, position: 3 as Seq, version: 9 as Version, size: 2 ** 41, bytes };
      expect(value(parse(body(toGuest.encodeChunk(5, answer)), toGuest.readChunk))).toEqual({ id: 5, answer });
    }),
  );
  const failed = { ok: false as const, errno: 116 as Errno };
  expect(value(parse(body(toGuest.encodeChunk(6, failed)), toGuest.readChunk))).toEqual({ id: 6, answer: failed });
});

test("bytes that are kept are copies of the frame", () => {
  const write: Op = {
    t: "seed",
    dir: 1 as NodeId,
    name: mustFileName("config"),
    bytes: new Uint8Array([1, 2, 3]),
    time: aTime,
  };
  const frame = toHost.encodeSubmit([{ id: 1 as OpId, op: write, adopted: 0 }])[0] as Uint8Array;
  const read = value(parse(body(frame), toHost.readSubmit))[0]?.op;
  frame.fill(0xff);
  expect(read).toEqual(write);
});

/**
 * The tripwire. When this fails, the bytes of a message changed: raise `protocolVersion`, add a line to the history in
 * PROTOCOL.md, and put the new hash here.
 */
test("the bytes of every message are those of this protocol version", () => {
  const hash = createHash("sha256");
  for (const frame of goldenFrames()) hash.update(frame);
  expect(`${protocolVersion} ${hash.digest("hex").slice(0, 16)}`).toBe("3 0674893135e6ec45");
});

test("an ack is these bytes", () => {
  expect(Buffer.from(toHost.encodeAck(258)).toString("hex")).toBe("09000000110201000000000000");
});

function goldenFrames(): Uint8Array[] {
  const at = { parent: 1 as NodeId, name: mustFileName("a") };
  const n = 2 as NodeId;
  const v = 3 as Version;
  const time = aTime;
  const extents = [
    { offset: 1, length: 2, bytes: new Uint8Array([1, 2]) },
    { offset: 9, length: 2 ** 33 },
  ];
  const ops: Op[] = [
    { t: "create", at, node: n, mode: 0o644, time },
    { t: "mkdir", at, node: n, mode: 0o755, time },
    { t: "symlink", at, node: n, target: "t", time },
    { t: "link", at, node: n, time },
    { t: "unlink", at, node: n, seen: v, time },
    { t: "rmdir", at, node: n, time },
    { t: "rename", from: at, to: at, node: n, victim: { node: n, seen: v }, time },
    { t: "rename", from: at, to: at, node: n, victim: null, time },
    { t: "write", node: n, base: v, extents, more: true, time },
    { t: "append", node: n, seen: v, extent: { offset: 0, length: 1, bytes: new Uint8Array([1]) }, time },
    { t: "truncate", node: n, base: v, size: 5, time },
    { t: "setattr", node: n, mode: 0o600, atime: time, mtime: time, time },
    { t: "seed", dir: n, name: mustFileName("config"), bytes: new Uint8Array([1]), time },
  ];
  const id = 7 as OpId;
  const peer = 1 as PeerId;
  const proof = new Uint8Array(32).fill(1);
  const no = { t: "refused", id, errno: 5 as Errno, reason: "same", count: 2 } as const;
  const role = "read-only";
  return [
    ...toHost.encodeSubmit(ops.map((op) => ({ id, op, adopted: 1 }))),
    ...ops.map((op, i) =>
      encodeOrdered(i, {
        t: "applied",
        seq: 1 as Seq,
        id,
        by: peer,
        op,
        version: v,
        grant: true,
        offset: 4,
        revived: [{ node: n, at }],
      }),
    ),
    encodeOrdered(1, no),
    ...encodeSnapshot({
      index: 1,
      decided: 2,
      refusals: [no],
      snapshot: { ...aSnapshot(2), seeds: [{ dir: n, name: at.name, bytes: proof }] },
    }),
    toHost.encodeAck(1),
    toHost.encodeHold(n),
    toHost.encodeDrop(n),
    ...toHost.encodeHolding([n]),
    toHost.encodeRangeWanted(),
    toHost.encodeFetch({ id: 1, node: n, offset: 2, length: 3, priority: "demand" }),
    toGuest.encodeChunk(1, { ok: true, position: 1 as Seq, version: v, size: 2, bytes: proof }),
    toGuest.encodeChunk(1, { ok: false, errno: 5 as Errno }),
    toGuest.encodeRange(n),
    toGuest.encodePeers([{ peer, name: "é", role, state: "suspect", rtt: 1.5 }]),
    toGuest.encodeSpace({ total: 1, free: 2, files: 3, filesFree: 4 }),
    toGuest.encodeEnding(60),
    encodeRules(someRules),
    presences.encodePresent({ ...aPresence("src/a", 3), unsaved: [[at.name]] }),
    presences.encodePresence(peer, { file: null, unsaved: [] }),
    greeting.encodeHello({ version: protocolVersion, proof, group: "g", purpose: "join", name: "n", readOnly: true }),
    greeting.encodeHello({ version: protocolVersion, proof, group: "g", purpose: "resume", peer, lastIndex: 9 }),
    greeting.encodeHello({ version: protocolVersion, proof, group: "g", purpose: "bulk", peer }),
    greeting.encodeLobby({ hostName: "h", repository: "r" }),
    greeting.encodeWelcome({
      peer,
      token: proof,
      resumed: true,
      role,
      hostName: "h",
      repository: "r",
      workspace: "0123456789abcdef0123456789abcdef",
      range: n,
      uid: 1,
      gid: 2,
      time,
    }),
    greeting.encodeAttached(),
    greeting.encodeBye({ code: "declined", detail: "d" }),
    greeting.encodePing(1, 2),
    greeting.encodePong({ id: 1, time, told: { index: 3, bytes: 4 } }),
  ];
}
