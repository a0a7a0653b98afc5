import { describe, expect, it } from "vitest";
import { contextOf, isGap, type Model, next, nothing } from "../../../extension/state.ts";
import { aJoin, aState } from "./samples.ts";

const attached: Model = { t: "attached", revision: 4, state: aState() };

describe("a window's session", () => {
  it("begins, shows how far it is, and is attached", () => {
    const begun = next(nothing, { t: "begin", what: "share" });
    const progress = { step: "scan", done: 1, total: 2 } as const;
    const further = next(begun, { t: "progress", progress });
    expect(further).toEqual({ t: "starting", what: "share", progress });
    const model = next(further, { t: "attached", revision: 4, state: aState() });
    expect(model).toEqual(attached);
    expect([nothing, begun, model].map(contextOf)).toEqual(["none", "starting", "host"]);
  });

  it("takes in what changed, section by section", () => {
    const model = next(attached, { t: "changed", delta: { revision: 5, joins: [aJoin] } });
    expect(model).toEqual({ t: "attached", revision: 5, state: aState({}, { joins: [aJoin] }) });
  });

  it("takes nothing in after a gap, except the whole state", () => {
    const late = { revision: 9, joins: [aJoin] };
    expect(isGap(attached, late)).toBe(true);
    expect(next(attached, { t: "changed", delta: late })).toBe(attached);
    const whole = { revision: 9, ...aState({}, { joins: [aJoin] }) };
    expect(isGap(attached, whole)).toBe(false);
    expect(next(attached, { t: "changed", delta: whole })).toMatchObject({ revision: 9, state: { joins: [aJoin] } });
  });

  it("knows a session that ended from a helper that went without a word", () => {
    const ended = next(attached, { t: "event", event: { event: "ended", reason: "left" } });
    expect(next(ended, { t: "closed" })).toEqual(nothing);
    const lost = next(attached, { t: "closed" });
    expect(lost).toEqual({ t: "lost", role: "host", mount: "/work/app" });
    expect(contextOf(lost)).toBe("lost");
  });

  it("is as before when nothing came of a beginning", () => {
    expect(next(next(nothing, { t: "begin", what: "join" }), { t: "failed" })).toEqual(nothing);
    expect(next(attached, { t: "failed" })).toBe(attached);
  });
});
