import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node.js";
import { apiVersion, type SessionEvent } from "../../../helper/api.ts";
import { connectRpc } from "../../../helper/rpc/client.ts";
import { parseEvent, parseStatus } from "../../../helper/rpc/shapes.ts";
import { statusOfFake } from "../cli/fake-session.ts";
import { kept, useFakeHelper } from "./fake-helper.ts";

const helper = useFakeHelper();

test("golden: a change of the contract's source raises its version (then put both here)", () => {
  const source = ["helper/api.ts", "helper/rpc/shapes.ts"].map((path) =>
    readFileSync(join(import.meta.dirname, "../../..", path), "utf8"),
  );
  const plain = source.join("").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|[\s,;()]/g, "");
  const shape = createHash("sha256").update(plain).digest("hex").slice(0, 12);
  expect({ apiVersion, shape }).toEqual({ apiVersion: 3, shape: "d76765027365" });
});

test("golden: what goes over the wire", async () => {
  const fake = helper();
  const stream = connect(fake.socket);
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
  expect(fake.presented).toEqual([{ file: here, unsaved: ["b"] }]);
  const far = { path: "a", selections: [{ anchor: { line: -1, character: 0 }, active: { line: 1, character: 0.5 } }] };
  for (const wrong of [
    { focused: true, file: far, unsaved: [] },
    { focused: true, file: { path: "a", selections: Array(17).fill(here.selections[0]) }, unsaved: [] },
    { focused: true, file: null, unsaved: Array(33).fill("a") },
    { file: null, unsaved: [] },
  ])
    await expect(wire.sendRequest("present", wrong)).rejects.toMatchObject({ code: -32_602 });
  expect(fake.presented).toHaveLength(1);
  expect(await wire.sendRequest("leave", {})).toEqual({});
  expect(fake.left).toBe(1);
  await expect(wire.sendRequest("leave", { now: true })).rejects.toMatchObject({ code: -32_602 });
  await expect(wire.sendRequest("steal", {})).rejects.toMatchObject({ code: -32_601 });
  expect(fake.left).toBe(1);
  wire.dispose();
  stream.destroy();
});

test("events reach those who are attached, whole and in order, and nobody else", async () => {
  const fake = helper();
  const seen: SessionEvent[] = [];
  const missed: SessionEvent[] = [];
  const watcher = await connectRpc(fake.socket, { onEvent: (event) => seen.push(event) });
  const other = await connectRpc(fake.socket, { onEvent: (event) => missed.push(event) });
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
  for (const event of told) fake.server.publish(event);
  await watcher.request("status", {});
  expect(seen).toEqual(told);
  expect(missed).toEqual([]);
  watcher.dispose();
  other.dispose();
});

test("a stranger's bytes end their connection, not the helper", async () => {
  const fake = helper();
  const stream = connect(fake.socket);
  stream.on("error", () => undefined);
  stream.write("Content-Length: nonsense\r\n\r\n{{{{");
  stream.end();
  await once(stream, "close");
  const client = await connectRpc(fake.socket);
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
