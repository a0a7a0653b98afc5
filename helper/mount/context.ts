/** What the handlers of kernel requests share. */
import type { SessionClock } from "../base/ports.ts";
import type { Caller, Replies } from "../fuse/api.ts";
import type { NodeId } from "../replica/ids.ts";
import { errno } from "../base/errno.ts";
import type { Answer, Result } from "../base/result.ts";
import type { Handles } from "./handles.ts";
import type { Lookups } from "./lookups.ts";
import type { Parked } from "./parked.ts";
import type { Place, Workspace } from "./workspace.ts";

export interface MountContext {
  readonly workspace: Workspace;
  readonly replies: Replies;
  readonly lookups: Lookups;
  readonly handles: Handles;
  readonly parked: Parked;
  /** Threads whose last OPEN was answered ESTALE, and what their walks have found since. */
  readonly toldStale: Map<number, Set<NodeId>>;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly clock: SessionClock;
  /** The kernel's pages of this file may differ from the truth: drop them, after the reply. */
  readonly dropPages: (node: NodeId) => void;
  /** An echo will take this absent name away in the kernel: it must not be cached as absent before. */
  readonly isEchoPending: (at: Place) => boolean;
  readonly onDefect: (error: unknown, during: string) => void;
}

export interface ParkOptions {
  /** Nodes the kernel keeps locked until the answer. */
  readonly holds: readonly NodeId[];
  readonly interruptible?: boolean;
  readonly during: string;
}

/** Answers now if the outcome is known, else parks the request until it is. `reply` writes the success. */
export function settle<T>(
  context: MountContext,
  request: Caller,
  answer: Answer<T>,
  options: ParkOptions,
  reply: (value: T) => void,
): void {
  if (answer instanceof Promise) return park(context, request, answer, options, reply);
  if (answer.ok) reply(answer.value);
  else context.replies.error(request.unique, answer.errno);
}

export function park<T>(
  context: MountContext,
  request: Caller,
  answer: Promise<Result<T>>,
  options: ParkOptions,
  reply: (value: T) => void,
): void {
  const { parked, replies, onDefect } = context;
  const waiting = parked.begin({
    unique: request.unique,
    pid: request.pid,
    holds: options.holds,
    interruptible: options.interruptible ?? false,
  });
  const refuse = (error: unknown): void => {
    onDefect(error, options.during);
    replies.error(request.unique, errno.EIO);
  };
  const write = (result: Result<T>): void => {
    if (!result.ok) return replies.error(request.unique, result.errno);
    try {
      reply(result.value);
    } catch (error) {
      refuse(error);
    }
  };
  answer.then(
    (result) => parked.answer(waiting, () => write(result)),
    (error: unknown) => parked.answer(waiting, () => refuse(error)),
  );
}
