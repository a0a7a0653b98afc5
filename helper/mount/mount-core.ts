/** Wires the handlers, the invalidator and the echo around one connection; knows no descriptor, thread or mount point. */
import { errno } from "../base/errno.ts";
import type { SessionClock, Timers } from "../base/ports.ts";
import type { Notifications, Replies, RequestHandler } from "../fuse/api.ts";
import type { MountContext } from "./context.ts";
import type { MountStats } from "./driver.ts";
import { Echo } from "./echo.ts";
import type { OpenEchoLane } from "./echo-lane.ts";
import { Handles } from "./handles.ts";
import { Interrupts } from "./interrupts.ts";
import type { OpenLane } from "./invalidation-lane.ts";
import { Invalidator } from "./invalidator.ts";
import { Lookups } from "./lookups.ts";
import { createObserver } from "./observer.ts";
import { Parked } from "./parked.ts";
import { createRequestHandler } from "./requests.ts";
import type { Workspace } from "./workspace.ts";

export interface MountCoreOptions {
  readonly workspace: Workspace;
  readonly replies: Replies;
  readonly notifications: Notifications;
  readonly mountPoint: string;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly readOnly: boolean;
  readonly clock: SessionClock;
  readonly timers: Timers;
  readonly openInvalidationLane: OpenLane;
  readonly openEchoLane: OpenEchoLane;
  /** Does this thread have SIGKILL pending? */
  readonly isDying: (thread: number) => boolean;
  readonly onDefect: (error: unknown, during: string) => void;
}

export interface MountCore {
  readonly handle: RequestHandler;
  stats(): MountStats;
  /** Answers every parked request EIO. Requests that come later are still served. */
  answerParked(): void;
  /** Ends the workers and lets go of the workspace's handles. The connection is gone by now. */
  dispose(): Promise<void>;
}

export function createMountCore(options: MountCoreOptions): MountCore {
  const { workspace, replies, timers, onDefect } = options;
  const lookups = new Lookups((node) => workspace.forget(node));
  const handles = new Handles();
  const parked = new Parked();
  const invalidator = new Invalidator({
    openLane: options.openInvalidationLane,
    notifications: options.notifications,
    parked,
    // What the kernel reads from now on is at least this version.
    onSend: (what) => {
      observer.sent(what);
      if (what.t !== "node" || what.drop !== "pages") return;
      const known = lookups.get(what.node);
      if (known !== undefined) known.pagesVersion = workspace.node(what.node)?.version;
    },
  });
  const echo = new Echo({
    workspace,
    lookups,
    parked,
    timers,
    mountPoint: options.mountPoint,
    openLane: options.openEchoLane,
  });
  const observer = createObserver({
    workspace,
    lookups,
    invalidator,
    echo: (change) => echo.add(change),
    expectEcho: (change) => echo.expect(change),
    dropEcho: (change) => echo.drop(change),
    timers,
  });
  workspace.observe(observer);
  const interrupts = new Interrupts({
    parked,
    timers,
    isDying: options.isDying,
    replyError: (unique, code) => replies.error(unique, code),
  });
  const context: MountContext = {
    workspace,
    replies,
    lookups,
    handles,
    toldStale: new Map(),
    parked,
    onDefect,
    owner: options.owner,
    clock: options.clock,
    dropPages: (node) => observer.dropPages(node),
    isEchoPending: (at) => echo.isLeaving(at),
  };
  const handle = createRequestHandler({ context, interrupts, echo, readOnly: options.readOnly });
  let requests = 0;
  let foreign = 0;
  let disposed: Promise<void> | undefined;

  async function end(): Promise<void> {
    interrupts.dispose();
    await Promise.all([invalidator.dispose(), echo.dispose()]);
    for (const { file } of handles.drain()) if (file !== undefined) workspace.release(file);
  }

  return {
    handle: (request) => {
      requests++;
      if (request.pid !== 0 && request.pid !== echo.thread) foreign++;
      handle(request);
    },
    stats: () => ({
      requests,
      foreign,
      parked: parked.size,
      knownNodes: lookups.size,
      openHandles: handles.size,
      invalidationsWritten: invalidator.written,
      invalidationsPending: invalidator.pending,
      echoesDone: echo.figures.done,
      echoesFailed: echo.figures.failed,
      echoesPending: echo.figures.pending,
    }),
    answerParked: () => parked.answerAll((unique, code) => replies.error(unique, code), errno.EIO),
    dispose: () => (disposed ??= end()),
  };
}
