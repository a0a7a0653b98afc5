/** A host that breaks the protocol. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { encodeWelcome } from "../../../helper/peer/codec/greeting.ts";
import { encodeOrdered } from "../../../helper/peer/codec/ordered.ts";
import { encodePresence } from "../../../helper/peer/codec/presence.ts";
import { tlsOptions } from "../../../helper/peer/tls.ts";
import { atEnd, endAll, hostIdentity, mustJoin, until } from "./links.ts";
import { anApplied } from "./samples.ts";

afterEach(endAll);

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
