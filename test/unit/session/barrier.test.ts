import { expect, it } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { fail, ok } from "../../../helper/base/result.ts";
import { createBarrier, kernelPatience } from "../../../helper/session/barrier.ts";

function withKernel() {
  const timers: { readonly ms: number; readonly call: () => void; cancelled: boolean }[] = [];
  let told = (): void => {};
  const barrier = createBarrier({
    after(ms, call) {
      const timer = { ms, call, cancelled: false };
      timers.push(timer);
      return { cancel: () => void (timer.cancelled = true) };
    },
  });
  barrier.observe({ changed: () => {}, invalidated: () => new Promise((resolve) => (told = resolve)) });
  return { barrier, timers, tell: () => told() };
}

it("answers once the kernel was told of everything before", async () => {
  const { barrier, timers, tell } = withKernel();
  const answer = barrier.after(ok(7), () => fail(errno.EIO));
  tell();
  expect(await answer).toEqual(ok(7));
  expect(timers.map(({ cancelled }) => cancelled)).toEqual([true]);
});

it("answers otherwise where the kernel does not take it in, once", async () => {
  const { barrier, timers, tell } = withKernel();
  let undone = 0;
  const answer = barrier.after(ok(7), () => {
    undone++;
    return fail(errno.EIO);
  });
  expect(timers.map(({ ms }) => ms)).toEqual([kernelPatience]);
  timers[0]?.call();
  tell();
  expect(await answer).toEqual(fail(errno.EIO));
  expect(undone).toBe(1);
});

it("answers at once where nothing is mounted", () => {
  const barrier = createBarrier({ after: () => ({ cancel: () => {} }) });
  expect(barrier.after(ok(7), () => fail(errno.EIO))).toEqual(ok(7));
});
