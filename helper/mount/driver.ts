/** What makes a workspace a mounted folder. Two drivers implement it: `kernel` (kernel-driver.ts) and `fuse-native`. */
import type { SessionClock } from "../base/ports.ts";
import type { MountFailure } from "../mountstep/failures.ts";
import type { Workspace } from "./workspace.ts";

export interface MountRequest {
  readonly workspace: Workspace;
  /** An existing directory, absolute, UTF-8. */
  readonly mountPoint: string;
  /** Shown as the source in `mount` and `df`. */
  readonly fsName: string;
  /** Shown as owner of everything. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Other local users may enter, held to mode bits. */
  readonly allowOther: boolean;
  /** Every change is answered EROFS. */
  readonly readOnly: boolean;
  readonly clock: SessionClock;
  /** Defects of this program; the request concerned was answered EIO. */
  readonly onDefect: (error: unknown, during: string) => void;
}

export interface MountDriver {
  readonly name: "kernel" | "fuse-native";
  /** Resolves when the mount can be used, or with the reason why it cannot be made. */
  mount(request: MountRequest): Promise<MountOutcome>;
}

export type MountOutcome =
  | { readonly ok: true; readonly value: Mounted }
  | { readonly ok: false; readonly failure: MountFailure };

export interface Mounted {
  /** Resolves when the mount is gone, by dispose or from outside. */
  readonly ended: Promise<void>;
  stats(): MountStats;
  /** Answers what is waiting, unmounts, ends the workers. Idempotent. */
  dispose(): Promise<void>;
}

export interface MountStats {
  readonly requests: number;
  /** Those of programs: not the watcher echo's, nor what the kernel does by itself. */
  readonly foreign: number;
  /** Requests waiting for an answer from elsewhere. */
  readonly parked: number;
  readonly knownNodes: number;
  readonly openHandles: number;
  readonly invalidationsWritten: number;
  readonly invalidationsPending: number;
  readonly echoesDone: number;
  readonly echoesFailed: number;
  readonly echoesPending: number;
}
