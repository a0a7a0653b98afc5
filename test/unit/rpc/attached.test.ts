/** Clients that are attached: told the same changes, asked one at a time, and nobody waits for one that does not read. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test, vi } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node.js";
import type { SessionEvent } from "../../../helper/api.ts";
import { connectRpc } from "../../../helper/rpc/client.ts";
import { statusOfFake } from "../cli/fake-session.ts";
import { attachTo, useFakeHelper } from "./fake-helper.ts";

const helper = useFakeHelper();
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
  const fake = helper();
  const one = await attachTo(fake);
  const two = await attachTo(fake);
  fake.joins = [{ id: 1, name: "ben", fingerprint: "K7QX", wants: "read-write" }];
  for (let i = 0; i < 300; i++) fake.server.publish(commit(`c${i}`));
  await vi.waitFor(() => expect([one.told.length, two.told.length]).toEqual([1, 1]));
  expect(one.told).toEqual(two.told);
  expect(one.told[0]).toMatchObject({ revision: 2, joins: [{ ...fake.joins[0], asked: false }] });
  expect(one.told[0]?.commits).toHaveLength(200);
  expect(one.told[0]).not.toHaveProperty("status");
  expect(await one.client.request("decide", { id: 1, accept: true, access: "read-write" })).toEqual({ settled: true });
  fake.joins = [];
  await vi.waitFor(() => expect(two.told.at(-1)).toEqual({ revision: 3, joins: [] }));
  const late = await attachTo(fake);
  expect(late.first.state).toMatchObject({ joins: [], commits: one.told[0]?.commits });
  for (const { client } of [one, two, late]) client.dispose();
});

test("one client at a time shows a question: the first that claims it, until it goes or the question is closed", async () => {
  const fake = helper();
  const one = await attachTo(fake);
  const two = await attachTo(fake);
  fake.joins = [{ id: 1, name: "ben", fingerprint: "K7QX", wants: "read-write" }];
  const claim = async ({ client }: typeof one) => (await client.request("claim", { id: 1 })).settled;
  expect([await claim(one), await claim(two), await claim(one)]).toEqual([true, false, true]);
  expect(await two.client.request("claim", { id: 2 })).toEqual({ settled: false });
  await vi.waitFor(() => expect(two.told.at(-1)?.joins).toMatchObject([{ id: 1, asked: true }]));
  one.client.dispose();
  await vi.waitFor(() => expect(two.told.at(-1)?.joins).toMatchObject([{ id: 1, asked: false }]));
  expect(await claim(two)).toBe(true);
  fake.joins = [];
  await vi.waitFor(() => expect(two.told.at(-1)?.joins).toEqual([]));
  fake.joins = [{ id: 1, name: "ben", fingerprint: "K7QX", wants: "read-write" }];
  await vi.waitFor(() => expect(two.told.at(-1)?.joins).toMatchObject([{ id: 1, asked: false }]));
  two.client.dispose();
});

test("where the others are reaches who is attached, and a window that goes is nowhere", async () => {
  const fake = helper();
  fake.others = [{ peer: 1, file: { path: "ü", selections: [] }, unsaved: ["b"] }];
  const told: unknown[] = [];
  const client = await connectRpc(fake.socket, { onPresence: ({ peers }) => told.push(peers) });
  await client.request("attach", {});
  await vi.waitFor(() => expect(told).toEqual([fake.others]));
  const before = fake.others;
  fake.others = [];
  fake.server.moved();
  await vi.waitFor(() => expect(told).toEqual([before, []]));
  await client.request("present", { focused: true, file: { path: "a", selections: [] }, unsaved: [] });
  client.dispose();
  await vi.waitFor(() => expect(fake.presented.at(-1)).toEqual({ file: null, unsaved: [] }));
  const { told: deltas } = await attachTo(fake);
  expect(deltas).toEqual([]);
});

test("a client that stops reading holds up neither helper nor others, and then is told the whole state", async () => {
  const fake = helper();
  const stream = connect(fake.socket);
  await once(stream, "connect");
  const wire = createMessageConnection(new StreamMessageReader(stream), new StreamMessageWriter(stream));
  const heard: unknown[] = [];
  let events = 0;
  wire.onNotification("changed", (delta: unknown) => heard.push(delta));
  wire.onNotification("event", () => void (events += 1));
  wire.listen();
  await wire.sendRequest("attach", {});
  stream.pause();
  const other = await attachTo(fake);
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 1000; i++) fake.server.publish({ event: "warning", text: "x".repeat(500) });
    await other.client.request("status", {});
  }
  fake.server.publish(commit("late"));
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
