import { expect, it } from "vitest";
import { age, commitRows, peerRows, recoveredRows } from "../../../extension/rows.ts";
import { syncRows } from "../../../extension/sync-rows.ts";
import { aCommit, ada, aJoin, aPeer, aPresence, aRecovered, aState, ben } from "./samples.ts";

const shown = (rows: readonly { label: string; description: string; context: string }[]) =>
  rows.map(({ label, description, context }) => [label, description, context]);

it("shows who asks first, then everybody, with what a host may do with each", () => {
  const peers = [ada, ben, aPeer("dora", { access: "read-only", state: "reconnecting" })];
  expect(shown(peerRows(aState({ peers }, { joins: [aJoin] })))).toEqual([
    ["cleo", "asks to join · K7QX-M2PD-9TRW", "join"],
    ["ada", "you · host", "you"],
    ["ben", "", "guest.read-write"],
    ["dora", "reads only · reconnecting", "guest.read-only"],
  ]);
  const [, row] = peerRows(aState());
  expect(row?.tooltip).toBe("ben: guest, read-write\nRound trip 1.3 ms\nProtected by TLS 1.3, X25519");
});

it("shows the file each has in front, and in the tooltip what is unsaved", () => {
  const [own, row] = peerRows(aState(), [aPresence(0, "mine"), aPresence(1, "src/a.ts", 0, ["b", "c"])]);
  expect([own?.description, row?.description]).toEqual(["you · host", "src/a.ts"]);
  expect(row?.tooltip).toMatch(/\nUnsaved: b, c$/);
});

it("gives a guest no buttons on others", () => {
  const asGuest = aState({
    role: "guest",
    peers: [
      { ...ada, you: false },
      { ...ben, you: true },
    ],
  });
  expect(shown(peerRows(asGuest)).map(([, , context]) => context)).toEqual(["peer", "you"]);
});

it("shows commits with who, where and when, and whether they were pushed; ids differ also for one commit made twice", () => {
  const commits = [aCommit({ pushed: true }), aCommit({ subject: "Again" })];
  const rows = commitRows(aState({}, { commits }), 1000 + 7200, () => false);
  expect(shown(rows)).toEqual([
    ["Add the part", "ben · main · 2 h", "commit"],
    ["Again", "ben · main · 2 h", "commit"],
  ]);
  expect(rows.map(({ icon }) => icon)).toEqual(["cloud", "git-commit"]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(2);
  const grown = commitRows(aState({}, { commits: [aCommit({ subject: "New" }), ...commits] }), 9000, () => false);
  expect(grown.slice(1).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
});

it("marks what is new, by its icon and in words", () => {
  const commits = [aCommit({ pushed: true }), aCommit({ hash: "b".repeat(40), subject: "Seen" })];
  const rows = commitRows(aState({}, { commits }), 1000, (hash) => hash.startsWith("a"));
  expect(rows.map(({ icon, description }) => [icon, description])).toEqual([
    ["circle-filled", "new · ben · main · now"],
    ["git-commit", "ben · main · now"],
  ]);
});

it.each([
  [0, "now"],
  [61, "1 min"],
  [7199, "1 h"],
  [200_000, "2 d"],
])("%i seconds ago is %s", (seconds, text) => {
  expect(age(seconds)).toBe(text);
});

it("shows what waits, and who holds which lock", () => {
  const state = aState({
    state: "pending",
    pending: { operations: 14, bytes: 52_000 },
    locks: [{ path: ".git/index.lock", holder: "ben" }],
  });
  expect(shown(syncRows(state))).toEqual([
    ["pending", "14 operations, 52 KB out", "sync"],
    ["out", "14 operations, 52 KB on their way to the guests", "sync"],
    [".git/index.lock", "held by ben", "sync"],
    ["mount", "/work/app", "sync"],
  ]);
});

it("says in sync and no more where nothing is on its way", () => {
  expect(shown(syncRows(aState()))).toEqual([
    ["in sync", "", "sync"],
    ["mount", "/work/app", "sync"],
  ]);
});

it("shows what comes in, and each transfer with how far it is", () => {
  const state = aState({
    role: "guest",
    state: "pending",
    pending: { operations: 0, bytes: 900 },
    incoming: { operations: 1, bytes: 1200 },
    transfers: [
      { what: "fetch", path: "a.bin", peer: "ada", done: 1_000_000, total: 8_000_000 },
      { what: "serve", path: "empty", peer: "ben", done: 0, total: 0 },
      { what: "snapshot", path: null, peer: "cleo", done: 3, total: 4 },
    ],
  });
  expect(shown(syncRows(state)).map(([label, description]) => [label, description])).toEqual([
    ["pending", "900 B being written · 1 operation, 1 KB in"],
    ["out", "900 B being written"],
    ["in", "1 operation, 1 KB known of, and not here yet"],
    ["a.bin", "12 % from ada · 1.0 MB of 8.0 MB"],
    ["empty", "100 % to ben · 0 B of 0 B"],
    ["the tree", "75 % to cleo · 3 B of 4 B"],
    ["mount", "/work/app"],
  ]);
});

it("shows what was recovered, compared by a click", () => {
  const [row] = recoveredRows(aState({ recovered: [aRecovered] }));
  expect(row).toMatchObject({
    label: "src/a.ts",
    description: "1 KB · 2026-01-02 03:04",
    command: "pairmount.compareRecovered",
    about: { t: "recovered", id: "3", path: "src/a.ts" },
  });
});
