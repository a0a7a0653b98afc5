/** Connections made by hand, for what no guest of ours would send. */
import { connect, type TLSSocket } from "node:tls";
import { parse } from "../../../helper/peer/codec/bytes.ts";
import { encodeHello, readBye, readWelcome, type Welcome } from "../../../helper/peer/codec/greeting.ts";
import { createFrameCutter } from "../../../helper/peer/framing.ts";
import { proofOf } from "../../../helper/peer/greeting.ts";
import type { Identity } from "../../../helper/peer/identity.ts";
import { frameType, protocolVersion } from "../../../helper/peer/protocol.ts";
import { channelSecret, tlsOptions } from "../../../helper/peer/tls.ts";
import { atEnd, guestIdentity, hostIdentity, type TestHost, until } from "./links.ts";

/** Sends whatever it is told to. */
export async function raw(port: number, identity: Identity | null = guestIdentity) {
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

export function helloOn(
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

export async function rawJoined(host: TestHost) {
  const connection = await raw(host.link.port);
  connection.socket.write(helloOn(connection.socket, host.invite.secret));
  await until(() => connection.frames.some((frame) => frame[0] === frameType.welcome));
  const frame = connection.frames.find((each) => each[0] === frameType.welcome) as Uint8Array;
  const welcome = parse(frame.subarray(1), readWelcome);
  return { ...connection, token: (welcome as { value: Welcome }).value.token };
}
