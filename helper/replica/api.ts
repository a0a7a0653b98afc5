/**
 * The pure core as its shells see it. SPEC.md has the rules. Both replicas are single-threaded values: a call returns its
 * effects, and the shell carries them out in the order given, before the next call.
 */
import type { FileName } from "../base/name.ts";
import type { Errno } from "../base/errno.ts";
import type { Result } from "../base/result.ts";
import type { Time } from "../base/time.ts";
import type { PathRules } from "./path-rules.ts";
import type { PathClass, ViewChange } from "./view-change.ts";
import type { NodeId, OpId, PeerId, Seq, Version } from "./ids.ts";
import type { Program } from "./lost-locks.ts";
import type { OwnEntry, OwnTree } from "./own-entry.ts";
import type { Extent, Node, Op, Ordered, Place, RefusalReason, Submitted } from "./op.ts";

/** The tree as this peer sees it (a guest: overlay over confirmed over private). All synchronous, from memory. A `Node`
 *  is valid until the next mutation: copy what must be kept. */
export interface View {
  readonly position: Seq;
  lookup(at: Place): NodeId | undefined;
  /** Dead nodes (no name left) stay until `forget`. */
  node(id: NodeId): Node | undefined;
  list(dir: NodeId): readonly { readonly name: FileName; readonly node: NodeId }[];
  parent(id: NodeId): NodeId | undefined;
  /** One of the node's names, or undefined for the root and dead nodes. */
  placeOf(id: NodeId): Place | undefined;
  /** Names from the root; [] for the root; undefined for dead nodes. */
  pathOf(id: NodeId): readonly FileName[] | undefined;
  classOf(at: Place): PathClass;
  classOfDir(dir: NodeId): PathClass;
  classOfNode(id: NodeId): PathClass;
  /** Named `index` directly in a git dir. */
  isIndex(id: NodeId): boolean;
  /** R-PRIV. */
  isPrivate(at: Place): boolean;
  isPrivateNode(id: NodeId): boolean;
  /** The nearest git dir at or above `dir`, if any. */
  gitDirOf(dir: NodeId): NodeId | undefined;
  /** Locks held now, for the status: who holds what. */
  locks(): readonly { readonly node: NodeId; readonly owner: PeerId; readonly path: readonly FileName[] }[];
  /** Kernel and handles let go: a dead node may be dropped. */
  forget(id: NodeId): void;
}

/** A whole tree at a position. Parents come before children. */
export interface Snapshot {
  readonly position: Seq;
  readonly nodes: readonly SnapshotNode[];
  readonly seeds: readonly { readonly dir: NodeId; readonly name: FileName; readonly bytes: Uint8Array }[];
}
export interface SnapshotNode extends Node {
  /** Every name; [] only for the root. Private names are left out. */
  readonly places: readonly Place[];
}

/**
 * The host's real folder, injected. Applied synchronously *before* the namespace changes; all or nothing. The tree is still
 * the old one during the call, so that paths can be asked of the view. Returns the errno of the failure.
 * A `create` of a lock is a real O_EXCL create. `append`'s offset is the node's size. Private files in a directory a peer removes
 * are unlinked by calls of their own before it. `seed` writes the whole private file `name` in `dir`, made if it is not there.
 */
export interface Backing {
  apply(op: Op): Errno | undefined;
  /** R-REVIVE */
  revive(node: NodeId, at: Place, mode: number): Errno | undefined;
}

/** What the shell does at the host with a decided operation. */
export interface Decided {
  /** `applied` goes to every guest unless `shared` is false (private paths); `refused` to its origin only. Undefined: ignored (R-OP, seen before). */
  readonly ordered: Ordered | undefined;
  readonly shared: boolean;
  /** For the host's own mount. Empty when the host's own mount asked. */
  readonly changes: readonly ViewChange[];
}

/** What one guest is told, numbered 1, 2, 3 … per guest so that a broken link resumes (R-SNAP). */
export type Down =
  | { readonly index: number; readonly message: Ordered }
  /** `decided`: highest n of this peer's operations decided so far; `refused`: those of them that were refused since its last acknowledged index. */
  | {
      readonly index: number;
      readonly snapshot: Snapshot;
      readonly decided: number;
      readonly refusals: readonly Extract<Ordered, { t: "refused" }>[];
    };

export interface HostReplica extends View {
  /** Next free operation id of the host itself. */
  nextOp(): OpId;
  /** Next range of node ids (R-ID), [first, first + nodeRangeSize). */
  nextRange(): NodeId;
  /** Next node id for the host itself. */
  newNode(): NodeId;
  /** The host's own mount: same rules, by = 0; the answer is immediate. */
  local(op: Op): { readonly result: Result<Extract<Ordered, { t: "applied" }>>; readonly decided: Decided };
  /** The host's own handle writes/ends its burst on the node (R-BURST). */
  busy(node: NodeId, busy: boolean): void;
  /** R-BORN: before `submit` or `local` of `op`, tells everyone that what it is about to make private is no longer shared. */
  withdraw(by: PeerId, op: Op): readonly Decided[];
  submit(by: PeerId, submitted: Submitted): Decided;
  /** What was found changed in the real folder behind the mount: applied without asking the backing, as the host's. */
  adopt(op: Op): Decided;
  snapshot(): Snapshot;
  /** Hidden by its name (R-HIDE), rather than private in a git dir: it never goes with a directory that a peer removes. */
  isHidden(at: Place): boolean;
  /** R-LEASE. */
  gone(peer: PeerId): readonly Decided[];
  setReadOnly(peer: PeerId, readOnly: boolean): void;
}

/**
 * What one guest's confirmed layer does to the guest's content cache, in order. The view's sizes are already new.
 * `at` = the confirmed version the effect leads to.
 */
export type ContentEffect =
  /** Bytes known: write them into the cache; the range is present. */
  | {
      readonly t: "bytes";
      readonly node: NodeId;
      readonly offset: number;
      readonly bytes: Uint8Array;
      readonly version: Version;
    }
  /** The range changed but its bytes did not come along: it is missing from now on. */
  | {
      readonly t: "stale";
      readonly node: NodeId;
      readonly offset: number;
      readonly length: number;
      readonly version: Version;
    }
  /** Truncate or extend with zeros (present). */
  | { readonly t: "size"; readonly node: NodeId; readonly size: number; readonly version: Version }
  /** Everything known is void: all missing, `size` bytes (after a refusal, or a race with own pending content). */
  | { readonly t: "reset"; readonly node: NodeId; readonly size: number; readonly version: Version }
  /** Keep what the cache holds now in the recovery store, whole, before the effects that follow (R-PARK). */
  | {
      readonly t: "park";
      readonly node: NodeId;
      readonly path: readonly FileName[];
      readonly reason: RefusalReason | "unsent";
      readonly extents: readonly Extent[];
    }
  /** A config for a git dir the receiver has not written itself: private node `node` now has exactly these bytes (already merged with nothing). */
  | { readonly t: "seed"; readonly node: NodeId; readonly dir: NodeId; readonly bytes: Uint8Array }
  /** The node has no name left in view or confirmed layer: drop its content once no handle is open. */
  | { readonly t: "dead"; readonly node: NodeId };

/** Effects of one message from the order. Carry out `content` first, then `changes`, then settle. */
export interface Received {
  readonly content: readonly ContentEffect[];
  readonly changes: readonly ViewChange[];
  /** Asked operations that are decided now, and told ones acknowledged. */
  readonly settled: readonly { readonly id: OpId; readonly result: Result<void> }[];
}

/** What a local call at a guest came to. `send` goes to the host, in order. */
export type Performed =
  | { readonly t: "done"; readonly send: readonly Submitted[] }
  /** Settles under this id in a later Received. */
  | { readonly t: "asked"; readonly id: OpId; readonly send: readonly Submitted[] }
  | { readonly t: "failed"; readonly errno: Errno; readonly send: readonly Submitted[] };

/** What made a guest's own node a told one. `changes`: what this guest's mount has to be told of it. */
export interface Published {
  readonly send: readonly Submitted[];
  readonly changes: readonly ViewChange[];
}

export interface RulesChanged {
  /** What of this guest's own is no longer ignored: to be published or handed back, in this order. */
  readonly strays: readonly NodeId[];
  readonly changes: readonly ViewChange[];
}

export interface GuestReplica extends View {
  readonly peer: PeerId;
  /** Node id for a node this guest makes: from its range, or its private numbers where `at` is private. */
  newNode(at: Place): NodeId;
  addRange(first: NodeId): void;
  /** True when a range should be asked for. */
  readonly needsRange: boolean;

  /** A local name, attribute or truncate operation. Fills in what was seen; ends open bursts as R-BURST says (an ask ends all). */
  perform(op: LocalOp): Performed;
  /** One WRITE: joins the handle's burst (bytes are kept, not copied). `append` bursts become `append`. Never asks. */
  write(
    burst: { readonly node: NodeId; readonly handle: number; readonly append: boolean },
    offset: number,
    bytes: Uint8Array,
    time: Time,
  ): Performed & { readonly offset: number };
  /** The host's, at an ignored place (R-SEED): before anything but a removal changes it, all its bytes must be in the cache. */
  isSeed(id: NodeId): boolean;
  /** The rename makes a shared file this guest's own (R-HIDE, R-SEED): all its bytes must be in the cache before. */
  isHiding(from: Place, to: Place): boolean;
  /** The file that a rename would tell first (R-SEED): `publish` it with its bytes, then perform the rename. */
  crossing(from: Place, to: Place): Node | undefined;
  /** `bytes`: of a file, whole; else empty. */
  publish(node: NodeId, bytes: Uint8Array, time: Time): Published;
  /** The shared file that a stray cannot be told beside (R-SEED): it is to be handed back. */
  yieldsTo(stray: NodeId): NodeId | undefined;
  /** `keep`: its bytes are not those of the file it yields to. Without effect where there is none. */
  handBack(stray: NodeId, keep: boolean): Pick<Received, "content" | "changes">;
  /** Other rules hold from here on. */
  setRules(rules: PathRules): RulesChanged;
  /** Grows with every change of this guest's own tree, its paths included (R-OWN). */
  readonly ownRevision: number;
  /** Private, and in the tree that is kept. */
  isOwn(id: NodeId): boolean;
  /** This guest's own work tree, to be kept. Lazy: to be read before `ownRevision` grows. */
  ownTree(): OwnTree;
  /**
   * Puts back what was kept, once, before anything else. `adopt` takes the bytes of a file for its node here and says how many they
   * are, or undefined where they cannot be had. Returns what has no place in the tree now: to be kept for another time.
   */
  restoreOwn(tree: OwnTree, adopt: (entry: OwnEntry, node: NodeId) => number | undefined): readonly OwnEntry[];
  /** Ends bursts: of one handle, of one node, or all. */
  endBurst(which: { readonly node: NodeId; readonly handle?: number } | "all"): readonly Submitted[];

  /** Seeds that came with the first snapshot: carry them out before anything else. */
  readonly initial: readonly ContentEffect[];
  /** Index of the last message taken: acknowledge it, and resume from it. */
  readonly received: number;
  /** A message taken before, or one whose forerunner is missing, has no effect. */
  receive(down: Down): Received;
  /** The confirmed layer alone (what the host has at `position`), for validating fetched content. */
  confirmed(id: NodeId): Node | undefined;
  /** True where own content is pending or an own burst is open: fetched bytes fill only what is missing. */
  hasPendingContent(id: NodeId): boolean;

  /** Operations and bytes not yet decided, for backpressure and status. */
  pending(): { readonly operations: number; readonly bytes: number };
  /** Resolved when nothing told before now is undecided: compare with `settled` ids. 0 = nothing pending. */
  readonly lastSubmitted: OpId | 0;
  readonly lastDecided: OpId | 0;
  /** After reconnecting: all undecided operations, in order. */
  resend(): readonly Submitted[];
  /** The session ends: parks the content the host has not decided (R-PARK). Open bursts were ended before. */
  abandon(): readonly ContentEffect[];
  /** What it would park now. Each file once. */
  unsent(): readonly { readonly node: NodeId; readonly path: readonly FileName[] }[];
}

/** A local call: an Op without what the core fills in (what was seen). Node ids for new nodes come from `newNode`. */
export type LocalOp =
  | {
      readonly t: "create";
      readonly at: Place;
      readonly node: NodeId;
      readonly mode: number;
      readonly exclusive: boolean;
      readonly time: Time;
      /** Who asks for a lock (R-LEASE), where that is known. */
      readonly program?: Program;
    }
  | { readonly t: "mkdir"; readonly at: Place; readonly node: NodeId; readonly mode: number; readonly time: Time }
  | { readonly t: "symlink"; readonly at: Place; readonly node: NodeId; readonly target: string; readonly time: Time }
  | { readonly t: "link"; readonly at: Place; readonly node: NodeId; readonly time: Time }
  | { readonly t: "unlink" | "rmdir"; readonly at: Place; readonly time: Time }
  | { readonly t: "rename"; readonly from: Place; readonly to: Place; readonly time: Time }
  | { readonly t: "truncate"; readonly node: NodeId; readonly size: number; readonly time: Time }
  | {
      readonly t: "setattr";
      readonly node: NodeId;
      readonly mode?: number;
      readonly atime?: Time;
      readonly mtime?: Time;
      readonly time: Time;
    }
  | {
      readonly t: "seed";
      readonly dir: NodeId;
      readonly name: FileName;
      readonly bytes: Uint8Array;
      readonly time: Time;
    };
