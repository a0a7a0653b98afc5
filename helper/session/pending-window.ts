import type { Answer } from "../base/result.ts";
import type { GuestReplica } from "../replica/api.ts";
import type { Waiters } from "./waiters.ts";

/** What may be undecided before writes, and what changes names, wait (R-WINDOW). */
export const pendingWindow = { bytes: 64 * 1024 * 1024, operations: 16_384 } as const;

/** Makes calls at once, or when the window has room again; EIO when the host says nothing for too long. */
export type InWindow = <T>(call: () => Answer<T>) => Answer<T>;

export function createPendingWindow(replica: Pick<GuestReplica, "pending">, waiters: Pick<Waiters, "room">): InWindow {
  const hasRoom = (): boolean => {
    const { bytes, operations } = replica.pending();
    return bytes < pendingWindow.bytes && operations < pendingWindow.operations;
  };
  return (call) => (hasRoom() ? call() : waiters.room(hasRoom).then((room) => (room.ok ? call() : room)));
}
