import { afterEach, expect, test } from "vitest";
import type { NodeId, Seq } from "../../../helper/replica/ids.ts";
import { createIdentity } from "../../../helper/peer/identity.ts";
import { nothingApartData } from "../../../helper/replica/path-rules-data.ts";
import { endAll, mustJoin, startHost, startProxy, until } from "./links.ts";
import { aSnapshot, aWrite, anApplied } from "./samples.ts";

afterEach(endAll);

const indexes = (log: { readonly downs: readonly { readonly index: number }[] }) => log.downs.map((down) => down.index);

test("after a cut of both lanes the guest resumes by itself and misses nothing", async () => {
  const host = await startHost();
  const proxy = await startProxy(host.link.port);
  const { connection, log, guest } = await mustJoin(host, { addresses: [proxy.address] });
  connection.hold(5 as NodeId);
  connection.hold(6 as NodeId);
  for (let i = 1; i <= 3; i++) guest.send({ index: i, message: anApplied(i) });
  await until(() => log.downs.length === 3 && host.log.held.size === 2);
  connection.ack(2);
  guest.sendEnding(60);
  guest.sendRules({ ...nothingApartData, hidden: [".env"] });
  await until(() => host.log.acknowledged.length === 1 && log.endings.length === 1 && log.rules.length === 1);
  proxy.refuse(true);
  proxy.cut();
  await until(() => connection.state === "reconnecting" && guest.state === "suspect");
  for (let i = 4; i <= 9; i++) guest.send({ index: i, message: anApplied(i) });
  connection.drop(5 as NodeId);
  connection.hold(7 as NodeId);
  connection.wantRange();
  proxy.refuse(false);
  await until(() => log.downs.length === 9);
  expect(indexes(log)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await until(() => log.endings.length === 2 && log.rules.length === 2);
  expect(log.rules[1]).toEqual({ ...nothingApartData, hidden: [".env"] });
  expect(log.states).toEqual(["reconnecting cut", "connected"]);
  expect(host.log.states).toEqual(["suspect", "connected"]);
  await until(() => host.log.rangesWanted === 1 && host.log.held.has(7 as NodeId));
  expect([...host.log.held].sort((a, b) => a - b)).toEqual([6, 7]);
  connection.send([aWrite(1, 10)]);
  await until(() => host.log.submitted.length === 1);
  expect(host.requests.length).toBe(1);
  expect(host.guests.length).toBe(1);
});

test("a fetch that was cut is answered after the resume; a bulk lane cut alone is mended alone", async () => {
  let answering = false;
  const waiting: (() => void)[] = [];
  const host = await startHost({
    serve: ({ length }) =>
      new Promise((resolve) => {
        const answer = () =>
          resolve({ ok: true, position: 1 as Seq, version: 1 as never, size: 10, bytes: new Uint8Array(length) });
        if (answering) answer();
        else waiting.push(answer);
      }),
  });
  const proxy = await startProxy(host.link.port);
  const { connection, log } = await mustJoin(host, { addresses: [proxy.address] });
  const fetched = connection.fetch({ node: 3 as NodeId, offset: 0, length: 10, priority: "demand" });
  await until(() => waiting.length === 1);
  answering = true;
  proxy.cut(1);
  expect(await fetched).toMatchObject({ ok: true, size: 10 });
  expect(log.states).toEqual([]);
  expect(proxy.connections).toBe(3);
});

test("what was cut in the middle of a snapshot comes whole after the resume", async () => {
  const host = await startHost();
  const proxy = await startProxy(host.link.port);
  const { log, guest } = await mustJoin(host, { addresses: [proxy.address] });
  proxy.hang(true);
  guest.send({ index: 1, snapshot: aSnapshot(20_000), decided: 0, refusals: [] });
  guest.send({ index: 2, message: anApplied(1) });
  proxy.cut();
  await until(() => log.downs.length === 2);
  expect(indexes(log)).toEqual([1, 2]);
});

test("a guest too far behind is asked a snapshot for, which jumps ahead", async () => {
  const host = await startHost({ retainBytes: 100_000 });
  const proxy = await startProxy(host.link.port);
  const { connection, log, guest } = await mustJoin(host, { addresses: [proxy.address] });
  proxy.refuse(true);
  proxy.cut();
  await until(() => connection.state === "reconnecting");
  for (let i = 1; i <= 30; i++) guest.send({ index: i, message: anApplied(i, 8000) });
  proxy.refuse(false);
  await until(() => host.log.snapshotsWanted === 1);
  guest.send({ index: 31, message: anApplied(31) });
  guest.send({ index: 32, snapshot: aSnapshot(3), decided: 0, refusals: [] });
  guest.send({ index: 33, message: anApplied(33) });
  await until(() => log.downs.length === 2);
  expect(indexes(log)).toEqual([32, 33]);
});

test("a guest whose seat was given up is told to join again", async () => {
  const host = await startHost();
  const proxy = await startProxy(host.link.port);
  const { connection, log, guest } = await mustJoin(host, { addresses: [proxy.address] });
  proxy.refuse(true);
  proxy.cut();
  await until(() => connection.state === "reconnecting");
  guest.close("removed");
  proxy.refuse(false);
  await until(() => connection.state === "gone");
  expect(log.states.at(-1)).toBe("gone session-unknown");
  expect(await connection.fetch({ node: 3 as NodeId, offset: 0, length: 1, priority: "demand" })).toEqual({
    ok: false,
    errno: 5,
  });
});

test("a hung connection is suspect after 4 s, gone within 8, and mended when the network is back", {
  timeout: 20_000,
}, async () => {
  const host = await startHost();
  const proxy = await startProxy(host.link.port);
  const { connection, log, guest } = await mustJoin(host, { addresses: [proxy.address] });
  await until(() => guest.rtt > 0);
  const start = Date.now();
  // Nor does anything new pass, or the guest would be back before the host has given it up.
  proxy.refuse(true);
  proxy.hang(true);
  await until(() => connection.state === "reconnecting" && guest.state === "gone");
  expect(Date.now() - start).toBeLessThan(9000);
  expect(log.states.slice(0, 2)).toEqual(["suspect", "reconnecting timeout"]);
  expect(host.log.states.slice(0, 2)).toEqual(["suspect", "gone"]);
  proxy.refuse(false);
  await until(() => connection.state === "connected");
});

test("who joins anew with the key of a seat that was cut takes its place: that seat is over, and can not be resumed", async () => {
  const host = await startHost();
  const proxy = await startProxy(host.link.port);
  const { connection, guest } = await mustJoin(host, { addresses: [proxy.address] });
  proxy.refuse(true);
  proxy.cut();
  await until(() => guest.state === "suspect");
  const again = await mustJoin(host);
  expect(host.log.ended).toEqual(["replaced"]);
  expect(host.link.guests).toEqual([again.guest]);
  expect([guest.returns, again.guest.returns]).toEqual([false, true]);
  proxy.refuse(false);
  await until(() => connection.state === "gone");
  expect(again.connection.state).toBe("connected");
});

test("a seat that is connected stays, whoever joins; so does one that was cut, when somebody else of the same name joins", async () => {
  const host = await startHost();
  const proxy = await startProxy(host.link.port);
  const { connection, guest } = await mustJoin(host, { addresses: [proxy.address] });
  const beside = await mustJoin(host);
  expect([guest.state, beside.guest.returns]).toEqual(["connected", false]);
  proxy.refuse(true);
  proxy.cut();
  await until(() => guest.state === "suspect");
  const namesake = await mustJoin(host, { identity: createIdentity() });
  expect(namesake.guest).toMatchObject({ name: guest.name, returns: false });
  expect(host.link.guests).toHaveLength(3);
  proxy.refuse(false);
  await until(() => connection.state === "connected");
  expect(host.log.ended).toEqual([]);
});
