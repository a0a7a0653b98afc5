import { describe, expect, it, test } from "vitest";
import { menuOf } from "../../../extension/menu.ts";
import { merged, type Notice, noticeOf, wordsOf } from "../../../extension/notices.ts";
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
      "$(sync~spin) pending",
      attached(aState({ ...guest, state: "pending", pending: { operations: 0, bytes: 9 } })),
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
  const offered = (model: Model, gone = false) =>
    menuOf(model, { gone }).map(({ command }) => command.replace("pairmount.", ""));
  it("to begin, where there is no session", () => {
    expect(offered({ t: "none" })).toEqual(["share", "join", "doctor", "showLog", "collectDiagnostics"]);
    expect(offered({ t: "lost", role: "host", mount: "/m" })).toEqual(offered({ t: "none" }));
    expect(offered({ t: "none" }, true)).toEqual(["goOn", ...offered({ t: "none" })]);
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
    ["ben switched the branch: main → 0123456ab", git("branch switched", `main → 0123456ab${"c".repeat(31)}`)],
    ["ben began a rebase onto main", git("rebase begun", "onto main")],
    ["The session has ended.", { event: "ended", reason: "left" }],
    [
      "The session has ended. The host removed you from the session.",
      { event: "ended", reason: "The host removed you from the session." },
    ],
    ["The session has ended: the host stopped sharing.", { event: "ended", reason: "the host stopped sharing" }],
  ])("%s", (text, event) => {
    expect(words(event, "guest")).toMatchObject({ level: "info", text });
  });

  it("of a guest that is gone; of a host that is gone the end tells", () => {
    const gone: SessionEvent = { event: "peer", peer: "ben", state: "gone" };
    expect(words(gone, "host")).toMatchObject({ text: "ben lost the connection." });
    expect(noticeOf(gone, "guest")).toBeUndefined();
  });

  it("of a recovered version, with what can be done", () => {
    expect(words({ event: "recovered", path: "a", reason: "stale", id: "1" }, "host")).toMatchObject({
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

const words = (event: SessionEvent, role: "host" | "guest") => {
  const notice = noticeOf(event, role);
  return notice === undefined ? undefined : wordsOf(notice);
};

describe("what comes at the same moment is told", () => {
  const told = (...events: readonly SessionEvent[]) =>
    merged(events.map((event) => noticeOf(event, "host")).filter((notice): notice is Notice => notice !== undefined));
  const recovered = (path: string, id = path): SessionEvent => ({ event: "recovered", path, reason: "stale", id });
  const peer = (name: string, state: "gone" | "back" | "joined" | "left"): SessionEvent => ({
    event: "peer",
    peer: name,
    state,
  });

  it("in one notice of each kind: sentences together, recovered versions together", () => {
    const notices = told(peer("ben", "joined"), recovered("a"), peer("cleo", "left"), recovered("b"));
    expect(notices.map(wordsOf)).toEqual([
      { level: "info", text: "ben joined. cleo left.", actions: [] },
      {
        level: "warning",
        text: "Two people changed a and b at once. One version of each is in the file, the other is kept.",
        actions: ["Show Recovered Versions"],
      },
    ]);
  });

  it("with the latest word of each peer only", () => {
    expect(told(peer("ben", "gone"), peer("cleo", "left"), peer("ben", "back")).map(wordsOf)).toMatchObject([
      { text: "cleo left. ben is back." },
    ]);
  });

  it("by a few names, where there are many; a warning among them is not left out", () => {
    const many = ["a", "b", "c", "d", "e", "f"];
    const [said, kept] = told(
      { event: "warning", text: "Behind the mount." },
      ...many.map((name) => peer(name, "left")),
      ...many.map((path) => recovered(path)),
    ).map(wordsOf);
    expect(said).toMatchObject({ level: "warning", text: "Behind the mount. c left. d left. e left. f left." });
    expect(kept?.text).toContain("changed a, b, c and 3 others at once");
  });

  it("as ever, where it is one file: however often", () => {
    expect(told(recovered("a")).map(wordsOf)).toMatchObject([{ actions: ["Compare", "Show Recovered Versions"] }]);
    expect(told(recovered("a", "1"), recovered("a", "2")).map(wordsOf)).toMatchObject([
      { text: expect.stringContaining("changed a at once"), actions: ["Show Recovered Versions"] },
    ]);
  });
});
