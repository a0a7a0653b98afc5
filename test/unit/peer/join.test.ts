import { afterEach, expect, test } from "vitest";
import { createIdentity } from "../../../helper/peer/identity.ts";
import { createSessionClock, createWallClock, timeOfMs } from "../../../helper/peer/session-clock.ts";
import type { Seq } from "../../../helper/replica/ids.ts";
import { guestIdentity, endAll, join, mustJoin, startHost, until } from "./links.ts";
import { aSnapshot, aWrite, anApplied } from "./samples.ts";

afterEach(endAll);

test("a guest that is approved is welcomed, gets the snapshot with progress, and both talk", async () => {
  const snapshot = aSnapshot(5000);
  const host = await startHost({
    welcomeGuest: (guest) => guest.send({ index: 1, snapshot, decided: 0, refusals: [] }),
  });
  const lobbies: string[] = [];
  const { connection, log, guest } = await mustJoin(host, { onLobby: (lobby) => void lobbies.push(lobby.repository) });
  expect(lobbies).toEqual(["demo"]);
  expect(connection.welcome).toEqual({
    peer: 1,
    role: "read-write",
    hostName: "Host",
    repository: "demo",
    workspace: "ab".repeat(16),
    range: 2 ** 40 + 2 ** 20,
    uid: 1000,
    gid: 100,
  });
  await until(() => log.downs.length === 1);
  expect(log.downs[0]).toEqual({ index: 1, snapshot, decided: 0, refusals: [] });
  expect(log.progress[0]).toBe("0/5000");
  expect(log.progress.length).toBeGreaterThan(2);
  expect(log.progress.at(-1)).toBe("5000/5000");

  const batch = [aWrite(1, 64), aWrite(2, 100_000), aWrite(3, 1)];
  connection.send(batch);
  await until(() => host.log.submitted.length === 3);
  expect(host.log.submitted).toEqual(batch);
  guest.send({ index: 2, message: anApplied(1, 10) });
  await until(() => log.downs.length === 2);
  connection.ack(1);
  connection.ack(2);
  await until(() => host.log.acknowledged.at(-1) === 2);
  expect(guest.pendingBytes).toBe(0);

  connection.wantRange();
  await until(() => host.log.rangesWanted === 1);
  guest.sendRange(5 as never);
  await until(() => log.ranges.length === 1);
  guest.sendPeers([{ peer: 1 as never, name: "Guest", role: "read-write", state: "connected", rtt: 1 }]);
  await until(() => log.peers.length === 1);
  guest.sendEnding(60);
  await until(() => log.endings[0] === 60);
  await until(() => guest.rtt > 0);
  expect(connection.group).toMatch(/^X25519/);
  expect(guest.group).toBe(connection.group);
});

test("the host sees name and fingerprint before anything is told, and may decline with a reason", async () => {
  const host = await startHost({ admit: () => ({ accept: false, reason: "not today" }) });
  const { joined } = await join(host, { name: "  Ann\u001b[2J ", readOnly: true });
  expect(joined).toEqual({ ok: false, error: { code: "declined", detail: "not today" } });
  const [request] = host.requests;
  expect(request).toMatchObject({ name: "Ann[2J", key: guestIdentity.fingerprint, readOnlyRequested: true });
  expect(request?.fingerprint).toMatch(/^\w{4}-\w{4}-\w{4}$/);
  expect(host.guests).toEqual([]);
});

test("a guest that asked to read only is given no more, whatever the host answers", async () => {
  const host = await startHost();
  const { connection } = await mustJoin(host, { readOnly: true });
  expect(connection.welcome.role).toBe("read-only");
});

test("a guest that gives up in the lobby withdraws its request", async () => {
  const host = await startHost({ admit: () => new Promise(() => {}) });
  const stop = new AbortController();
  const joining = join(host, { signal: stop.signal });
  await until(() => host.requests.length === 1);
  stop.abort();
  expect((await joining).joined).toMatchObject({ ok: false, error: { code: "cancelled" } });
  await until(() => host.requests[0]?.signal.aborted);
});

test("a wrong secret is refused before anybody is asked", async () => {
  const host = await startHost();
  const { joined } = await join(host, { invite: { ...host.invite, secret: new Uint8Array(16) } });
  expect(joined).toMatchObject({ ok: false, error: { code: "wrong-secret" } });
  expect(host.requests).toEqual([]);
});

test("a host with another key than the invite's is not talked to", async () => {
  const host = await startHost({ identity: createIdentity() });
  const { joined } = await join(host);
  expect(joined).toMatchObject({ ok: false, error: { code: "wrong-host-key" } });
  expect(host.requests).toEqual([]);
});

test("an invite that expired at the host is refused there too", async () => {
  const host = await startHost({ expires: 1000 });
  expect((await join(host)).joined).toMatchObject({ ok: false, error: { code: "invite-expired" } });
});

test("nobody at the address is an answer", async () => {
  const host = await startHost();
  const { joined } = await join(host, { addresses: [{ host: "127.0.0.1", port: 1 }] });
  expect(joined).toMatchObject({ ok: false, error: { code: "unreachable" } });
});

test("of several addresses the one where the host answers wins", async () => {
  const host = await startHost();
  const addresses = [{ host: "127.0.0.1", port: 1 }, ...host.invite.addresses];
  const { connection } = await mustJoin(host, { addresses });
  expect(connection.state).toBe("connected");
});

test.each([-3000, 3000])("a guest whose clock is %i ms off lives in the host's time", async (skew) => {
  const clock = createSessionClock(createWallClock());
  const host = await startHost({ clock });
  const { connection } = await mustJoin(host, { wall: () => timeOfMs(Date.now() + skew) });
  await until(() => connection.rtt > 0);
  expect(Math.abs(connection.offset + skew)).toBeLessThan(50);
  const difference = connection.now().sec + connection.now().nsec / 1e9 - Date.now() / 1000;
  expect(Math.abs(difference)).toBeLessThan(0.05);
});

test("a guest that leaves ends its seat; a host that removes one or ends the session says so", async () => {
  const host = await startHost();
  const first = await mustJoin(host);
  first.connection.leave();
  await until(() => host.log.ended.length === 1);
  expect(host.log.ended).toEqual(["left"]);
  expect(first.connection.state).toBe("gone");
  const second = await mustJoin(host);
  expect(second.connection.welcome.peer).toBe(2);
  second.guest.close("removed", "bye now");
  await until(() => second.connection.state === "gone");
  expect(second.log.states).toEqual(["gone removed"]);
  const third = await mustJoin(host);
  await host.link.close();
  await until(() => third.connection.state === "gone");
  expect(third.log.states).toEqual(["gone ended"]);
  expect(host.link.guests).toEqual([]);
});

test("a pong says how far the guest was told the order; a tree is on its way until the guest has acknowledged it", async () => {
  const host = await startHost({
    welcomeGuest: (guest) => guest.send({ index: 1, snapshot: aSnapshot(5000), decided: 0, refusals: [] }),
  });
  const { connection, log, guest } = await mustJoin(host);
  await until(() => log.downs.length === 1);
  const { total } = guest.snapshot ?? { total: 0 };
  expect(guest.snapshot).toEqual({ done: total, total });
  expect(total).toBeGreaterThan(100_000);
  guest.send({ index: 2, message: anApplied(1, 10) });
  await until(() => connection.told.index === 2);
  expect(connection.told.bytes).toBe(guest.pendingBytes);
  expect(guest.pendingBytes).toBeGreaterThan(10);
  connection.ack(2);
  await until(() => guest.snapshot === undefined && connection.told.bytes === 0);
  expect(connection.told.index).toBe(2);
});

test("content is fetched in pieces of one version; an answer may be an errno", async () => {
  const file = new Uint8Array(600_000).map((_, i) => i % 251);
  let version = 1;
  let changes = 1;
  const host = await startHost({
    serve: async ({ node, offset, length }) => {
      if (node === 9) return { ok: false, errno: 116 as never };
      if (offset > 0 && changes-- > 0) version = 2;
      return {
        ok: true,
        position: 4 as Seq,
        version: version as never,
        size: file.length,
        bytes: file.subarray(offset, offset + length),
      };
    },
  });
  const { connection } = await mustJoin(host);
  const range = { node: 3 as never, offset: 100, length: 1_000_000, priority: "demand" } as const;
  const answer = await connection.fetch(range);
  expect(answer).toMatchObject({ ok: true, position: 4, version: 2, size: 600_000 });
  expect(answer.ok && Buffer.compare(answer.bytes, file.subarray(100))).toBe(0);
  expect(Math.max(...host.log.fetched.map((request) => request.length))).toBe(262_144);
  expect(await connection.fetch({ ...range, node: 9 as never, length: 10 })).toEqual({ ok: false, errno: 116 });
  connection.leave();
  expect(await connection.fetch(range)).toEqual({ ok: false, errno: 5 });
});

test("demand overtakes prefetch", async () => {
  const order: string[] = [];
  const held: (() => void)[] = [];
  const host = await startHost({
    serve: (request) =>
      new Promise((resolve) => {
        order.push(request.priority);
        held.push(() => resolve({ ok: false, errno: 2 as never }));
      }),
  });
  const { connection } = await mustJoin(host);
  const fetch = (priority: "demand" | "prefetch") =>
    connection.fetch({ node: 3 as never, offset: 0, length: 10, priority });
  const all = [...Array.from({ length: 100 }, () => fetch("prefetch")), fetch("demand")];
  await until(() => order.includes("demand"));
  expect(order.filter((each) => each === "prefetch").length).toBeLessThanOrEqual(4);
  let done = false;
  void Promise.all(all).then(() => void (done = true));
  await until(() => {
    for (const release of held.splice(0)) release();
    return done;
  });
});
