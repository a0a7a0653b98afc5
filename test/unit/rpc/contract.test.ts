import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node.js";
import {
  apiVersion,
  type Asking,
  type Delta,
  type Kept,
  type PeerPresence,
  type PendingJoin,
  type Presence,
  type Progress,
  type SessionEvent,
} from "../../../helper/api.ts";
import { connectRpc } from "../../../helper/rpc/client.ts";
import { type RpcServer, startRpcServer } from "../../../helper/rpc/server.ts";
import { parseEvent, parseStatus } from "../../../helper/rpc/shapes.ts";
import { SessionError } from "../../../helper/session/errors.ts";
import { statusOfFake } from "../cli/fake-session.ts";

const kept: Kept = { folder: "", files: 3, bytes: 2000, commits: 2, note: null };
let folder: string;
let server: RpcServer;
let left = 0;
let stays = false;
let copy: (at: string, asking: Asking) => Promise<Kept>;
let joins: Omit<PendingJoin, "asked">[] = [];
let presented: Presence[] = [];
let others: PeerPresence[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pm-rpc-"));
  left = 0;
  stays = false;
  joins = [];
  copy = (at) => Promise.resolve({ ...kept, folder: at });
  presented = [];
  others = [];
  server = await startRpcServer(join(folder, "s"), {
    status: () => statusOfFake,
    joins: () => joins,
    decide: ({ id }) => ({ settled: joins.some((each) => each.id === id) }),
    setAccess: () => ({ settled: true }),
    remove: () => ({ settled: false }),
    recovered: () => ({ file: "/kept", current: null }),
    keep: ({ bytes }) => ({ id: bytes === "" ? null : "7" }),
    discard: () => ({ settled: true }),
    endSoon: ({ seconds }) => ({ settled: seconds > 0 }),
    keepCopy: ({ folder: at }, asking) => copy(at, asking),
    present: (presence) => void presented.push(presence),
    presences: () => others,
    leave: async () => {
      left += 1;
      await (stays ? new Promise(() => undefined) : Promise.resolve());
    },
  });
});
afterEach(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true });
});

test("golden: a change of the contract's source raises its version (then put both here)", () => {
  const source = ["helper/api.ts", "helper/rpc/shapes.ts"].map((path) =>
    readFileSync(join(import.meta.dirname, "../../..", path), "utf8"),
  );
  const plain = source.join("").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|[\s,;()]/g, "");
  const shape = createHash("sha256").update(plain).digest("hex").slice(0, 12);
  expect({ apiVersion, shape }).toEqual({ apiVersion: 3, shape: "3a821fde8740" });
});

test("golden: what goes over the wire", async () => {
  const stream = connect(join(folder, "s"));
  await once(stream, "connect");
  const wire = createMessageConnection(new StreamMessageReader(stream), new StreamMessageWriter(stream));
  wire.listen();
  expect(await wire.sendRequest("version", {})).toEqual({ version: 3, role: "host", mount: "/work/app", pid: 77 });
  expect(await wire.sendRequest("version")).toMatchObject({ version: 3 });
  expect(await wire.sendRequest("status", {})).toEqual(statusOfFake);
  expect(await wire.sendRequest("attach", {})).toEqual({
    revision: 1,
    state: { status: statusOfFake, joins: [], commits: [] },
  });
  expect(await wire.sendRequest("decide", { id: 1, accept: true, access: "read-only" })).toEqual({ settled: false });
  await expect(wire.sendRequest("decide", { id: 1, accept: true, access: "all" })).rejects.toMatchObject({
    code: -32_602,
  });
  expect(await wire.sendRequest("setAccess", { peer: 1, access: "read-only" })).toEqual({ settled: true });
  expect(await wire.sendRequest("remove", { peer: 1 })).toEqual({ settled: false });
  expect(await wire.sendRequest("recovered", { id: "1" })).toEqual({ file: "/kept", current: null });
  expect(await wire.sendRequest("keep", { path: "a", bytes: "YQ==" })).toEqual({ id: "7" });
  expect(await wire.sendRequest("discard", { id: "1" })).toEqual({ settled: true });
  expect(await wire.sendRequest("keepCopy", { folder: "/c" })).toEqual({ ...kept, folder: "/c" });
  await expect(wire.sendRequest("keepCopy", { folder: "c" })).rejects.toMatchObject({ code: -32_602 });
  expect(await wire.sendRequest("endSoon", { seconds: 60 })).toEqual({ settled: true });
  await expect(wire.sendRequest("endSoon", { seconds: 4000 })).rejects.toMatchObject({ code: -32_602 });
  const here = {
    path: "src/a",
    selections: [{ anchor: { line: 1, character: 2 }, active: { line: 3, character: 0 } }],
  };
  expect(await wire.sendRequest("present", { focused: true, file: here, unsaved: ["b"] })).toEqual({});
  expect(presented).toEqual([{ file: here, unsaved: ["b"] }]);
  const far = { path: "a", selections: [{ anchor: { line: -1, character: 0 }, active: { line: 1, character: 0.5 } }] };
  for (const wrong of [
    { focused: true, file: far, unsaved: [] },
    { focused: true, file: { path: "a", selections: Array(17).fill(here.selections[0]) }, unsaved: [] },
    { focused: true, file: null, unsaved: Array(33).fill("a") },
    { file: null, unsaved: [] },
  ])
    await expect(wire.sendRequest("present", wrong)).rejects.toMatchObject({ code: -32_602 });
  expect(presented).toHaveLength(1);
  expect(await wire.sendRequest("leave", {})).toEqual({});
  expect(left).toBe(1);
  await expect(wire.sendRequest("leave", { now: true })).rejects.toMatchObject({ code: -32_602 });
  await expect(wire.sendRequest("steal", {})).rejects.toMatchObject({ code: -32_601 });
  expect(left).toBe(1);
  wire.dispose();
  stream.destroy();
});

test("events reach those who are attached, whole and in order, and nobody else", async () => {
  const seen: SessionEvent[] = [];
  const missed: SessionEvent[] = [];
  const watcher = await connectRpc(join(folder, "s"), { onEvent: (event) => seen.push(event) });
  const other = await connectRpc(join(folder, "s"), { onEvent: (event) => missed.push(event) });
  await watcher.request("attach", {});
  const told: SessionEvent[] = [
    { event: "operation", peer: "ada", kind: "renamed", path: "b", from: "a", ms: 1 },
    { event: "operation", peer: "ada", kind: "created", path: "ü \n", ms: 0 },
    {
      event: "commit",
      peer: "ben",
      own: false,
      hash: "00",
      old: null,
      subject: "s",
      author: "a",
      branch: "b",
      how: "commit",
      at: 1,
      ms: 3,
    },
    { event: "git", peer: "ben", own: false, what: "checkout", detail: "main", ms: 3 },
    { event: "peer", peer: "ben", state: "left" },
    { event: "recovered", path: "p", reason: "r", id: "i" },
    { event: "ending", peer: "ada", seconds: 60 },
    { event: "warning", text: "w" },
    { event: "ended", reason: "left" },
  ];
  for (const event of told) server.publish(event);
  await watcher.request("status", {});
  expect(seen).toEqual(told);
  expect(missed).toEqual([]);
  watcher.dispose();
  other.dispose();
});

test("what a helper says right before it ends is heard, and answered, before its connection is closed", async () => {
  const seen: SessionEvent[] = [];
  const client = await connectRpc(join(folder, "s"), { onEvent: (event) => seen.push(event) });
  await client.request("attach", {});
  const told = Array.from({ length: 30 }, (_, i): SessionEvent => ({ event: "warning", text: String(i) }));
  const answer = client.request("leave", {});
  await vi.waitFor(() => expect(left).toBe(1));
  for (const event of told) server.publish(event);
  await server.dispose();
  await client.closed;
  expect(seen).toEqual(told);
  expect(await answer).toEqual({});
});

/** A client that keeps its state by deltas, as the editor does. */
async function attached() {
  const told: Delta[] = [];
  const client = await connectRpc(join(folder, "s"), { onChanged: (delta) => told.push(delta) });
  return { client, told, first: await client.request("attach", {}) };
}
const commit = (hash: string): SessionEvent => ({
  event: "commit",
  peer: "ben",
  own: false,
  hash,
  old: null,
  subject: "s",
  author: "a",
  branch: "main",
  how: "commit",
  at: 1,
  ms: 3,
});

test("two clients that are attached are told the same changes, what came together as one, and who comes late the state so far", async () => {
  const one = await attached();
  const two = await attached();
  joins = [{ id: 1, name: "ben", fingerprint: "K7QX", wants: "read-write" }];
  for (let i = 0; i < 300; i++) server.publish(commit(`c${i}`));
  await vi.waitFor(() => expect([one.told.length, two.told.length]).toEqual([1, 1]));
  expect(one.told).toEqual(two.told);
  expect(one.told[0]).toMatchObject({ revision: 2, joins: [{ ...joins[0], asked: false }] });
  expect(one.told[0]?.commits).toHaveLength(200);
  expect(one.told[0]).not.toHaveProperty("status");
  expect(await one.client.request("decide", { id: 1, accept: true, access: "read-write" })).toEqual({ settled: true });
  joins = [];
  await vi.waitFor(() => expect(two.told.at(-1)).toEqual({ revision: 3, joins: [] }));
  const late = await attached();
  expect(late.first.state).toMatchObject({ joins: [], commits: one.told[0]?.commits });
  for (const { client } of [one, two, late]) client.dispose();
});

test("one client at a time shows a question: the first that claims it, until it goes or the question is closed", async () => {
  const one = await attached();
  const two = await attached();
  joins = [{ id: 1, name: "ben", fingerprint: "K7QX", wants: "read-write" }];
  const claim = async ({ client }: typeof one) => (await client.request("claim", { id: 1 })).settled;
  expect([await claim(one), await claim(two), await claim(one)]).toEqual([true, false, true]);
  expect(await two.client.request("claim", { id: 2 })).toEqual({ settled: false });
  await vi.waitFor(() => expect(two.told.at(-1)?.joins).toMatchObject([{ id: 1, asked: true }]));
  one.client.dispose();
  await vi.waitFor(() => expect(two.told.at(-1)?.joins).toMatchObject([{ id: 1, asked: false }]));
  expect(await claim(two)).toBe(true);
  joins = [];
  await vi.waitFor(() => expect(two.told.at(-1)?.joins).toEqual([]));
  joins = [{ id: 1, name: "ben", fingerprint: "K7QX", wants: "read-write" }];
  await vi.waitFor(() => expect(two.told.at(-1)?.joins).toMatchObject([{ id: 1, asked: false }]));
  two.client.dispose();
});

test("where the others are reaches who is attached, and a window that goes is nowhere", async () => {
  others = [{ peer: 1, file: { path: "ü", selections: [] }, unsaved: ["b"] }];
  const told: unknown[] = [];
  const client = await connectRpc(join(folder, "s"), { onPresence: ({ peers }) => told.push(peers) });
  await client.request("attach", {});
  await vi.waitFor(() => expect(told).toEqual([others]));
  const before = others;
  others = [];
  server.moved();
  await vi.waitFor(() => expect(told).toEqual([before, []]));
  await client.request("present", { focused: true, file: { path: "a", selections: [] }, unsaved: [] });
  client.dispose();
  await vi.waitFor(() => expect(presented.at(-1)).toEqual({ file: null, unsaved: [] }));
  const { told: deltas } = await attached();
  expect(deltas).toEqual([]);
});

test("a client that stops reading holds up neither helper nor others, and then is told the whole state", async () => {
  const stream = connect(join(folder, "s"));
  await once(stream, "connect");
  const wire = createMessageConnection(new StreamMessageReader(stream), new StreamMessageWriter(stream));
  const heard: unknown[] = [];
  let events = 0;
  wire.onNotification("changed", (delta: unknown) => heard.push(delta));
  wire.onNotification("event", () => void (events += 1));
  wire.listen();
  await wire.sendRequest("attach", {});
  stream.pause();
  const other = await attached();
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 1000; i++) server.publish({ event: "warning", text: "x".repeat(500) });
    await other.client.request("status", {});
  }
  server.publish(commit("late"));
  await vi.waitFor(() => expect(other.told.at(-1)?.commits?.[0]?.hash).toBe("late"));
  expect(heard).toEqual([]);
  stream.resume();
  await vi.waitFor(() => expect(heard).toHaveLength(1));
  expect(heard[0]).toMatchObject({ revision: 2, status: statusOfFake, joins: [], commits: [{ hash: "late" }] });
  expect(events).toBeLessThan(10_000);
  other.client.dispose();
  wire.dispose();
  stream.destroy();
});

test("what is asked of a helper that goes meanwhile is rejected as that", async () => {
  const { client } = await attached();
  stays = true;
  const asked = client.request("leave", {});
  const rejected = expect(asked).rejects.toMatchObject({ code: "host-gone" });
  await server.dispose();
  await rejected;
  await client.closed;
  await expect(client.request("status", {})).rejects.toMatchObject({ code: "host-gone" });
});

test("a long request tells its progress to who asks for it, is refused with a code, and cancelled by its asker or the end of its connection", async () => {
  const one = await connectRpc(join(folder, "s"));
  const steps: Progress[] = [];
  copy = (at, { onProgress }) => {
    onProgress({ step: "copy", done: 1, total: 2 });
    onProgress({ step: "verify", done: 0, total: 0 });
    return Promise.resolve({ ...kept, folder: at });
  };
  const onProgress = (progress: Progress): void => void steps.push(progress);
  expect(await one.request("keepCopy", { folder: "/c" }, { onProgress })).toMatchObject({ folder: "/c" });
  expect(await one.request("keepCopy", { folder: "/c" })).toMatchObject({ folder: "/c" });
  expect(steps.map(({ step }) => step)).toEqual(["copy", "verify"]);

  copy = (at) => Promise.reject(new SessionError("keep-target", at));
  await expect(one.request("keepCopy", { folder: "/full" })).rejects.toMatchObject({
    code: "keep-target",
    message: new SessionError("keep-target", "/full").message,
  });

  const ends: string[] = [];
  copy = (at, { signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => {
        ends.push(at);
        reject(new SessionError("cancelled", "no copy was kept"));
      }),
    );
  const cancel = new AbortController();
  const asked = one.request("keepCopy", { folder: "/c" }, { signal: cancel.signal });
  const refused = expect(asked).rejects.toMatchObject({ code: "cancelled" });
  await one.request("status", {});
  cancel.abort();
  await refused;
  const two = await connectRpc(join(folder, "s"));
  void two.request("keepCopy", { folder: "/d" }).catch(() => undefined);
  await two.request("status", {});
  two.dispose();
  await vi.waitFor(() => expect(ends).toEqual(["/c", "/d"]));
  one.dispose();
});

test("a stranger's bytes end their connection, not the helper", async () => {
  const stream = connect(join(folder, "s"));
  stream.on("error", () => undefined);
  stream.write("Content-Length: nonsense\r\n\r\n{{{{");
  stream.end();
  await once(stream, "close");
  const client = await connectRpc(join(folder, "s"));
  expect(await client.request("status", {})).toEqual(statusOfFake);
  client.dispose();
});

test("values of another shape are refused, unknown fields are dropped", () => {
  expect(parseStatus({ ...statusOfFake, later: 1 })).toEqual(statusOfFake);
  expect(parseStatus({ ...statusOfFake, state: "odd" })).toBeUndefined();
  expect(parseStatus({ ...statusOfFake, peers: [{}] })).toBeUndefined();
  expect(parseEvent({ event: "toString" })).toBeUndefined();
  expect(parseEvent({ event: "warning" })).toBeUndefined();
  expect(parseEvent(null)).toBeUndefined();
});
