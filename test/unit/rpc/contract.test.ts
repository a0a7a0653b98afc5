import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node.js";
import { apiVersion, type PendingJoin, type SessionEvent } from "../../../helper/api.ts";
import { connectRpc } from "../../../helper/rpc/client.ts";
import { type RpcServer, startRpcServer } from "../../../helper/rpc/server.ts";
import { parseEvent, parseStatus } from "../../../helper/rpc/shapes.ts";
import { statusOfFake } from "../cli/fake-session.ts";

let folder: string;
let server: RpcServer;
let left = 0;
let joins: PendingJoin[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pm-rpc-"));
  left = 0;
  joins = [];
  server = await startRpcServer(join(folder, "s"), {
    status: () => statusOfFake,
    joins: () => joins,
    decide: ({ id }) => ({ settled: joins.some((each) => each.id === id) }),
    setAccess: () => ({ settled: true }),
    remove: () => ({ settled: false }),
    recovered: () => ({ file: "/kept", current: null }),
    discard: () => ({ settled: true }),
    leave: async () => {
      left += 1;
      await Promise.resolve();
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
  expect({ apiVersion, shape }).toEqual({ apiVersion: 2, shape: "0bdeb68aadfe" });
});

test("golden: what goes over the wire", async () => {
  const stream = connect(join(folder, "s"));
  await once(stream, "connect");
  const wire = createMessageConnection(new StreamMessageReader(stream), new StreamMessageWriter(stream));
  wire.listen();
  expect(await wire.sendRequest("version", {})).toEqual({ version: 2, role: "host", mount: "/work/app", pid: 77 });
  expect(await wire.sendRequest("version")).toMatchObject({ version: 2 });
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
  expect(await wire.sendRequest("discard", { id: "1" })).toEqual({ settled: true });
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
