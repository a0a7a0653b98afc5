/**
 * Which echo is next. Order of changes, but: nothing in a directory with a parked request; children of an echoed mkdir
 * some time after it (editors add a watch to a new directory and do not scan it); nothing twice.
 */
import type { Timers } from "../base/ports.ts";
import type { NodeId } from "../replica/ids.ts";
import { keyOfPlace, type EchoJob } from "./echo-change.ts";
import type { Parked } from "./parked.ts";

/** FUSE.md: about 50 ms after an echoed mkdir before its children. */
const settleMs = 50;

export class EchoQueue {
  readonly #parked: Parked;
  readonly #timers: Timers;
  readonly #wake: () => void;
  /** By what they do; insertion order is the order of changes. */
  #ready = new Map<string, EchoJob>();
  readonly #heldBack = new Map<NodeId, EchoJob[]>();
  /** Directories whose own echo is to come or just came, with what waits for it. */
  readonly #young = new Map<NodeId, EchoJob[]>();

  constructor(parked: Parked, timers: Timers, wake: () => void) {
    this.#parked = parked;
    this.#timers = timers;
    this.#wake = wake;
    parked.listen({ parked: () => {}, freed: (node) => this.#release(this.#heldBack, node) });
  }

  get size(): number {
    let waiting = 0;
    for (const jobs of [...this.#heldBack.values(), ...this.#young.values()]) waiting += jobs.length;
    return this.#ready.size + waiting;
  }

  add(job: EchoJob): void {
    const key = keyOf(job);
    // A modification takes place with its last state: late is as good as early, and once is enough.
    if ((job.t === "modify" || job.t === "touch") && this.#ready.has(key)) return;
    this.#ready.delete(key);
    this.#ready.set(key, job);
  }

  next(): EchoJob | undefined {
    for (const [key, job] of this.#ready) {
      this.#ready.delete(key);
      if (!this.#mustWait(job)) return job;
    }
    return undefined;
  }

  /** A new directory's echo will come: its children's wait, however early they are ready. */
  directoryComes(dir: NodeId): void {
    if (!this.#young.has(dir)) this.#young.set(dir, []);
  }

  /** The echo of a new directory was made (or will not be): its children may follow. */
  directoryMade(dir: NodeId, made: boolean): void {
    if (!made) return this.#release(this.#young, dir);
    if (!this.#young.has(dir)) this.#young.set(dir, []);
    this.#timers.after(settleMs, () => this.#release(this.#young, dir));
  }

  #mustWait(job: EchoJob): boolean {
    for (const parent of parentsOf(job)) {
      const waiting = this.#young.get(parent) ?? this.#heldBack.get(parent);
      if (waiting !== undefined) {
        waiting.push(job);
        return true;
      }
      if (this.#parked.isHeld(parent)) {
        this.#heldBack.set(parent, [job]);
        return true;
      }
    }
    return false;
  }

  #release(from: Map<NodeId, EchoJob[]>, node: NodeId): void {
    const jobs = from.get(node);
    if (jobs === undefined) return;
    from.delete(node);
    // Older than what is ready now.
    const newer = this.#ready;
    this.#ready = new Map();
    for (const job of jobs) this.#ready.set(keyOf(job), job);
    for (const [key, job] of newer) if (!this.#ready.has(key)) this.#ready.set(key, job);
    this.#wake();
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
  return "at" in job ? `${job.t} ${keyOfPlace(job.at)}` : `${job.t} ${job.node}`;
}
