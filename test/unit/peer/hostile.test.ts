/** What strangers and guests send that no guest of ours would: it ends them, and nobody else. */
import { randomBytes } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { createServer } from "node:tls";
import { afterEach, expect, test, vi } from "vitest";
import { encodeOrdered } from "../../../helper/peer/codec/ordered.ts";
import { encodePresence, encodePresent } from "../../../helper/peer/codec/presence.ts";
import { encodeAck, encodeSubmit } from "../../../helper/peer/codec/to-host.ts";
import { createIdentity } from "../../../helper/peer/identity.ts";
import { frameType, limits } from "../../../helper/peer/protocol.ts";
import { tlsOptions } from "../../../helper/peer/tls.ts";
import { atEnd, endAll, guestIdentity, join, mustJoin, startHost, type TestHost, until } from "./links.ts";
import { helloOn, raw, rawJoined } from "./raw.ts";
import { anApplied, aPresence, aWrite } from "./samples.ts";

afterEach(endAll);

async function stillWorks(host: TestHost): Promise<void> {
  const { connection } = await mustJoin(host, { identity: createIdentity() });
  const before = host.log.submitted.length;
  connection.send([aWrite(1, 10)]);
  await until(() => host.log.submitted.length === before + 1);
}

test("plain garbage instead of TLS harms nobody", async () => {
  const host = await startHost();
  const sockets: Socket[] = [];
  for (let i = 0; i < 10; i++) {
    const socket = connectTcp(host.link.port, "127.0.0.1");
    socket.on("error", () => {});
    // Only who reads hears of an orderly end.
    socket.resume();
    socket.write(randomBytes(5000));
    sockets.push(socket);
  }
  // What looks like the beginning of TLS is waited for as long as a greeting may take.
  await vi.waitFor(() => expect(sockets.every((socket) => socket.destroyed)).toBe(true), limits.greetingMs * 2);
  await stillWorks(host);
});

test.each([
  ["random bytes", () => randomBytes(3000)],
  ["a frame of 4 GiB", () => Buffer.from("ffffffff00", "hex")],
  ["a frame of no bytes", () => Buffer.alloc(4)],
  [
    "a hello larger than a greeting may be",
    () => Buffer.concat([Buffer.from("0020000004", "hex"), Buffer.alloc(9000)]),
  ],
  ["an operation instead of a hello", () => encodeSubmit([aWrite(1, 1)])[0] as Uint8Array],
  ["a cut-off hello", () => Buffer.from("020000000401", "hex")],
])("as first thing on a connection, %s ends it with a reason", async (_what, bytes) => {
  const host = await startHost();
  const connection = await raw(host.link.port);
  connection.socket.write(bytes());
  await until(connection.isClosed);
  expect(connection.byeCode() ?? "protocol").toBe("protocol");
  await stillWorks(host);
});

test("a guest without a key, and one of another version, are told so", async () => {
  const host = await startHost();
  const nobody = await raw(host.link.port, null);
  await until(nobody.isClosed);
  expect(nobody.byeCode()).toBe("no-key");
  const newer = await raw(host.link.port);
  newer.socket.write(Buffer.from("0600000004630001aabb", "hex"));
  await until(newer.isClosed);
  expect(newer.byeCode()).toBe("version");
});

test("a guest that speaks while it waits in the lobby is put out", async () => {
  const host = await startHost({ admit: () => new Promise(() => {}) });
  const connection = await raw(host.link.port);
  connection.socket.write(helloOn(connection.socket, host.invite.secret));
  await until(() => host.requests.length === 1);
  connection.socket.write(encodeAck(1));
  await until(connection.isClosed);
  expect(connection.byeCode()).toBe("protocol");
  expect(host.requests[0]?.signal.aborted).toBe(true);
});

test.each([
  ["random bytes in a frame", () => Buffer.concat([Buffer.from("6500000010", "hex"), randomBytes(100)])],
  ["a frame of an unknown type", () => Buffer.from("02000000c800", "hex")],
  ["a frame only a host sends", () => encodeOrdered(1, anApplied(1))],
  [
    "a name with a slash",
    () =>
      encodeSubmit([
        {
          id: 1,
          op: { t: "rmdir", at: { parent: 1, name: "a/b" }, node: 2, time: { sec: 0, nsec: 0 } },
          adopted: 0,
        } as never,
      ])[0] as Uint8Array,
  ],
  ["a path out of the mount", () => encodePresent({ file: null, unsaved: [[".." as never, "x" as never]] })],
  ["where another is", () => encodePresence(2 as never, aPresence("a"))],
  ["credit for what was never sent", () => Buffer.from("050000000001000000", "hex")],
])("an admitted guest that sends %s loses its seat with a reason", async (_what, bytes) => {
  const host = await startHost();
  const connection = await rawJoined(host);
  connection.socket.write(bytes());
  await until(connection.isClosed);
  expect(connection.byeCode()).toBe("protocol");
  expect(host.log.ended).toEqual(["protocol"]);
  expect(host.log.submitted).toEqual([]);
  await stillWorks(host);
});

test("garbage on the bulk lane ends the seat as well", async () => {
  const host = await startHost();
  const operations = await rawJoined(host);
  const bulk = await raw(host.link.port);
  bulk.socket.write(helloOn(bulk.socket, operations.token, "bulk"));
  await until(() => bulk.frames.some((frame) => frame[0] === frameType.attached));
  bulk.socket.write(encodeSubmit([aWrite(1, 1)])[0] as Uint8Array);
  await until(() => bulk.isClosed() && operations.isClosed());
  expect(host.log.ended).toEqual(["protocol"]);
});

test("a seat cannot be taken over with another key, nor without its token", async () => {
  const host = await startHost();
  const { token } = await rawJoined(host);
  for (const [identity, secret] of [
    [createIdentity(), token],
    [guestIdentity, new Uint8Array(32)],
  ] as const) {
    const thief = await raw(host.link.port, identity);
    thief.socket.write(helloOn(thief.socket, secret, "resume"));
    await until(thief.isClosed);
    expect(thief.byeCode()).toBe("session-unknown");
  }
  expect(host.log.states).toEqual([]);
});

test("a relay in the middle gains nothing: the proof is bound to the channel it was made on", async () => {
  const host = await startHost();
  // A guest that does not pin, tricked onto the relay's own TLS; the relay has even stolen the guest's key.
  const relay = createServer({ ...tlsOptions(createIdentity()), requestCert: true }, (victim) => {
    victim.on("error", () => {});
    void raw(host.link.port).then((towards) => {
      victim.on("data", (bytes: Buffer) => towards.socket.write(bytes));
      towards.socket.on("data", (bytes: Buffer) => victim.write(bytes));
    });
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  atEnd(() => relay.close());
  const { port } = relay.address() as { port: number };
  const victim = await raw(port);
  victim.socket.write(helloOn(victim.socket, host.invite.secret));
  await until(() => victim.byeCode() !== undefined);
  expect(victim.byeCode()).toBe("wrong-secret");
  expect(host.requests).toEqual([]);
  // The real guest does pin, and does not even start.
  const { joined } = await join(host, { addresses: [{ host: "127.0.0.1", port }] });
  expect(joined).toMatchObject({ ok: false, error: { code: "wrong-host-key" } });
});
