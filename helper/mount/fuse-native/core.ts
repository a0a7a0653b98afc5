/** The table of operations for one workspace, and what the workspace may ask of this mount. */
import type { MountRequest, MountStats } from "../driver.ts";
import type { ViewObserver } from "../workspace.ts";
import { attributeOperations } from "./attributes.ts";
import type { NativeOperations } from "./binding.ts";
import type { NativeContext } from "./context.ts";
import { Desk } from "./desk.ts";
import { fileOperations } from "./files.ts";
import { HiddenFiles } from "./hidden.ts";
import { OpenFiles } from "./open-files.ts";
import { treeOperations } from "./tree.ts";

export interface NativeCore {
  readonly operations: NativeOperations;
  stats(): MountStats;
  /** Nothing waits from now on: what would is answered EIO. */
  close(): void;
  /** The mount is gone by now. */
  dispose(): Promise<void>;
}

export function createNativeCore(request: MountRequest): NativeCore {
  const { workspace } = request;
  const files = new OpenFiles(workspace);
  const hidden = new HiddenFiles(workspace, files);
  const desk = new Desk(request.onDefect);
  const context: NativeContext = { workspace, owner: request.owner, files, hidden, desk };
  workspace.observe(createObserver(files));
  return {
    operations: { ...attributeOperations(context), ...treeOperations(context), ...fileOperations(context) },
    stats: () => ({
      requests: desk.requests,
      // libfuse tells of no caller.
      foreign: desk.requests,
      parked: desk.parked,
      // libfuse keeps its own table of names.
      knownNodes: 0,
      openHandles: files.size,
      invalidationsWritten: 0,
      invalidationsPending: 0,
      echoesDone: 0,
      echoesFailed: 0,
      echoesPending: 0,
    }),
    close: () => desk.close(),
    async dispose() {
      await hidden.dispose();
      files.releaseAll();
    },
  };
}

/** The package cannot notify the kernel, so nothing is cached there and nothing needs to be taken back. */
function createObserver(files: OpenFiles): ViewObserver {
  return {
    changed(changes) {
      for (const change of changes)
        if (change.t === "name" && change.before !== undefined) files.forgetIfDead(change.before);
    },
    invalidated: () => Promise.resolve(),
  };
}
