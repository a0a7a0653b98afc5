/** What a guest's workspace is made of. */
import type { SessionClock } from "../base/ports.ts";
import type { Result } from "../base/result.ts";
import type { GuestCache } from "../content/guest-cache.ts";
import type { SpaceFigures } from "../mount/workspace.ts";
import type { ContentEffect, GuestReplica } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Program } from "../replica/lost-locks.ts";
import type { Submitted } from "../replica/op.ts";
import type { ContentFetcher } from "./content-fetcher.ts";
import type { Waiters } from "./waiters.ts";

export interface GuestWorkspaceParts {
  readonly replica: GuestReplica;
  readonly cache: GuestCache;
  readonly fetcher: ContentFetcher;
  readonly waiters: Waiters;
  readonly clock: SessionClock;
  /** Asked each time: the host may change it. */
  readonly readOnly: () => boolean;
  readonly send: (operations: readonly Submitted[]) => void;
  readonly wantRange: () => void;
  readonly space: () => Result<SpaceFigures>;
  /** The host's free bytes, as its last word had them. */
  readonly free: () => number;
  /** A node without a name is still open here (or no more): the host keeps its bytes meanwhile. */
  readonly hold: (node: NodeId, held: boolean) => void;
  /** Carries out on the cache what handing back an own file does (R-SEED). */
  readonly applyContent: (effects: readonly ContentEffect[]) => void;
  readonly programOf: (thread: number) => Program | undefined;
}
