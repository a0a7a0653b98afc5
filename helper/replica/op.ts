import type { FileName } from "../base/name.ts";
import type { Time } from "../base/time.ts";
import type { Errno } from "../base/errno.ts";
import type { NodeId, OpId, PeerId, Seq, Version } from "./ids.ts";

export type Kind = "file" | "dir" | "symlink";
/** Operations that make a node. */
export const makes = { create: "file", mkdir: "dir", symlink: "symlink" } as const satisfies Record<string, Kind>;

/** Bytes for a place in a file. `bytes` is absent where the order only tells that the range changed (content is fetched). */
export interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly bytes?: Uint8Array;
}

/** Where a name is. */
export interface Place {
  readonly parent: NodeId;
  readonly name: FileName;
}

/**
 * One change of the tree. Names nodes, not paths, and carries what its sender saw (`seen`, `victim`, `base`), so that
 * the host can tell whether it still holds. SPEC.md gives the rule of each. `time` is session time and becomes mtime and
 * ctime of what the operation changes (R-TIME). Sizes and offsets in bytes. `mode` holds permission bits only (07777).
 */
export type Op =
  | { readonly t: "create"; readonly at: Place; readonly node: NodeId; readonly mode: number; readonly time: Time }
  | { readonly t: "mkdir"; readonly at: Place; readonly node: NodeId; readonly mode: number; readonly time: Time }
  | { readonly t: "symlink"; readonly at: Place; readonly node: NodeId; readonly target: string; readonly time: Time }
  | { readonly t: "link"; readonly at: Place; readonly node: NodeId; readonly time: Time }
  | { readonly t: "unlink"; readonly at: Place; readonly node: NodeId; readonly seen: Version; readonly time: Time }
  | { readonly t: "rmdir"; readonly at: Place; readonly node: NodeId; readonly time: Time }
  | {
      readonly t: "rename";
      readonly from: Place;
      readonly to: Place;
      readonly node: NodeId;
      /** What the sender saw at `to`; null = nothing. A directory victim must be empty. */
      readonly victim: { readonly node: NodeId; readonly seen: Version } | null;
      readonly time: Time;
    }
  | {
      /** One burst of one handle (or a part of a long one, while `more`). */
      readonly t: "write";
      readonly node: NodeId;
      readonly base: Version;
      readonly extents: readonly Extent[];
      readonly more: boolean;
      readonly time: Time;
    }
  | {
      readonly t: "append";
      readonly node: NodeId;
      readonly seen: Version;
      readonly extent: Extent;
      readonly time: Time;
    }
  | {
      readonly t: "truncate";
      readonly node: NodeId;
      readonly base: Version;
      readonly size: number;
      readonly time: Time;
    }
  | {
      readonly t: "setattr";
      readonly node: NodeId;
      readonly mode?: number;
      readonly atime?: Time;
      readonly mtime?: Time;
      readonly time: Time;
    }
  /** The config a git directory is born with, already stripped (git/config-seed.ts); R-PRIV. */
  | {
      readonly t: "seed";
      readonly dir: NodeId;
      readonly name: FileName;
      readonly bytes: Uint8Array;
      readonly time: Time;
    };

export type ContentOp = Extract<Op, { t: "write" | "append" | "truncate" }>;

/** Changes the bytes of a file that is there. */
export function isContentOp(op: Op): op is ContentOp {
  return op.t === "write" || op.t === "append" || op.t === "truncate";
}

/** An operation on its way to the host. */
export interface Submitted {
  readonly id: OpId;
  readonly op: Op;
  /** How many refusals its sender has adopted (R-STOP). */
  readonly adopted: number;
}

/** Why the host said no. `same` = an object that is there already, absorbed without harm (R-OBJ): no refusal is counted. */
export type RefusalReason =
  | "stale"
  | "exists"
  | "gone"
  | "not-empty"
  | "locked"
  | "not-owner"
  | "pipeline"
  | "disk"
  | "read-only"
  | "same";

/** What the host says, in the one order. To its origin an `applied` is also the acknowledgement. */
export type Ordered =
  | {
      readonly t: "applied";
      readonly seq: Seq;
      readonly id: OpId;
      readonly by: PeerId;
      readonly op: Op;
      /** Content version of the node after a content operation or of a created node (else 0): usually the op's id (R-VERSION). */
      readonly version: Version;
      /** `create` of a lock file: its owner is `by` until it is renamed or unlinked (R-GRANT). */
      readonly grant: boolean;
      /** Where an `append` went. */
      readonly offset?: number;
      /** Directories brought back so that this operation has a parent (R-REVIVE), outermost first. */
      readonly revived?: readonly { readonly node: NodeId; readonly at: Place }[];
    }
  /** To the origin only. `count` = refusals of this peer so far; one that is `same` or whose sender waits for the answer does not count. */
  | {
      readonly t: "refused";
      readonly id: OpId;
      readonly errno: Errno;
      readonly reason: RefusalReason;
      readonly count: number;
    };

/** A node as snapshots and views show it. */
export interface Node {
  readonly id: NodeId;
  readonly kind: Kind;
  readonly mode: number;
  readonly size: number;
  readonly nlink: number;
  /** Shown as st_ino: the real one for what existed when sharing began, else the node id. */
  readonly ino: number;
  readonly atime: Time;
  readonly mtime: Time;
  readonly ctime: Time;
  readonly version: Version;
  /** Symlink target, bytes as latin1; "" otherwise. */
  readonly target: string;
  /** Peer that holds this node as a granted lock. */
  readonly owner: PeerId | undefined;
}
