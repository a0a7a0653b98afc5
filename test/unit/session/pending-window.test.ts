import { expect, it } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { done, fail, ok, type Result } from "../../../helper/base/result.ts";
import { createPendingWindow, pendingWindow } from "../../../helper/session/pending-window.ts";

function withPending(pending: { bytes: number; operations: number }) {
  const rooms: { readonly there: () => boolean; readonly resolve: (result: Result<void>) => void }[] = [];
  const inWindow = createPendingWindow(
    { pending: () => pending },
    { room: (there) => new Promise((resolve) => rooms.push({ there, resolve })) },
  );
  return { inWindow, rooms, pending };
}

it("R-WINDOW: calls are made at once while there is room", () => {
  const { inWindow } = withPending({ bytes: pendingWindow.bytes - 1, operations: pendingWindow.operations - 1 });
  expect(inWindow(() => ok(1))).toEqual(ok(1));
});

it.each([
  { bytes: pendingWindow.bytes, operations: 0 },
  { bytes: 0, operations: pendingWindow.operations },
])("R-WINDOW: with $bytes bytes and $operations operations undecided a call waits for room", async (full) => {
  const { inWindow, rooms, pending } = withPending({ ...full });
  let calls = 0;
  const answer = inWindow(() => ok(++calls));
  expect(calls).toBe(0);
  expect(rooms[0]?.there()).toBe(false);
  Object.assign(pending, { bytes: 0, operations: 0 });
  expect(rooms[0]?.there()).toBe(true);
  rooms[0]?.resolve(done);
  expect(await answer).toEqual(ok(1));
});

it("R-WINDOW: who waits for a host that says nothing more hears EIO, and nothing was done", async () => {
  const { inWindow, rooms } = withPending({ bytes: pendingWindow.bytes, operations: 0 });
  let calls = 0;
  const answer = inWindow(() => ok(++calls));
  rooms[0]?.resolve(fail(errno.EIO));
  expect(await answer).toEqual(fail(errno.EIO));
  expect(calls).toBe(0);
});
