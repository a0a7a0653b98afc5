import { randomBytes } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { afterEach, expect, test, vi } from "vitest";
import { parse } from "../../../helper/peer/codec/bytes.ts";
import {
  encodeAttached,
  encodeBye,
  encodeHello,
  encodeWelcome,
  readBye,
  readWelcome,
  type Welcome,
} from "../../../helper/peer/codec/greeting.ts";
import { encodeOrdered } from "../../../helper/peer/codec/ordered.ts";
import { encodePresence, encodePresent } from "../../../helper/peer/codec/presence.ts";
import { encodeAck, encodeSubmit } from "../../../helper/peer/codec/to-host.ts";
import { createFrameCutter } from "../../../helper/peer/framing.ts";
import { proofOf } from "../../../helper/peer/greeting.ts";
import { createIdentity, type Identity } from "../../../helper/peer/identity.ts";
import { frameType, limits, protocolVersion } from "../../../helper/peer/protocol.ts";
import { channelSecret, tlsOptions } from "../../../helper/peer/tls.ts";
import {
  atEnd,
  endAll,
  guestIdentity,
  hostIdentity,
  join,
  mustJoin,
  startHost,
  type TestHost,
  until,
} from "./links.ts";
import { anApplied, aPresence, aWrite } from "./samples.ts";

afterEach(endAll);

/** A connection made by hand: sends whatever it is told to. */
async function raw(port: number, identity: Identity | null = guestIdentity) {
  const { key: _key, cert: _cert, ...anonymous } = tlsOptions(guestIdentity);
  const socket = connect({ host: "127.0.0.1", port, ...(identity === null ? anonymous : tlsOptions(identity)) });
  socket.on("error", () => {});
  atEnd(() => socket.destroy());
  const frames: Uint8Array[] = [];
  const cutter = createFrameCutter(2 ** 24);
  socket.on("data", (chunk: Buffer) => {
    cutter.feed(chunk, (frame) => {
      frames.push(Uint8Array.from(frame));
      return true;
    });
  });
  let closed = false;
  socket.on("close", () => (closed = true));
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  return {
    socket,
    frames,
    isClosed: () => closed,
    byeCode: () => {
      const bye = frames.find((frame) => frame[0] === frameType.bye);
      const read = bye && parse(bye.subarray(1), readBye);
      return read?.ok ? read.value.code : undefined;
    },
  };
}

function helloOn(
  socket: TLSSocket,
  secret: Uint8Array,
  purpose: "join" | "resume" | "bulk" = "join",
  peer = 1,
): Uint8Array {
  const proof = proofOf({
    secret,
    purpose,
    channel: channelSecret(socket),
    host: hostIdentity.fingerprint,
    guest: guestIdentity.fingerprint,
  });
  const common = { version: protocolVersion, proof, group: "X25519" };
  if (purpose === "join") return encodeHello({ ...common, purpose, name: "Raw", readOnly: false });
  return encodeHello({ ...common, purpose, peer: peer as never, lastIndex: 0 });
}

async function rawJoined(host: TestHost) {
  const connection = await raw(host.link.port);
  connection.socket.write(helloOn(connection.socket, host.invite.secret));
  await until(() => connection.frames.some((frame) => frame[0] === frameType.welcome));
  const frame = connection.frames.find((each) => each[0] === frameType.welcome) as Uint8Array;
  const welcome = parse(frame.subarray(1), readWelcome);
  return { ...connection, token: (welcome as { value: Welcome }).value.token };
}

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

test.each([
  ["an index out of order", () => encodeOrdered(7, anApplied(1))],
  ["garbage", () => Buffer.concat([Buffer.from("1100000020", "hex"), randomBytes(16)])],
  [
    "a presence with a path out of the mount",
    () => encodePresence(2 as never, { file: null, unsaved: [[".." as never]] }),
  ],
  ["a part of no snapshot", () => Buffer.from("050000002100000000", "hex")],
])("a host that sends %s is left with a reason", async (_what, bytes) => {
  const welcome = {
    peer: 1,
    token: new Uint8Array(32),
    resumed: false,
    role: "read-write",
    hostName: "h",
    repository: "r",
    workspace: "00".repeat(16),
    range: 5,
    uid: 0,
    gid: 0,
    time: { sec: 1, nsec: 0 },
  } as never;
  const fake = createServer({ ...tlsOptions(hostIdentity), requestCert: true }, (socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(encodeWelcome(welcome));
      socket.write(bytes());
    });
    atEnd(() => socket.destroy());
  });
  await new Promise<void>((resolve) => fake.listen(0, "127.0.0.1", resolve));
  atEnd(() => fake.close());
  const { port } = fake.address() as { port: number };
  const invite = {
    host: hostIdentity.fingerprint,
    secret: new Uint8Array(16),
    expires: 0,
    role: "read-write",
    addresses: [{ host: "127.0.0.1", port }],
  } as const;
  const { log } = await mustJoin({ invite, guests: [] } as never);
  await until(() => log.states.length === 1);
  expect(log.states).toEqual(["gone protocol"]);
  expect(log.downs).toEqual([]);
});

test("greeting frames are as short as the greeting allows", () => {
  expect(encodeAttached().length).toBe(5);
  expect(encodeBye({ code: "declined", detail: "x".repeat(5000) }).length).toBeLessThan(600);
});
