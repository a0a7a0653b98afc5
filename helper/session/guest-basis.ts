import type { SessionClock } from "../base/ports.ts";
import type { GuestCache } from "../content/guest-cache.ts";
import type { GuestReplica } from "../replica/api.ts";
import type { Submitted } from "../replica/op.ts";
import type { ContentFetcher } from "./content-fetcher.ts";
import type { Waiters } from "./waiters.ts";

/** What a guest's workspace and its parts all stand on. */
export interface GuestBasis {
  readonly replica: GuestReplica;
  readonly cache: GuestCache;
  readonly fetcher: ContentFetcher;
  readonly waiters: Waiters;
  readonly clock: SessionClock;
  /** Asked each time: the host may change it. */
  readonly readOnly: () => boolean;
  readonly send: (operations: readonly Submitted[]) => void;
}
