import { describe, expect, it } from "vitest";
import type { SessionEvent } from "../../../helper/api.ts";
import { firstState, type Held, next } from "../../../helper/rpc/session-state.ts";
import { statusOfFake } from "../cli/fake-session.ts";

const first = firstState(statusOfFake, []);
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
const after = (events: readonly SessionEvent[]): Held =>
  events.reduce((held, event) => next(held, { t: "event", event }).held, first);

describe("the state that clients are shown", () => {
  it("has one revision more for each change, and names only the sections that changed", () => {
    const joins = [{ id: 1, name: "ben", fingerprint: "K7QX", wants: "read-write" }] as const;
    const { held, delta } = next(first, { t: "now", status: statusOfFake, joins });
    expect(delta).toEqual({ revision: 2, joins });
    expect(held.state).toEqual({ status: statusOfFake, joins, commits: [] });
  });

  it("does not change by memory or a few milliseconds of round trip", () => {
    const [peer] = statusOfFake.peers;
    const busy = { ...statusOfFake, memory: statusOfFake.memory + 1 };
    expect(next(first, { t: "now", status: busy, joins: [] }).delta).toBeUndefined();
    if (peer === undefined) throw new Error("the fake session has peers");
    const at = (roundTrip: number) => ({ ...statusOfFake, peers: [{ ...peer, roundTrip }] });
    const near = firstState(at(21), []);
    expect(next(near, { t: "now", status: at(22), joins: [] }).delta).toBeUndefined();
    expect(next(near, { t: "now", status: at(60), joins: [] }).delta?.status).toEqual(at(60));
  });

  it("keeps the newest commits first, two hundred of them", () => {
    const { state } = after(Array.from({ length: 250 }, (_, i) => commit(`c${i}`)));
    expect(state.commits).toHaveLength(200);
    expect(state.commits[0]).toMatchObject({ hash: "c249", pushed: false, peer: "ben", at: 7 });
    expect(state.commits[0]).not.toHaveProperty("ms");
  });

  it("knows a branch's commits as pushed once a push of it is seen, and no others", () => {
    const { state, revision } = after([commit("a"), commit("b", "topic"), pushed("origin/main"), commit("c")]);
    expect(state.commits.map(({ hash, pushed: was }) => [hash, was])).toEqual([
      ["c", false],
      ["b", false],
      ["a", true],
    ]);
    expect(next({ state, revision }, { t: "event", event: pushed("origin/other") }).delta).toBeUndefined();
  });
});
