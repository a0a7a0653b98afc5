import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startProxy, type Proxy } from "../../harness/proxy.ts";

let server: Server;
let proxy: Proxy;
let guest: Socket;
let host: Socket;

beforeEach(async () => {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  proxy = await startProxy({ hostPort: address.port, seed: 1, toGuest: { ms: 30, jitter: 15 } });
  guest = connect(proxy.port, "127.0.0.1");
  guest.on("error", () => undefined);
  [host] = (await once(server, "connection")) as [Socket];
  host.on("error", () => undefined);
});

afterEach(async () => {
  guest.destroy();
  await proxy.dispose();
  server.close();
});

async function read(socket: Socket, length: number): Promise<string> {
  let text = "";
  while (text.length < length) text += String((await once(socket, "data"))[0]);
  return text;
}

it("delays one direction, keeps the order, and leaves the other direction alone", async () => {
  const started = performance.now();
  guest.write("to the host");
  expect(await read(host, 11)).toBe("to the host");
  const there = performance.now() - started;
  for (let i = 0; i < 10; i += 1) host.write(String(i));
  expect(await read(guest, 10)).toBe("0123456789");
  expect(performance.now() - started - there).toBeGreaterThan(14);
  expect(proxy.bytes("toHost")).toBe(11);
  expect(proxy.bytes("toGuest")).toBe(10);
});

it("holds back a stalled direction until it is resumed", async () => {
  proxy.stall("toHost");
  guest.write("late");
  host.write("soon");
  expect(await read(guest, 4)).toBe("soon");
  expect(host.bytesRead).toBe(0);
  proxy.resume("toHost");
  expect(await read(host, 4)).toBe("late");
});

it("cuts a connection at both ends", async () => {
  const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once("close", () => resolve()));
  const ends = Promise.all([closed(guest), closed(host)]);
  proxy.cut(0);
  await ends;
  expect(guest.destroyed && host.destroyed).toBe(true);
});

it("passes on the end of a stream after everything before it", async () => {
  host.end("last words");
  expect(await read(guest, 10)).toBe("last words");
  if (!guest.readableEnded) await once(guest, "end");
});
