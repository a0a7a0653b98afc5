/**
 * Which echo is next. Order of changes, but: nothing in a directory with a parked request; children of an echoed mkdir
 * some time after it (editors add a watch to a new directory and do not scan it); nothing twice.
 */
import { KeyedQueue } from "../base/keyed-queue.ts";
import type { Timers } from "../base/ports.ts";
import type { NodeId } from "../replica/ids.ts";
import { keyOfPlace, type EchoJob } from "./echo-change.ts";
import type { Parked } from "./parked.ts";
import { keyOfRename } from "./ticket.ts";
import type { Place } from "./workspace.ts";

/** FUSE.md: about 50 ms after an echoed mkdir before its children. */
const settleMs = 50;

type JobsByKey = Map<string, EchoJob>;

export class EchoQueue {
  readonly #parked: Parked;
  readonly #timers: Timers;
  readonly #wake: () => void;
  /** By what they do, in the order of changes. What waited for a directory comes before what is ready since. */
  readonly #released = new KeyedQueue<string, EchoJob>();
  readonly #ready = new KeyedQueue<string, EchoJob>();
  readonly #heldBack = new Map<NodeId, JobsByKey>();
  /** Directories whose own echo is to come or just came, with what waits for it. */
  readonly #young = new Map<NodeId, JobsByKey>();
  /** Where those that wait for a directory are. */
  readonly #waiting = new Map<string, JobsByKey>();

  constructor(parked: Parked, timers: Timers, wake: () => void) {
    this.#parked = parked;
    this.#timers = timers;
    this.#wake = wake;
    parked.listen({ parked: () => {}, freed: (node) => this.#release(this.#heldBack, node) });
  }

  get size(): number {
    return this.#released.size + this.#ready.size + this.#waiting.size;
  }

  /** Returns the job that need not be done any more: an earlier one that does the same, or this one. */
  add(job: EchoJob): EchoJob | undefined {
    const key = keyOf(job);
    // A modification takes place with its last state: late is as good as early, and once is enough.
    if ((job.t === "modify" || job.t === "touch") && this.#ready.has(key)) return job;
    const earlier = this.#remove(key);
    this.#ready.add(key, job);
    return earlier;
  }

  /** Takes back the creation of this node under this name, if it was not made yet. */
  takeBackCreation(at: Place, node: NodeId): EchoJob | undefined {
    const key = keyOfName("create", at);
    const job = this.#find(key);
    return job?.t === "create" && job.node === node ? this.#remove(key) : undefined;
  }

  next(): EchoJob | undefined {
    for (;;) {
      const job = this.#released.takeFirst() ?? this.#ready.takeFirst();
      if (job === undefined || !this.#mustWait(job)) return job;
    }
  }

  /** A new directory's echo will come: its children's wait, however early they are ready. */
  directoryComes(dir: NodeId): void {
    if (!this.#young.has(dir)) this.#young.set(dir, new Map());
  }

  /** The echo of a new directory was made (or will not be): its children may follow. */
  directoryMade(dir: NodeId, made: boolean): void {
    if (!made) return this.#release(this.#young, dir);
    if (!this.#young.has(dir)) this.#young.set(dir, new Map());
    this.#timers.after(settleMs, () => this.#release(this.#young, dir));
  }

  #mustWait(job: EchoJob): boolean {
    for (const parent of parentsOf(job)) {
      let jobs = this.#young.get(parent) ?? this.#heldBack.get(parent);
      if (jobs === undefined && this.#parked.isHeld(parent)) {
        jobs = new Map();
        this.#heldBack.set(parent, jobs);
      }
      if (jobs === undefined) continue;
      const key = keyOf(job);
      jobs.set(key, job);
      this.#waiting.set(key, jobs);
      return true;
    }
    return false;
  }

  #release(from: Map<NodeId, JobsByKey>, node: NodeId): void {
    const jobs = from.get(node);
    if (jobs === undefined) return;
    from.delete(node);
    for (const [key, job] of jobs) {
      this.#waiting.delete(key);
      this.#released.add(key, job);
    }
    this.#wake();
  }

  #find(key: string): EchoJob | undefined {
    return this.#ready.get(key) ?? this.#released.get(key) ?? this.#waiting.get(key)?.get(key);
  }

  #remove(key: string): EchoJob | undefined {
    const job = this.#find(key);
    this.#ready.remove(key);
    this.#released.remove(key);
    this.#waiting.get(key)?.delete(key);
    this.#waiting.delete(key);
    return job;
  }
}

function parentsOf(job: EchoJob): readonly NodeId[] {
  switch (job.t) {
    case "create":
    case "remove":
      return [job.at.parent];
    case "rename":
      return [job.at.parent, job.to.parent];
    default:
      return [];
  }
}

function keyOf(job: EchoJob): string {
  if (job.t === "rename") return keyOfRename(job.at, job.to);
  return "at" in job ? keyOfName(job.t, job.at) : `${job.t} ${job.node}`;
}

function keyOfName(t: "create" | "remove", at: Place): string {
  return `${t} ${keyOfPlace(at)}`;
}
