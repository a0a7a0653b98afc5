/** The kernel's side of a mount, without one: sends requests, records answers and notifications, plays both workers by hand. */
import { constants } from "node:os";
import { mustFileName } from "../../helper/base/name.ts";
import type { DirectoryRow, Entry, FuseAttributes, Opened, Replies, Request } from "../../helper/fuse/api.ts";
import type { EchoCall, EchoReport } from "../../helper/mount/echo-lane.ts";
import { claimNotice, type NoticeBatch, noticeWritten } from "../../helper/mount/notice-batch.ts";
import { createMountCore, type MountCore } from "../../helper/mount/mount-core.ts";
import type { NodeId, Place } from "../../helper/mount/workspace.ts";
import { rootNode } from "../../helper/replica/ids.ts";
import { MemoryWorkspace } from "./memory-workspace.ts";

export type Reply =
  | { readonly t: "error"; readonly error: string }
  | { readonly t: "ok" }
  | { readonly t: "entry"; readonly entry: Entry }
  | { readonly t: "attributes"; readonly ttl: number; readonly attributes: FuseAttributes }
  | { readonly t: "bytes"; readonly bytes: string }
  | { readonly t: "written"; readonly size: number }
  | { readonly t: "opened"; readonly opened: Opened }
  | { readonly t: "created"; readonly entry: Entry; readonly opened: Opened }
  | { readonly t: "figures" }
  | { readonly t: "listing"; readonly rows: readonly DirectoryRow[] };

type Distribute<R> = R extends Request ? Omit<R, "unique" | "node" | "uid" | "gid" | "pid"> : never;
export type Asked = Distribute<Request> & { readonly node?: number; readonly pid?: number };

export const echoThread = 777;
const errorNames = new Map(Object.entries(constants.errno).map(([name, value]) => [value, name]));

/** An invalidation worker played by hand. */
export interface FakeLane {
  batch: NoticeBatch | undefined;
  readonly written: () => void;
}

export class FakeKernel {
  readonly workspace = new MemoryWorkspace();
  readonly core: MountCore;
  readonly answers = new Map<number, Reply>();
  /** Notifications as text, in the order handed to the lanes: `entry 1/name`, `pages 5`, `attributes 5`. */
  readonly notified: string[] = [];
  readonly lanes: FakeLane[] = [];
  readonly calls: EchoCall[] = [];
  readonly defects: string[] = [];
  readonly dying = new Set<number>();
  /** Rows a listing answer holds. */
  rowsPerAnswer = 1000;
  /** Without: batches wait in `lanes` until `writeLane`. */
  writesAtOnce = true;
  readonly #timers: { readonly at: number; readonly call: () => void; alive: boolean }[] = [];
  #now = 0;
  #unique = 0;
  #report: (report: EchoReport) => void = () => {};

  constructor(options: { readonly readOnly?: boolean } = {}) {
    this.core = createMountCore({
      workspace: this.workspace,
      replies: this.#replies(),
      notifications: {
        invalidateNode: (node, data) => Buffer.from(`${data ? "pages" : "attributes"} ${node}`),
        invalidateEntry: (parent, name) => Buffer.from(`entry ${parent}/${name}`),
      },
      mountPoint: "/mnt",
      owner: { uid: 1000, gid: 1000 },
      readOnly: options.readOnly ?? false,
      clock: { now: () => ({ sec: 5, nsec: 6 }) },
      timers: { after: (ms, call) => this.#after(ms, call), now: () => this.#now },
      openInvalidationLane: (written) => {
        const lane: FakeLane = { batch: undefined, written };
        this.lanes.push(lane);
        return {
          write: (batch) => {
            for (const notice of batch.notices) this.notified.push(Buffer.from(notice).toString());
            lane.batch = batch;
            if (this.writesAtOnce) queueMicrotask(() => this.writeLane(lane));
          },
          dispose: async () => {},
        };
      },
      openEchoLane: (report) => {
        this.#report = report;
        queueMicrotask(() => report({ t: "ready", thread: echoThread }));
        return { call: (call) => void this.calls.push(call), dispose: async () => {} };
      },
      isDying: (thread) => this.dying.has(thread),
      onDefect: (error, during) => void this.defects.push(`${during}: ${String(error)}`),
    });
  }

  /** Sends one request; its answer, or undefined while it is parked. */
  ask(asked: Asked): Reply | undefined {
    return this.answers.get(this.send(asked));
  }

  send(asked: Asked): number {
    const unique = (this.#unique += 2);
    this.core.handle({ node: rootNode, uid: 1000, gid: 1000, pid: 42, ...asked, unique });
    return unique;
  }

  /** LOOKUP of a name that is there: the kernel now knows the node. */
  know(at: Place): NodeId {
    const answer = this.ask({ op: "lookup", node: at.parent, name: at.name });
    if (answer?.t !== "entry") throw new Error(`not there: ${at.name}`);
    return answer.entry.node as NodeId;
  }

  opened(node: NodeId, flags = 0): Opened {
    const answer = this.ask({ op: "open", node, flags });
    if (answer?.t !== "opened") throw new Error(`not opened: ${JSON.stringify(answer)}`);
    return answer.opened;
  }

  /** The lane writes what it can claim; `unknown`: the kernel knew nothing of any of it. */
  writeLane(lane: FakeLane, answer: "known" | "unknown" = "known"): void {
    const { batch } = lane;
    if (batch === undefined) return;
    for (let index = claimNotice(batch); index !== undefined; index = claimNotice(batch))
      noticeWritten(batch, index, answer === "known");
    lane.batch = undefined;
    lane.written();
  }

  /** The echo worker's call ended. */
  echoDone(error?: string): void {
    this.#report({ t: "done", error });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers.slice()) {
      if (!timer.alive || timer.at > this.#now) continue;
      timer.alive = false;
      timer.call();
    }
  }

  #after(ms: number, call: () => void): { cancel(): void } {
    const timer = { at: this.#now + ms, call, alive: true };
    this.#timers.push(timer);
    return { cancel: () => void (timer.alive = false) };
  }

  #answer(unique: number, reply: Reply): void {
    if (this.answers.has(unique)) throw new Error(`request ${unique} answered twice`);
    this.answers.set(unique, reply);
  }

  #replies(): Replies {
    return {
      error: (unique, code) => this.#answer(unique, { t: "error", error: errorNames.get(code) ?? String(code) }),
      ok: (unique) => this.#answer(unique, { t: "ok" }),
      entry: (unique, entry) => this.#answer(unique, { t: "entry", entry }),
      attributes: (unique, ttl, attributes) => this.#answer(unique, { t: "attributes", ttl, attributes }),
      bytes: (unique, bytes) => this.#answer(unique, { t: "bytes", bytes: Buffer.from(bytes).toString() }),
      written: (unique, size) => this.#answer(unique, { t: "written", size }),
      opened: (unique, opened) => this.#answer(unique, { t: "opened", opened }),
      created: (unique, entry, opened) => this.#answer(unique, { t: "created", entry, opened }),
      figures: (unique) => this.#answer(unique, { t: "figures" }),
      listing: (unique, _size, rows) => {
        const used = rows.slice(0, this.rowsPerAnswer);
        this.#answer(unique, { t: "listing", rows: used });
        return used.length;
      },
    };
  }
}

export function place(parent: number, name: string): Place {
  return { parent: parent as NodeId, name: mustFileName(name) };
}

/** Lets promise callbacks and the fake lanes run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A promise to be kept by hand. */
export function promise(): { readonly wait: Promise<void>; readonly keep: () => void } {
  let keep = (): void => {};
  const wait = new Promise<void>((resolve) => (keep = resolve));
  return { wait, keep };
}
