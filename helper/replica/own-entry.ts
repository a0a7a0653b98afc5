import type { FileName } from "../base/name.ts";
import type { Time } from "../base/time.ts";
import type { NodeId, Version } from "./ids.ts";
import type { Kind } from "./op.ts";

/** One name of a guest's own work tree (R-OWN), as it is kept between sessions. */
export interface OwnEntry {
  /** Names from the root. */
  readonly path: readonly FileName[];
  readonly kind: Kind;
  readonly mode: number;
  readonly atime: Time;
  readonly mtime: Time;
  readonly size: number;
  /** Of a symlink. */
  readonly target: string;
  /** Entries with the same are names of one file. */
  readonly node: NodeId;
  readonly version: Version;
  /** A directory of the host's, taken over: where the host has it. What the host has in it goes on showing. */
  readonly of: readonly FileName[] | undefined;
  /** A shared directory: listed, and kept by a guest whose host has it no more, for what is in it. */
  readonly isShared: boolean;
}

export interface OwnTree {
  /** Directories before what is in them. */
  readonly entries: Iterable<OwnEntry>;
  /** The host's names that this guest removed. */
  readonly gone: Iterable<readonly FileName[]>;
}
