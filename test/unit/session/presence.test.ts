/** Who is where, told on by a host to its guests over real links, and what a peer tells of itself. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { nothingApartData } from "../../../helper/replica/path-rules-data.ts";
import type { HostFolder } from "../../../helper/content/host-folder.ts";
import { createSessionClock, createWallClock } from "../../../helper/peer/session-clock.ts";
import { createIdentity } from "../../../helper/peer/identity.ts";
import { hostPeer, type PeerId } from "../../../helper/replica/ids.ts";
import type { Presence } from "../../../helper/session/api.ts";
import { createHostGuests } from "../../../helper/session/host-guests.ts";
import { createPresenceBoard } from "../../../helper/session/presence.ts";
import { fakeTimers } from "../../harness/fake-timers.ts";
import { endAll, mustJoin, startHost, startProxy, until } from "../peer/links.ts";
import { aPresence } from "../peer/samples.ts";
import { hostRepo, hostRig } from "../replica/rig.ts";

afterEach(endAll);

const shown = (path: string, line = 0, unsaved: readonly string[] = []): Presence => {
  const active = { line, character: 4 };
  return { file: { path, selections: [{ anchor: active, active }] }, unsaved };
};
const nowhere = { file: null, unsaved: [] };

async function shared() {
  const { host } = hostRig(hostRepo);
  let moves = 0;
  const guests = createHostGuests({
    replica: host,
    folder: { space: () => Promise.resolve({ ok: false, error: 5 }) } as unknown as HostFolder,
    clock: createSessionClock(createWallClock()),
    rules: () => nothingApartData,
    beforeSubmit: () => undefined,
    beforeFetch: () => undefined,
    onDecided: () => undefined,
    onUnheld: () => undefined,
    onPresence: () => void moves++,
    onState: () => undefined,
    trace: undefined,
  });
  const listening = await startHost({ onGuest: (connection) => guests.welcome(connection) });
  const enter = async (address = listening.invite.addresses) =>
    await mustJoin(listening, { identity: createIdentity(), addresses: address });
  return { guests, listening, enter, moves: () => moves };
}

/** What a guest knows of a peer now. */
function lastOf(log: { readonly presences: readonly (readonly [number, unknown])[] }, peer: number): unknown {
  return log.presences.findLast(([who]) => who === peer)?.[1];
}

test("a guest's word reaches the host and all other guests, not itself; whoever comes later hears all", async () => {
  const { guests, enter, moves } = await shared();
  const [ben, cleo] = [await enter(), await enter()];
  ben.connection.present(aPresence("a.txt", 3));
  guests.presence.present(shown("a.txt", 9));
  await until(() => lastOf(cleo.log, 1) !== undefined && lastOf(cleo.log, 0) !== undefined);
  expect(lastOf(cleo.log, 1)).toEqual(aPresence("a.txt", 3));
  expect(lastOf(cleo.log, 0)).toEqual(aPresence("a.txt", 9));
  expect(guests.presence.others()).toEqual([{ peer: 1, ...shown("a.txt", 3) }]);
  expect(moves()).toBe(1);
  const dora = await enter();
  await until(() => dora.log.presences.length === 2);
  expect([lastOf(dora.log, 0), lastOf(dora.log, 1)]).toEqual([aPresence("a.txt", 9), aPresence("a.txt", 3)]);
  expect(lastOf(ben.log, 1)).toBeUndefined();
});

test("a flood of words is told on at a walking pace, and ends with the last", async () => {
  const { enter } = await shared();
  const [ben, cleo] = [await enter(), await enter()];
  const begun = performance.now();
  for (let line = 0; line < 20_000; line++) {
    ben.connection.present(aPresence("a.txt", line));
    if (line % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(ben.connection.pendingBytes).toBeLessThan(1000);
  await until(() => JSON.stringify(lastOf(cleo.log, 1)) === JSON.stringify(aPresence("a.txt", 19_999)));
  expect(cleo.log.presences.length).toBeLessThan(3 + (performance.now() - begun) / 60);
});

test("who leaves is nowhere; who lost the link hears again where all are, and is heard again", async () => {
  const { guests, listening, enter } = await shared();
  const proxy = await startProxy(listening.link.port);
  const [ben, cleo, dora] = [await enter(), await enter([proxy.address]), await enter()];
  ben.connection.present(aPresence("a.txt", 1));
  dora.connection.present(aPresence("a.txt", 2));
  cleo.connection.present(aPresence("a.txt", 3));
  await until(() => cleo.log.presences.length >= 2 && guests.presence.others().length === 3);
  proxy.refuse(true);
  proxy.cut();
  await until(() => cleo.connection.state === "reconnecting");
  dora.connection.leave();
  await until(() => JSON.stringify(lastOf(ben.log, 3)) === JSON.stringify(nowhere));
  ben.connection.present(aPresence("a.txt", 11));
  cleo.connection.present(aPresence("a.txt", 13));
  await until(() => guests.presence.others()[0]?.file?.selections[0]?.active.line === 11);
  const heard = cleo.log.presences.length;
  proxy.refuse(false);
  await until(() => cleo.log.presences.length > heard);
  expect(cleo.log.presences.slice(heard)).toEqual([[1, aPresence("a.txt", 11)]]);
  await until(() => JSON.stringify(lastOf(ben.log, 2)) === JSON.stringify(aPresence("a.txt", 13)));
  expect(guests.presence.others().map(({ peer }) => peer)).toEqual([1, 2]);
});

let timers: ReturnType<typeof fakeTimers>;
beforeEach(() => {
  timers = fakeTimers();
});

function board() {
  const { host } = hostRig(hostRepo);
  const spread: (readonly [PeerId, unknown])[] = [];
  let changes = 0;
  const own = createPresenceBoard({
    own: hostPeer,
    timers,
    view: () => host,
    spread: (peer, told) => void spread.push([peer, told]),
    changed: () => void changes++,
  });
  return { own, spread, changes: () => changes };
}

test.each(["/etc/passwd", "../a.txt", "", ".", "missing", "dir", ".git/HEAD", ".git/config", "dir/../a.txt"])(
  "nothing is told of %j",
  (path) => {
    const { own, spread } = board();
    own.present(shown(path, 1, [path, "a.txt"]));
    expect(spread).toEqual([[0, { file: null, unsaved: [["a.txt"]] }]]);
  },
);

test("the same peer's words are told on in peace, and one that is elsewhere is forgotten", () => {
  const { own, spread, changes } = board();
  const peer = 4 as PeerId;
  for (let line = 0; line < 100; line++) own.hear(peer, aPresence("a.txt", line));
  timers.advance(60);
  timers.advance(1000);
  expect(spread).toEqual([
    [4, aPresence("a.txt", 0)],
    [4, aPresence("a.txt", 99)],
  ]);
  own.forget(peer);
  own.forget(peer);
  expect(spread.slice(2)).toEqual([[4, nowhere]]);
  expect(own.others()).toEqual([]);
  own.hear(hostPeer, aPresence("a.txt"));
  own.present(shown("a.txt"));
  own.hear(peer, aPresence("dir/é"));
  own.forgetOthers();
  expect([...own.words()]).toEqual([[0, aPresence("a.txt")]]);
  expect(changes()).toBe(103);
});
