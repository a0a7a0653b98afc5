/**
 * Native watcher events for what others did: one call at a time by the echo worker on the own mount, whose requests
 * echo-answers.ts answers without a second effect. Nothing that originated here comes this way.
 */
import type { Timers } from "../base/ports.ts";
import type { NodeId } from "../replica/ids.ts";
import { isSamePlace, jobsOf, keyOfPlace, type EchoChange, type EchoJob } from "./echo-change.ts";
import type { EchoCall, EchoLane, EchoReport, OpenEchoLane } from "./echo-lane.ts";
import { EchoQueue } from "./echo-queue.ts";
import type { Lookups } from "./lookups.ts";
import type { Parked } from "./parked.ts";
import { pathOf, placeOf } from "./paths.ts";
import type { Place, Workspace } from "./workspace.ts";

/** A new file's bytes follow its name at once; what comes later is a change of its own. */
const firstContentMs = 20;

export interface EchoOptions {
  readonly workspace: Workspace;
  readonly lookups: Lookups;
  readonly parked: Parked;
  readonly timers: Timers;
  readonly mountPoint: string;
  readonly openLane: OpenEchoLane;
}

export class Echo {
  readonly #options: EchoOptions;
  readonly #queue: EchoQueue;
  readonly #lane: EchoLane;
  readonly #mountPoint: Buffer;
  /** Names an echo will take away, with how many are to come. */
  readonly #leaving = new Map<string, number>();
  /** Nodes whose first name is still to be echoed, since when (ms): whoever watches reads the first bytes then. */
  readonly #coming = new Map<NodeId, number>();
  #thread = 0;
  #token: EchoJob | undefined;
  #done = 0;
  #failed = 0;
  #disposed = false;

  constructor(options: EchoOptions) {
    this.#options = options;
    this.#mountPoint = Buffer.from(options.mountPoint);
    this.#queue = new EchoQueue(options.parked, options.timers, () => this.#pump());
    this.#lane = options.openLane((report) => this.#reported(report));
  }

  /** The worker's thread id, as requests carry it; 0 until it is known. */
  get thread(): number {
    return this.#thread;
  }

  /** The call being made. */
  get token(): EchoJob | undefined {
    return this.#token;
  }

  get figures(): { readonly done: number; readonly failed: number; readonly pending: number } {
    return { done: this.#done, failed: this.#failed, pending: this.#queue.size + (this.#token === undefined ? 0 : 1) };
  }

  /** A change is known whose echo comes once its invalidations are written. */
  expect(change: EchoChange): void {
    const made = madeDirectoryOf(change);
    if (made !== undefined) this.#queue.directoryComes(made);
    const coming = comingOf(change);
    if (coming !== undefined) this.#coming.set(coming, this.#options.timers.now());
    const leaving = leavingOf(change);
    if (leaving === undefined) return;
    const key = keyOfPlace(leaving);
    this.#leaving.set(key, (this.#leaving.get(key) ?? 0) + 1);
  }

  /** True while a cached absence of this name would hide the echo's call from us. */
  isLeaving(at: Place): boolean {
    return this.#leaving.size > 0 && this.#leaving.has(keyOfPlace(at));
  }

  /** An expected change that a later one of its kind takes the place of. */
  drop(change: EchoChange): void {
    if (change.t !== "name") return;
    const coming = comingOf(change);
    if (coming !== undefined) this.#coming.delete(coming);
    const made = madeDirectoryOf(change);
    if (made !== undefined) this.#queue.directoryMade(made, false);
    const leaving = leavingOf(change);
    if (leaving !== undefined) this.#left(leaving);
    if (change.dead !== undefined) this.#options.lookups.forgetUnseen(change.dead.id);
  }

  add(change: EchoChange): void {
    if (this.#disposed) return;
    if (change.t !== "name" && this.#isFirstContent(change.node)) return;
    const jobs = jobsOf(this.#options.workspace, change);
    const coming = comingOf(change);
    if (coming !== undefined && !jobs.some((job) => job.t === "create")) this.#coming.delete(coming);
    for (const job of jobs) this.#enqueue(job);
    if (!jobs.some((job) => job.t === "remove" || job.t === "rename")) {
      const leaving = leavingOf(change);
      if (leaving !== undefined) this.#left(leaving);
    }
    const made = madeDirectoryOf(change);
    if (made !== undefined && !jobs.some((job) => job.t === "create")) this.#queue.directoryMade(made, false);
    if (change.t === "name" && jobs.length === 0 && change.dead !== undefined)
      this.#options.lookups.forgetUnseen(change.dead.id);
    this.#pump();
  }

  #enqueue(job: EchoJob): void {
    const { lookups } = this.#options;
    // Nobody watches what the kernel never knew, nor was told that it came: its coming and going is no news.
    const creation =
      job.t === "remove" && lookups.get(job.dead.id) === undefined
        ? this.#queue.takeBackCreation(job.at, job.dead.id)
        : undefined;
    if (creation !== undefined) this.#ended(creation, false);
    const obsolete = creation === undefined ? this.#queue.add(job) : job;
    if (obsolete !== undefined) this.#ended(obsolete, false);
  }

  #isFirstContent(node: NodeId): boolean {
    const since = this.#coming.get(node);
    return since !== undefined && this.#options.timers.now() - since < firstContentMs;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#lane.dispose();
  }

  #pump(): void {
    while (this.#thread !== 0 && this.#token === undefined && !this.#disposed) {
      const job = this.#queue.next();
      if (job === undefined) return;
      if (job.t === "create") this.#coming.delete(job.node);
      const call = this.#callOf(job);
      if (call === undefined) {
        this.#ended(job, false);
        continue;
      }
      this.#token = job;
      this.#lane.call(call);
    }
  }

  #reported(report: EchoReport): void {
    if (report.t === "ready") this.#thread = report.thread;
    else {
      const job = this.#token;
      this.#token = undefined;
      if (report.error === undefined) this.#done++;
      else this.#failed++;
      if (job !== undefined) this.#ended(job, report.error === undefined);
    }
    this.#pump();
  }

  #ended(job: EchoJob, made: boolean): void {
    if (job.t === "remove" || job.t === "rename") this.#left(job.at);
    if (job.t === "remove") this.#options.lookups.forgetUnseen(job.dead.id);
    if (job.t !== "create") return;
    if (!made && this.#options.workspace.lookup(job.at) !== job.node) this.#coming.delete(job.node);
    if (job.kind === "dir") this.#queue.directoryMade(job.node, made);
  }

  #left(at: Place): void {
    const key = keyOfPlace(at);
    const count = (this.#leaving.get(key) ?? 1) - 1;
    if (count > 0) this.#leaving.set(key, count);
    else this.#leaving.delete(key);
  }

  /**
   * Undefined: there is nothing to echo (any more). A watch pins what it watches, so where the kernel has forgotten both the
   * node and its directory nobody watches it.
   */
  #callOf(job: EchoJob): EchoCall | undefined {
    const { workspace, lookups } = this.#options;
    if (!("at" in job)) return this.#callOnNode(job.t, job.node);
    if (lookups.get(job.at.parent) === undefined) return undefined;
    const path = this.#path(job.at);
    if (path === undefined) return undefined;
    const present = workspace.lookup(job.at);
    switch (job.t) {
      case "create":
        return present === job.node ? this.#creation(path, job.node) : undefined;
      case "remove":
        return present === undefined ? { t: job.dead.kind === "dir" ? "rmdir" : "unlink", path } : undefined;
      case "rename": {
        const to = lookups.get(job.to.parent) === undefined ? undefined : this.#path(job.to);
        if (to === undefined || present !== undefined || workspace.lookup(job.to) !== job.node) return undefined;
        return { t: "rename", path, to };
      }
    }
  }

  #callOnNode(t: "modify" | "touch", id: NodeId): EchoCall | undefined {
    const { workspace, lookups } = this.#options;
    const node = workspace.node(id);
    const place = node === undefined ? undefined : placeOf(workspace, lookups, id);
    if (node === undefined || place === undefined) return undefined;
    if (lookups.get(id) === undefined && lookups.get(place.parent) === undefined) return undefined;
    const path = this.#path(place);
    if (path === undefined) return undefined;
    return t === "modify" ? { t, path, size: node.size } : { t, path };
  }

  #creation(path: Buffer, id: NodeId): EchoCall | undefined {
    const node = this.#options.workspace.node(id);
    if (node === undefined) return undefined;
    if (node.kind === "symlink") return { t: "symlink", path, target: Buffer.from(node.target, "latin1") };
    return { t: node.kind === "dir" ? "mkdir" : "create", path, mode: node.mode };
  }

  #path(at: Place): Buffer | undefined {
    const path = pathOf(this.#options.workspace, this.#options.lookups, at);
    return path === undefined ? undefined : Buffer.concat([this.#mountPoint, Buffer.from(path, "latin1")]);
  }
}

/** The directory this change brought, which its children's echoes must follow. */
function madeDirectoryOf(change: EchoChange): NodeId | undefined {
  return change.t === "name" && change.kind === "dir" && change.moved === undefined ? change.after : undefined;
}

/** The node this change gave its name, where nothing was. */
function comingOf(change: EchoChange): NodeId | undefined {
  return change.t === "name" && change.before === undefined && change.moved === undefined ? change.after : undefined;
}

/** The name this change took away. */
function leavingOf(change: EchoChange): Place | undefined {
  return change.t === "name" && change.before !== undefined && change.after === undefined ? change.at : undefined;
}

/** Does this request's place belong to the call being made? */
export function isAt(request: { readonly node: number; readonly name: Place["name"] }, at: Place): boolean {
  return isSamePlace({ parent: request.node as NodeId, name: request.name }, at);
}
