/** Requests that wait for the host: asked operations, fsync, room in the window. They end with progress, or EIO seconds after it stops. */
import type { Disposable } from "../base/disposable.ts";
import { errno } from "../base/errno.ts";
import { done, fail, type Result } from "../base/result.ts";
import type { GuestReplica, Received } from "../replica/api.ts";
import type { OpId } from "../replica/ids.ts";

/** Milliseconds without any message from the host after which waiting requests fail. */
export const patience = 10_000;

export interface Waiters extends Disposable {
  /** The host's word on an asked operation. `late` runs if it comes as a yes after the request was failed. */
  decided(id: OpId, late: () => void): Promise<Result<void>>;
  /** Everything told before now is acknowledged. */
  acknowledged(): Promise<Result<void>>;
  room(there: () => boolean): Promise<Result<void>>;
  /** Bytes that are fetched. */
  arriving<T>(bytes: Promise<Result<T>>): Promise<Result<T>>;
  settle(received: Received): void;
  /** Anything the host answered counts as progress. */
  heard(): void;
  /** The link is cut: who comes now finds the silence as old as it is. */
  cut(): void;
  /** Fails whatever waits, now: the session ends. */
  failAll(): void;
}

interface Asked {
  readonly resolve: (result: Result<void>) => void;
  readonly late: () => void;
  failed: boolean;
}

export function createWaiters(replica: Pick<GuestReplica, "lastSubmitted" | "lastDecided">): Waiters {
  const asked = new Map<OpId, Asked>();
  let acknowledgements: { readonly upTo: number; readonly resolve: (result: Result<void>) => void }[] = [];
  let rooms: { readonly there: () => boolean; readonly resolve: (result: Result<void>) => void }[] = [];
  const arrivals = new Set<() => void>();
  let lastHeard = performance.now();
  let linked = true;
  let ended = false;
  const timer = setInterval(() => {
    if (performance.now() - lastHeard > patience) failAll();
  }, 1000);
  timer.unref();

  /** A host that was asked nothing owes no answer: its silence begins with the first who waits. */
  function begin(): void {
    if (linked && asked.size + acknowledgements.length + rooms.length + arrivals.size === 0)
      lastHeard = performance.now();
  }

  function failAll(): void {
    const lost = fail(errno.EIO);
    for (const waiter of asked.values()) {
      if (!waiter.failed) waiter.resolve(lost);
      waiter.failed = true;
    }
    for (const waiter of [...acknowledgements, ...rooms]) waiter.resolve(lost);
    for (const giveUp of arrivals) giveUp();
    acknowledgements = [];
    rooms = [];
    arrivals.clear();
  }

  return {
    decided(id, late) {
      if (ended) return Promise.resolve(fail(errno.EIO));
      begin();
      return new Promise((resolve) => asked.set(id, { resolve, late, failed: false }));
    },
    acknowledged() {
      const upTo = replica.lastSubmitted;
      if (replica.lastDecided >= upTo) return Promise.resolve(done);
      if (ended) return Promise.resolve(fail(errno.EIO));
      begin();
      return new Promise((resolve) => acknowledgements.push({ upTo, resolve }));
    },
    room(there) {
      if (ended) return Promise.resolve(fail(errno.EIO));
      begin();
      return new Promise((resolve) => rooms.push({ there, resolve }));
    },
    arriving(bytes) {
      if (ended) return Promise.resolve(fail(errno.EIO));
      begin();
      return new Promise((resolve, reject) => {
        const giveUp = (): void => resolve(fail(errno.EIO));
        arrivals.add(giveUp);
        bytes.then(resolve, reject).finally(() => arrivals.delete(giveUp));
      });
    },
    settle(received) {
      for (const { id, result } of received.settled) {
        const waiter = asked.get(id);
        if (waiter === undefined) continue;
        asked.delete(id);
        if (!waiter.failed) waiter.resolve(result);
        else if (result.ok) waiter.late();
      }
      if (acknowledgements.length > 0) {
        for (const waiter of acknowledgements) if (replica.lastDecided >= waiter.upTo) waiter.resolve(done);
        acknowledgements = acknowledgements.filter((waiter) => replica.lastDecided < waiter.upTo);
      }
      while (rooms.length > 0 && rooms[0]?.there()) rooms.shift()?.resolve(done);
    },
    heard() {
      lastHeard = performance.now();
      linked = true;
    },
    cut() {
      linked = false;
    },
    failAll,
    dispose() {
      ended = true;
      clearInterval(timer);
      failAll();
    },
  };
}
