/**
 * The queue of invalidations: what is told to the kernel, in order, by a worker. A name in a directory with a parked
 * request, or pages of a file with one, wait until it is answered. Not yet written duplicates are merged.
 */
import { KeyedQueue } from "../base/keyed-queue.ts";
import type { FileName } from "../base/name.ts";
import type { Notifications } from "../fuse/api.ts";
import type { NodeId } from "../replica/ids.ts";
import { joinBarriers, leaveBarriers, type WriteBarrier, writeBarrier } from "./write-barrier.ts";
import type { InvalidationLane, OpenLane } from "./invalidation-lane.ts";
import { isKnownNotice, type NoticeBatch, noticeBatch, takeBackNotices } from "./notice-batch.ts";
import type { Parked } from "./parked.ts";

export type Invalidation =
  | { readonly t: "entry"; readonly parent: NodeId; readonly name: FileName }
  /** `pages` and `listing` (of a directory) are dropped together with the attributes. */
  | { readonly t: "node"; readonly node: NodeId; readonly drop: "attributes" | "pages" | "listing" };

export interface Waiter {
  /** Waits once for an invalidation that is not yet handed over, however often it is added. */
  readonly who: object;
  /** Called once, with false where the kernel knew nothing of it. */
  readonly written: (known: boolean) => void;
  /** A merged duplicate moves behind what came since (a listing must be dropped after its entries). */
  readonly toEnd?: boolean;
}

/** One invalidation on its way. */
export interface Job {
  what: Invalidation;
  readonly waiters: Map<object, Waiter["written"]>;
  readonly barriers: Set<WriteBarrier>;
}

interface Lane {
  readonly port: InvalidationLane;
  sent: Sent | undefined;
}

/** What a lane was given, and has not reported yet. */
interface Sent {
  readonly batch: NoticeBatch;
  /** Jobs of the batch from `first` on; what came before is done. */
  jobs: readonly Job[];
  first: number;
  /** In its last notice, which may last until a parked request is answered; the others were taken back. */
  stuck: boolean;
}

export interface InvalidatorOptions {
  readonly openLane: OpenLane;
  readonly notifications: Notifications;
  readonly parked: Parked;
  /** A notification is about to be handed to the worker. */
  readonly onSend: (what: Invalidation) => void;
}

const batchSize = 32;
/** One writes; each other one is held by the kernel in a notice, at most one for each directory or file with a parked request. */
const mostLanes = 32;

export class Invalidator {
  readonly #options: InvalidatorOptions;
  readonly #ready = new KeyedQueue<Job, Job>();
  readonly #held = new Map<NodeId, Job[]>();
  /** By entry (`parent/name`) or node: what is not yet in flight and can take a duplicate in. */
  readonly #entries = new Map<string, Job>();
  readonly #nodes = new Map<NodeId, Job>();
  readonly #lanes: Lane[] = [];
  /** Barriers of the job that was just written: what its callbacks add is still part of it. */
  #following: ReadonlySet<WriteBarrier> | undefined;
  #written = 0;
  #disposed = false;
  #pumpQueued = false;

  constructor(options: InvalidatorOptions) {
    this.#options = options;
    this.#openLane();
    options.parked.listen({ parked: (node) => this.#parked(node), freed: (node) => this.#freed(node) });
  }

  get pending(): number {
    return this.#unwritten().length;
  }

  get written(): number {
    return this.#written;
  }

  /** False: `who` waits for this one already (or nothing is written any more), and `written` will not be called. */
  add(what: Invalidation, { who, written, toEnd = false }: Waiter): boolean {
    if (this.#disposed) return false;
    const job = this.#mergeable(what) ?? this.#enter(what);
    if (what.t === "node" && job.what.t === "node" && job.what.drop === "attributes") job.what = what;
    const isNew = !job.waiters.has(who);
    if (isNew) job.waiters.set(who, written);
    if (this.#following !== undefined && !this.#wouldDeadlock(job)) joinBarriers(job, this.#following);
    if (toEnd && this.#ready.has(job)) this.#ready.add(job, job);
    this.#pumpSoon();
    return isNew;
  }

  /** Resolves when all that was added so far is written, names in directories with a parked request excepted. */
  barrier(): Promise<void> {
    return writeBarrier(this.#unwritten().filter((job) => !this.#wouldDeadlock(job)));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const job of this.#unwritten()) leaveBarriers(job);
    await Promise.all(this.#lanes.map((lane) => lane.port.dispose()));
  }

  #unwritten(): readonly Job[] {
    const sent = this.#lanes.flatMap((lane) => lane.sent?.jobs ?? []);
    return [...this.#ready.values(), ...sent, ...[...this.#held.values()].flat()];
  }

  #mergeable(what: Invalidation): Job | undefined {
    return what.t === "entry" ? this.#entries.get(keyOf(what)) : this.#nodes.get(what.node);
  }

  #enter(what: Invalidation): Job {
    const job: Job = { what, waiters: new Map(), barriers: new Set() };
    if (what.t === "entry") this.#entries.set(keyOf(what), job);
    else this.#nodes.set(what.node, job);
    this.#ready.add(job, job);
    return job;
  }

  /** Changes come in bursts on one turn: hand them over together. */
  #pumpSoon(): void {
    if (this.#pumpQueued) return;
    this.#pumpQueued = true;
    queueMicrotask(() => {
      this.#pumpQueued = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#disposed || this.#ready.size === 0) return;
    const lane = this.#freeLane();
    if (lane === undefined) return;
    const batch: Job[] = [];
    while (batch.length < batchSize) {
      const job = this.#ready.takeFirst();
      if (job === undefined) break;
      const blocker = blockerOf(job.what);
      if (blocker !== undefined && this.#options.parked.isHeld(blocker)) this.#hold(blocker, job);
      else batch.push(job);
    }
    if (batch.length > 0) this.#send(lane, batch);
  }

  /** One lane writes at a time, those aside that are stuck: so what is told is told in order. */
  #freeLane(): Lane | undefined {
    if (this.#lanes.some((lane) => lane.sent?.stuck === false)) return undefined;
    const free = this.#lanes.find((lane) => lane.sent === undefined);
    return free ?? (this.#lanes.length < mostLanes ? this.#openLane() : undefined);
  }

  #send(lane: Lane, jobs: readonly Job[]): void {
    const { notifications, onSend } = this.#options;
    const batch = noticeBatch(
      jobs.map((job) => {
        this.#leaveMerging(job);
        onSend(job.what);
        const { what } = job;
        return what.t === "entry"
          ? notifications.invalidateEntry(what.parent, what.name)
          : notifications.invalidateNode(what.node, what.drop !== "attributes");
      }),
    );
    lane.sent = { batch, jobs, first: 0, stuck: false };
    lane.port.write(batch);
  }

  #leaveMerging(job: Job): void {
    const { what } = job;
    if (what.t === "entry") {
      if (this.#entries.get(keyOf(what)) === job) this.#entries.delete(keyOf(what));
    } else if (this.#nodes.get(what.node) === job) this.#nodes.delete(what.node);
  }

  #hold(blocker: NodeId, job: Job): void {
    const held = this.#held.get(blocker);
    if (held === undefined) this.#held.set(blocker, [job]);
    else held.push(job);
    if (this.#wouldDeadlock(job)) leaveBarriers(job);
  }

  #openLane(): Lane {
    const lane: Lane = { sent: undefined, port: this.#options.openLane(() => this.#reported(lane)) };
    this.#lanes.push(lane);
    return lane;
  }

  #reported(lane: Lane): void {
    const { sent } = lane;
    if (this.#disposed || sent === undefined) return;
    this.#finish(sent, sent.jobs.length);
    lane.sent = undefined;
    this.#pump();
  }

  /** The first `count` jobs left of what was sent are written. */
  #finish(sent: Sent, count: number): void {
    for (let i = 0; i < count; i++) {
      const job = sent.jobs[0] as Job;
      const known = isKnownNotice(sent.batch, sent.first++);
      sent.jobs = sent.jobs.slice(1);
      this.#written++;
      this.#following = job.barriers;
      for (const written of job.waiters.values()) written(known);
      this.#following = undefined;
      leaveBarriers(job);
    }
  }

  /**
   * A request was parked. What is queued for its directory no longer counts for barriers. A lane that may be stuck in a notice
   * that waits for this very request keeps that notice alone: what is behind it goes another way.
   */
  #parked(node: NodeId): void {
    if (this.#disposed) return;
    for (const job of this.#ready.values()) if (job.what.t === "entry" && job.what.parent === node) leaveBarriers(job);
    for (const { sent } of this.#lanes) {
      if (sent === undefined || !sent.jobs.some(({ what }) => blockerOf(what) === node)) continue;
      if (!sent.stuck) this.#takeBack(sent);
      const [last] = sent.jobs;
      if (last === undefined || blockerOf(last.what) !== node) continue;
      sent.stuck = true;
      if (last.what.t === "entry") leaveBarriers(last);
    }
    this.#pumpSoon();
  }

  /** Leaves the lane only the notice it may be in the midst of. */
  #takeBack(sent: Sent): void {
    const claimed = Math.min(takeBackNotices(sent.batch) - sent.first, sent.jobs.length);
    const back = sent.jobs.slice(claimed);
    sent.jobs = sent.jobs.slice(0, claimed);
    for (const job of back) if (this.#wouldDeadlock(job)) leaveBarriers(job);
    this.#ready.putFirst(back.map((job) => [job, job]));
    this.#finish(sent, claimed - 1);
  }

  #freed(node: NodeId): void {
    const held = this.#held.get(node);
    if (held === undefined) return;
    this.#held.delete(node);
    for (const job of held) this.#ready.add(job, job);
    this.#pumpSoon();
  }

  #wouldDeadlock(job: Job): boolean {
    return job.what.t === "entry" && this.#options.parked.isHeld(job.what.parent);
  }
}

/** Whose parked request keeps the kernel from taking this notification (FUSE.md "Deadlocks"). */
function blockerOf(what: Invalidation): NodeId | undefined {
  if (what.t === "entry") return what.parent;
  return what.drop === "pages" ? what.node : undefined;
}

function keyOf(entry: { readonly parent: NodeId; readonly name: FileName }): string {
  return `${entry.parent}/${entry.name}`;
}
