/** More than a host takes in, of connections or of operations. */
import { connect as connectTcp } from "node:net";
import { afterEach, expect, test } from "vitest";
import { encodeSubmit } from "../../../helper/peer/codec/to-host.ts";
import { atEnd, endAll, mustJoin, startHost, until } from "./links.ts";
import { rawJoined } from "./raw.ts";
import { aWrite } from "./samples.ts";

afterEach(endAll);

test("strangers are few at a time: the rest are turned away, and guests that are in go on", async () => {
  const host = await startHost();
  const { connection } = await mustJoin(host);
  const strangers = Array.from({ length: 60 }, () => connectTcp(host.link.port, "127.0.0.1"));
  for (const socket of strangers) {
    socket.on("error", () => {});
    socket.resume();
    atEnd(() => socket.destroy());
  }
  await until(() => strangers.filter((socket) => socket.destroyed).length >= 28);
  expect(strangers.filter((socket) => !socket.destroyed).length).toBeLessThanOrEqual(32);
  connection.send([aWrite(1, 1)]);
  await until(() => host.log.submitted.length === 1);
});

test("a flood the host does not take in stops at the credit", async () => {
  let release = () => {};
  const taken = new Promise<void>((resolve) => (release = resolve));
  let received = 0;
  const host = await startHost({ guestEvents: { submitted: (batch) => ((received += batch.length), taken) } });
  const { connection } = await mustJoin(host);
  const mib = 2 ** 20;
  for (let i = 1; i <= 40; i++) connection.send([aWrite(i, mib)]);
  await until(() => received >= 7);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(received).toBeLessThanOrEqual(8);
  expect(connection.pendingBytes).toBeGreaterThan(31 * mib);
  release();
  await until(() => received === 40);
  await until(() => connection.pendingBytes === 0);
});

test("a guest that ignores its credit loses its seat", async () => {
  const host = await startHost({ guestEvents: { submitted: () => new Promise(() => {}) } });
  const connection = await rawJoined(host);
  const frame = encodeSubmit([aWrite(1, 2 ** 20)])[0] as Uint8Array;
  for (let i = 0; i < 12; i++) connection.socket.write(frame);
  await until(connection.isClosed);
  expect(host.log.ended).toEqual(["protocol"]);
});
