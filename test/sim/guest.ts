import type { Down, GuestReplica } from "../../helper/replica/api.ts";
import type { NodeId, OpId, PeerId } from "../../helper/replica/ids.ts";
import type { Outbox } from "../../helper/replica/outbox.ts";
import type { Submitted } from "../../helper/replica/op.ts";
import type { Store } from "./store.ts";

/** Where a peer is in `git commit`. */
export type Commit =
  | { readonly t: "idle" | "letting-go" }
  | { readonly t: "asking" | "releasing"; readonly id: OpId; readonly token: number }
  | { readonly t: "holding"; readonly token: number };

export interface Guest {
  readonly peer: PeerId;
  readonly replica: GuestReplica;
  readonly store: Store;
  readonly outbox: Outbox;
  up: Submitted[];
  down: Down[];
  connected: boolean;
  /** Tokens this peer could have read. */
  readonly seen: Set<number>;
  readonly asked: Set<OpId>;
  commit: Commit;
  /** Files at ignored places that are this guest's own, and their bytes (R-SEED). */
  readonly own: Map<NodeId, Uint8Array>;
}
