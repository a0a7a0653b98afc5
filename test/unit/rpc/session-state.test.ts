import { describe, expect, it } from "vitest";
import type { SessionCommit, SessionEvent, SessionState } from "../../../helper/api.ts";
import { changesOf, commitsAfter } from "../../../helper/rpc/session-state.ts";
import { statusOfFake } from "../cli/fake-session.ts";

const first: SessionState = { status: statusOfFake, joins: [], commits: [] };
const commit = (hash: string, branch = "main"): SessionEvent => ({
  event: "commit",
  peer: "ben",
  own: false,
  hash,
  old: null,
  subject: `Subject of ${hash}`,
  author: "Ben",
  branch,
  how: "commit",
  at: 7,
  ms: 1,
});
const pushed = (detail: string): SessionEvent => ({
  event: "git",
  peer: "ben",
  own: false,
  what: "pushed",
  detail,
  ms: 1,
});
const after = (events: readonly SessionEvent[]): readonly SessionCommit[] =>
  events.reduce(commitsAfter, [] as readonly SessionCommit[]);

describe("the state that clients are shown", () => {
  it("is told by the sections that changed, and no others", () => {
    const joins = [{ id: 1, name: "ben", fingerprint: "K7QX", wants: "read-write", asked: false }] as const;
    expect(changesOf(first, { ...first, joins })).toEqual({ joins });
    const commits = after([commit("a")]);
    expect(changesOf(first, { ...first, joins: [...joins], commits })).toEqual({ joins, commits });
    expect(changesOf({ ...first, joins }, { ...first, joins: [...joins] })).toBeUndefined();
  });

  it("does not change by memory or a few milliseconds of round trip", () => {
    const [peer] = statusOfFake.peers;
    if (peer === undefined) throw new Error("the fake session has peers");
    const busy = { ...statusOfFake, memory: statusOfFake.memory + 1 };
    expect(changesOf(first, { ...first, status: busy })).toBeUndefined();
    const at = (roundTrip: number): SessionState => ({
      ...first,
      status: { ...statusOfFake, peers: [{ ...peer, roundTrip }] },
    });
    expect(changesOf(at(21), at(22))).toBeUndefined();
    expect(changesOf(at(21), at(60))).toEqual({ status: at(60).status });
  });

  it("keeps the newest commits first, two hundred of them", () => {
    const commits = after(Array.from({ length: 250 }, (_, i) => commit(`c${i}`)));
    expect(commits).toHaveLength(200);
    expect(commits[0]).toMatchObject({ hash: "c249", pushed: false, peer: "ben", at: 7 });
    expect(commits[0]).not.toHaveProperty("ms");
  });

  it("knows a branch's commits as pushed once a push of it is seen, and no others", () => {
    const commits = after([commit("a"), commit("b", "topic"), pushed("origin/main"), commit("c")]);
    expect(commits.map(({ hash, pushed: was }) => [hash, was])).toEqual([
      ["c", false],
      ["b", false],
      ["a", true],
    ]);
    expect(commitsAfter(commits, pushed("origin/other"))).toBe(commits);
    expect(commitsAfter(commits, pushed("origin/fix/topic"))).toBe(commits);
    expect(commitsAfter(after([commit("d", "fix/topic")]), pushed("origin/fix/topic"))[0]?.pushed).toBe(true);
  });
});
