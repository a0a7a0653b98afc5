/**
 * The queue of invalidations: what is told to the kernel, in order, by a worker. A name in a directory with a parked
 * request, or pages of a file with one, wait until it is answered. Not yet written duplicates are merged.
 */
import type { FileName } from "../base/name.ts";
import type { Notifications } from "../fuse/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { InvalidationLane, OpenLane, Written } from "./invalidation-lane.ts";
import type { Parked } from "./parked.ts";

export type Invalidation =
  | { readonly t: "entry"; readonly parent: NodeId; readonly name: FileName }
  /** `pages` and `listing` (of a directory) are dropped together with the attributes. */
  | { readonly t: "node"; readonly node: NodeId; readonly drop: "attributes" | "pages" | "listing" };

/** One invalidation on its way. Callbacks run once, when it is written. */
export interface Job {
  readonly serial: number;
  what: Invalidation;
  /** Called with false where the kernel knew nothing of it. */
  readonly done: ((known: boolean) => void)[];
  readonly barriers: Set<Barrier>;
}

interface Barrier {
  remaining: number;
  readonly resolve: () => void;
}

interface Lane {
  readonly port: InvalidationLane;
  outstanding: number;
}

export interface InvalidatorOptions {
  readonly openLane: OpenLane;
  readonly notifications: Notifications;
  readonly parked: Parked;
  /** A notification is about to be handed to the worker. */
  readonly onSend: (what: Invalidation) => void;
}

const batchSize = 32;
const mostLanes = 4;

export class Invalidator {
  readonly #options: InvalidatorOptions;
  readonly #ready = new Set<Job>();
  readonly #held = new Map<NodeId, Job[]>();
  readonly #inFlight = new Map<number, Job>();
  /** By entry (`parent/name`) or node: what is not yet in flight and can take a duplicate in. */
  readonly #entries = new Map<string, Job>();
  readonly #nodes = new Map<NodeId, Job>();
  readonly #idle: Lane[] = [];
  readonly #lanes = new Set<Lane>();
  #current: Lane;
  /** Barriers of the job that was just written: what its callbacks add is still part of it. */
  #following: ReadonlySet<Barrier> | undefined;
  #serial = 0;
  #written = 0;
  #disposed = false;
  #pumpQueued = false;

  constructor(options: InvalidatorOptions) {
    this.#options = options;
    this.#current = this.#openLane();
    options.parked.listen({ parked: (node) => this.#parked(node), freed: (node) => this.#freed(node) });
  }

  get pending(): number {
    let held = 0;
    for (const jobs of this.#held.values()) held += jobs.length;
    return this.#ready.size + this.#inFlight.size + held;
  }

  get written(): number {
    return this.#written;
  }

  /** `toEnd`: a merged duplicate moves behind what came since (a listing must be dropped after its entries). */
  add(what: Invalidation, done: (known: boolean) => void, toEnd = false): void {
    if (this.#disposed) return;
    const job = this.#mergeable(what) ?? this.#enter(what);
    if (what.t === "node" && job.what.t === "node" && job.what.drop === "attributes") job.what = what;
    job.done.push(done);
    if (this.#following !== undefined && !this.#wouldDeadlock(job)) joinBarriers(job, this.#following);
    if (toEnd && this.#ready.delete(job)) this.#ready.add(job);
    this.#pumpSoon();
  }

  /** Resolves when all that was added so far is written, names in directories with a parked request excepted. */
  barrier(): Promise<void> {
    const jobs = [...this.#ready, ...this.#inFlight.values(), ...[...this.#held.values()].flat()];
    const awaited = jobs.filter((job) => !this.#wouldDeadlock(job));
    if (awaited.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const barrier: Barrier = { remaining: awaited.length, resolve };
      for (const job of awaited) job.barriers.add(barrier);
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const job of [...this.#ready, ...this.#inFlight.values(), ...[...this.#held.values()].flat()])
      leaveBarriers(job);
    await Promise.all([...this.#lanes].map((lane) => lane.port.dispose()));
  }

  #mergeable(what: Invalidation): Job | undefined {
    return what.t === "entry" ? this.#entries.get(keyOf(what)) : this.#nodes.get(what.node);
  }

  #enter(what: Invalidation): Job {
    const job: Job = { serial: ++this.#serial, what, done: [], barriers: new Set() };
    if (what.t === "entry") this.#entries.set(keyOf(what), job);
    else this.#nodes.set(what.node, job);
    this.#ready.add(job);
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
    if (this.#disposed || this.#current.outstanding > 0) return;
    const batch: Job[] = [];
    for (const job of this.#ready) {
      if (batch.length === batchSize) break;
      this.#ready.delete(job);
      const blocker = blockerOf(job.what);
      if (blocker !== undefined && this.#options.parked.isHeld(blocker)) this.#hold(blocker, job);
      else batch.push(job);
    }
    if (batch.length > 0) this.#send(batch);
  }

  #send(batch: readonly Job[]): void {
    const { notifications, onSend } = this.#options;
    const notices = batch.map((job) => {
      this.#leaveMerging(job);
      this.#inFlight.set(job.serial, job);
      onSend(job.what);
      const { what } = job;
      const bytes =
        what.t === "entry"
          ? notifications.invalidateEntry(what.parent, what.name)
          : notifications.invalidateNode(what.node, what.drop !== "attributes");
      return { serial: job.serial, bytes };
    });
    this.#current.outstanding += notices.length;
    this.#current.port.write(notices);
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
    const lane: Lane = { outstanding: 0, port: this.#options.openLane((report) => this.#reported(lane, report)) };
    this.#lanes.add(lane);
    return lane;
  }

  #reported(lane: Lane, report: Written): void {
    if (this.#disposed) return;
    lane.outstanding -= report.serials.length;
    if (lane !== this.#current && lane.outstanding === 0) this.#idle.push(lane);
    const unknown = report.unknown.length === 0 ? undefined : new Set(report.unknown);
    for (const serial of report.serials) {
      const job = this.#inFlight.get(serial);
      // Written by two lanes after a rescue: the first report counts.
      if (job === undefined) continue;
      this.#inFlight.delete(serial);
      this.#written++;
      this.#following = job.barriers;
      for (const done of job.done) done(!unknown?.has(serial));
      this.#following = undefined;
      leaveBarriers(job);
    }
    this.#pump();
  }

  /**
   * A request was parked. What is queued for its directory no longer counts for barriers. If the worker may be stuck in a
   * write that waits for this very request, another takes over what is behind it: writing twice does no harm.
   */
  #parked(node: NodeId): void {
    if (this.#ready.size + this.#inFlight.size === 0) return;
    for (const job of this.#ready) if (job.what.t === "entry" && job.what.parent === node) leaveBarriers(job);
    let stuck = false;
    for (const job of this.#inFlight.values()) {
      if (blockerOf(job.what) !== node) continue;
      stuck = true;
      if (job.what.t === "entry") leaveBarriers(job);
    }
    if (stuck) this.#rescue();
  }

  #rescue(): void {
    if (this.#lanes.size >= mostLanes && this.#idle.length === 0) return;
    this.#current = this.#idle.pop() ?? this.#openLane();
    const behind = [...this.#inFlight.values()].filter((job) => {
      const blocker = blockerOf(job.what);
      return blocker === undefined || !this.#options.parked.isHeld(blocker);
    });
    if (behind.length > 0) this.#send(behind);
    else this.#pumpSoon();
  }

  #freed(node: NodeId): void {
    const held = this.#held.get(node);
    if (held === undefined) return;
    this.#held.delete(node);
    for (const job of held) this.#ready.add(job);
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

function joinBarriers(job: Job, barriers: ReadonlySet<Barrier>): void {
  for (const barrier of barriers) {
    if (job.barriers.has(barrier)) continue;
    barrier.remaining++;
    job.barriers.add(barrier);
  }
}

function leaveBarriers(job: Job): void {
  for (const barrier of job.barriers) if (--barrier.remaining === 0) barrier.resolve();
  job.barriers.clear();
}
