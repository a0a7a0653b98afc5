import { describe, expect, it } from "vitest";
import { watchIdle } from "../../../helper/cli/idle.ts";

/** A session of which nothing is used, and a clock moved by hand. */
function withSession(idleMs = 8000) {
  const world = { used: false, requests: 5, idle: 0, now: 0 };
  let next: { readonly at: number; readonly call: () => void } | undefined;
  const watch = watchIdle({
    idleMs,
    timers: {
      now: () => world.now,
      after(ms, call) {
        next = { at: world.now + ms, call };
        return { cancel: () => (next = undefined) };
      },
    },
    isUsed: () => world.used,
    activity: () => world.requests,
    onIdle: () => void world.idle++,
  });
  const advance = (ms: number): void => {
    const until = world.now + ms;
    while (next !== undefined && next.at <= until) {
      const { at, call } = next;
      next = undefined;
      world.now = at;
      call();
    }
    world.now = until;
  };
  return { world, advance, watch };
}

describe("a session that nobody uses", () => {
  it("ends after the time that was set, once", () => {
    const { world, advance } = withSession();
    advance(7999);
    expect(world.idle).toBe(0);
    advance(1);
    expect(world.idle).toBe(1);
    advance(60_000);
    expect(world.idle).toBe(1);
  });

  it("goes on while a client or a guest is there, and for the time that was set afterwards", () => {
    const { world, advance } = withSession();
    world.used = true;
    advance(100_000);
    world.used = false;
    advance(7000);
    expect(world.idle).toBe(0);
    advance(2000);
    expect(world.idle).toBe(1);
  });

  it("goes on while programs work in the mount", () => {
    const { world, advance } = withSession();
    for (let i = 0; i < 20; i++) {
      world.requests += 1;
      advance(4000);
    }
    expect(world.idle).toBe(0);
    advance(9000);
    expect(world.idle).toBe(1);
  });

  it("is looked at no more once it has ended otherwise", () => {
    const { world, advance, watch } = withSession();
    void watch.dispose();
    advance(100_000);
    expect(world.idle).toBe(0);
  });
});
