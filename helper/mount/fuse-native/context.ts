/** What the handlers of libfuse's operations share. */
import { errno } from "../../base/errno.ts";
import { fail, ok, type Answer, type Result } from "../../base/result.ts";
import type { Node, NodeId, Workspace } from "../workspace.ts";
import type { NativeReply } from "./binding.ts";
import type { Desk } from "./desk.ts";
import type { HiddenFiles } from "./hidden.ts";
import { nodeAt } from "./names.ts";
import type { OpenFiles } from "./open-files.ts";

export interface NativeContext {
  readonly workspace: Workspace;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly files: OpenFiles;
  readonly hidden: HiddenFiles;
  readonly desk: Desk;
}

/** An operation by path, held back while the name is about to go or to be replaced. */
export function byPath<A extends readonly unknown[], T>(
  context: NativeContext,
  during: string,
  act: (...args: A) => Answer<T>,
  send?: (reply: NativeReply, value: T, ...args: A) => void,
): (...all: [...A, NativeReply]) => void {
  const held = (...args: A): Answer<T> => {
    const wait = whatToWaitFor(context, args);
    return wait === undefined ? act(...args) : wait.then(() => held(...args));
  };
  return context.desk.serve(during, held, send);
}

function whatToWaitFor({ hidden }: NativeContext, args: readonly unknown[]): Promise<void> | undefined {
  for (const arg of args) {
    const wait = typeof arg === "string" ? hidden.settling(arg) : undefined;
    if (wait !== undefined) return wait;
  }
  return undefined;
}

export function findNode(context: NativeContext, path: string): Result<NodeId> {
  const hidden = context.hidden.nodeOf(path);
  return hidden === undefined ? nodeAt(context.workspace, path) : ok(hidden);
}

export function findAttributes(context: NativeContext, path: string): Result<Node> {
  const id = findNode(context, path);
  if (!id.ok) return id;
  const node = context.workspace.node(id.value);
  return node === undefined ? fail(errno.ENOENT) : ok(node);
}

/** The node of an open file; by path where libfuse gives a number no longer known. */
export function nodeOfFile(context: NativeContext, path: string, fh: number): Result<NodeId> {
  const handle = context.files.get(fh);
  return handle === undefined ? findNode(context, path) : ok(handle.node);
}
