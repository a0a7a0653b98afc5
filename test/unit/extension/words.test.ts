import { describe, expect, it, test } from "vitest";
import { menuOf } from "../../../extension/menu.ts";
import { noticeOf } from "../../../extension/notices.ts";
import type { Model } from "../../../extension/state.ts";
import { statusWords } from "../../../extension/status-words.ts";
import type { SessionEvent, SessionState } from "../../../helper/api.ts";
import { ada, aJoin, aRecovered, aState, ben } from "./samples.ts";

const attached = (state: SessionState): Model => ({ t: "attached", revision: 1, state });
const guest = {
  role: "guest",
  peers: [
    { ...ada, you: false },
    { ...ben, you: true },
  ],
} as const;

describe("the status item says in words", () => {
  test.each<[string, Model, boolean]>([
    ["$(broadcast) Pairmount", { t: "none" }, false],
    ["$(sync~spin) sharing", { t: "starting", what: "share", progress: undefined }, false],
    [
      "$(sync~spin) joining 40 %",
      { t: "starting", what: "join", progress: { step: "snapshot", done: 2, total: 5 } },
      false,
    ],
    [
      "$(sync~spin) waiting for the host",
      { t: "starting", what: "join", progress: { step: "lobby", done: 0, total: 0 } },
      false,
    ],
    ["$(broadcast) sharing", attached(aState({ peers: [ada] })), false],
    ["$(check) in sync", attached(aState()), false],
    ["$(check) in sync", attached(aState(guest)), false],
    [
      "$(sync~spin) 14 pending",
      attached(aState({ ...guest, state: "pending", pending: { operations: 14, bytes: 9 } })),
      false,
    ],
    [
      "$(sync~spin) 3 coming in",
      attached(aState({ ...guest, state: "pending", incoming: { operations: 3, bytes: 9 } })),
      false,
    ],
    ["$(lock) ben is committing", attached(aState({ locks: [{ path: ".git/index.lock", holder: "ben" }] })), false],
    ["$(check) in sync", attached(aState({ locks: [{ path: ".git/index.lock", holder: "ada" }] })), false],
    [
      "$(debug-disconnect) offline: 40 kept",
      attached(aState({ ...guest, state: "offline", pending: { operations: 40, bytes: 9 } })),
      true,
    ],
    ["$(warning) needs attention", attached(aState({ recovered: [aRecovered] })), true],
    ["$(bell-dot) cleo asks to join", attached(aState({ recovered: [aRecovered] }, { joins: [aJoin] })), true],
    ["$(error) Pairmount: helper ended", { t: "lost", role: "guest", mount: "/m" }, true],
  ])("%s", (text, model, attention) => {
    expect(statusWords(model)).toMatchObject({ text, attention });
  });
});

describe("a click on it offers", () => {
  const offered = (model: Model) => menuOf(model).map(({ command }) => command.replace("pairmount.", ""));
  it("to begin, where there is no session", () => {
    expect(offered({ t: "none" })).toEqual(["share", "join", "doctor", "showLog", "collectDiagnostics"]);
    expect(offered({ t: "lost", role: "host", mount: "/m" })).toEqual(offered({ t: "none" }));
  });
  it("to a host the invite and the end, to a guest to leave, and what was recovered first", () => {
    expect(offered(attached(aState()))).toEqual([
      "copyInvite",
      "copyInviteLink",
      "stop",
      "showLog",
      "collectDiagnostics",
    ]);
    expect(offered(attached(aState({ ...guest, recovered: [aRecovered] })))).toEqual([
      "showRecovered",
      "keepCopy",
      "leave",
      "showLog",
      "collectDiagnostics",
    ]);
  });
});

describe("the user is told, once and quietly,", () => {
  const git = (what: string, detail: string, own = false): SessionEvent => ({
    event: "git",
    peer: "ben",
    own,
    what,
    detail,
    ms: 1,
  });
  test.each<[string, SessionEvent]>([
    ["ben joined.", { event: "peer", peer: "ben", state: "joined" }],
    ["ben is back.", { event: "peer", peer: "ben", state: "back" }],
    ["ben lost the connection; it is being mended.", { event: "peer", peer: "ben", state: "reconnecting" }],
    ["ben switched the branch: main → topic", git("branch switched", "main → topic")],
    ["ben began a rebase onto main", git("rebase begun", "onto main")],
    ["The session has ended.", { event: "ended", reason: "left" }],
    ["The session has ended: the host stopped sharing.", { event: "ended", reason: "the host stopped sharing" }],
  ])("%s", (text, event) => {
    expect(noticeOf(event, "guest")).toMatchObject({ level: "info", text });
  });

  it("of a guest that is gone; of a host that is gone the end tells", () => {
    const gone: SessionEvent = { event: "peer", peer: "ben", state: "gone" };
    expect(noticeOf(gone, "host")).toMatchObject({ text: "ben lost the connection." });
    expect(noticeOf(gone, "guest")).toBeUndefined();
  });

  it("of a recovered version, with what can be done", () => {
    expect(noticeOf({ event: "recovered", path: "a", reason: "stale", id: "1" }, "host")).toMatchObject({
      level: "warning",
      actions: ["Compare", "Show Recovered Versions"],
    });
  });

  test.each<SessionEvent>([
    { event: "peer", peer: "ben", state: "asking" },
    { event: "peer", peer: "ben", state: "suspect" },
    { event: "operation", peer: "ben", kind: "changed", path: "a", ms: 1 },
    git("branch switched", "main → topic", true),
    git("stashed", "WIP"),
  ])("and not of %j", (event) => {
    expect(noticeOf(event, "host")).toBeUndefined();
  });
});
