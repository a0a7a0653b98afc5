/** A guest's side of the order, made of the first snapshot: each message is applied, its content kept, the mount told, the waiting answered. */
import type { Disposable } from "../base/disposable.ts";
import { looseTimers } from "../base/system-timers.ts";
import type { GuestCache } from "../content/guest-cache.ts";
import type { RecoveryStore } from "../content/recovery-store.ts";
import type { HostConnection, Space } from "../peer/api.ts";
import type { Down, GuestReplica } from "../replica/api.ts";
import { createGuestReplica } from "../replica/guest.ts";
import { hostPeer, type NodeId, type PeerId } from "../replica/ids.ts";
import type { Op, Submitted } from "../replica/op.ts";
import type { PathRules } from "../replica/path-rules.ts";
import type { SessionEvent } from "./api.ts";
import { createContentApplier } from "./apply-content.ts";
import { withGuestConfigs } from "./config-seeds.ts";
import { type ContentFetcher, createContentFetcher } from "./content-fetcher.ts";
import { createGuestWorkspace, type GuestWorkspace } from "./guest-workspace.ts";
import { startOwnKeeper } from "./own-keeper.ts";
import { programOf } from "./programs.ts";
import { figuresOf } from "./space-figures.ts";
import { createTimeline } from "./timeline.ts";
import type { Transfers } from "./transfers.ts";
import { startUnsentKeeper } from "./unsent-keeper.ts";
import { createWaiters, type Waiters } from "./waiters.ts";

export interface GuestSideParts {
  readonly connection: HostConnection;
  readonly cache: GuestCache;
  readonly recovery: RecoveryStore;
  /** A folder (R-OWN). */
  readonly own: string;
  /** Another (R-UNSENT). */
  readonly unsent: string;
  readonly name: string;
  /** Test-only. */
  readonly localLocks: boolean;
  readonly emit: (event: SessionEvent) => void;
  readonly transfers: Transfers;
  /** What the host last said of itself and the others. */
  readonly rules: () => PathRules;
  readonly space: () => Space | undefined;
  readonly readOnly: () => boolean;
  readonly nameOf: (peer: PeerId) => string;
}

export interface GuestSide extends Disposable {
  readonly replica: GuestReplica;
  readonly workspace: GuestWorkspace;
  readonly fetcher: ContentFetcher;
  readonly waiters: Waiters;
  /** The next message of the order. */
  receive(down: Down): void;
  /** The link is back: what the host may not have heard is sent again. */
  resend(): void;
  /** The mount is gone. The host is given what it was not told yet, and seconds to decide it; what it does not is kept here. */
  dispose(): Promise<void>;
}

/** Throws where the first message is no snapshot. */
export function createGuestSide(parts: GuestSideParts, raw: Down): GuestSide {
  const first = withGuestConfigs(raw, undefined);
  if (!("snapshot" in first)) throw new Error("the order began without a snapshot");
  const { connection, cache, recovery, emit, name: who } = parts;
  const clock = { now: () => connection.now() };
  const replica = createGuestReplica({
    peer: connection.welcome.peer,
    snapshot: first.snapshot,
    range: connection.welcome.range,
    received: first.index,
    localLocks: parts.localLocks,
    rules: parts.rules(),
  });
  const waiters = createWaiters(replica);
  const fetcher = createContentFetcher({
    replica,
    cache,
    async fetch(node, offset, length, priority) {
      const arrived = parts.transfers.begin(node, hostPeer);
      const answer = await connection.fetch({ node, offset, length, priority });
      arrived(answer.ok ? answer.bytes.length : 0);
      if (answer.ok) waiters.heard();
      return answer;
    },
  });
  const warn = (text: string): void => emit({ event: "warning", text });
  const kept = { replica, cache, timers: looseTimers };
  const keeper = startOwnKeeper({ ...kept, folder: parts.own, warn });
  const unsent = startUnsentKeeper({ ...kept, folder: parts.unsent, recovery, who, clock, emit });
  const workspace = createGuestWorkspace({
    replica,
    cache,
    fetcher,
    waiters,
    clock,
    readOnly: parts.readOnly,
    send,
    wantRange: () => connection.wantRange(),
    space: () => figuresOf(parts.space()),
    free: () => parts.space()?.free ?? Number.POSITIVE_INFINITY,
    applyContent(effects) {
      applyContent(effects);
      fetcher.advanced(effects);
    },
    hold: (node, held) => (held ? connection.hold(node) : connection.drop(node)),
    programOf,
    syncOwn: (node) => keeper.sync(node),
  });
  const applyContent = createContentApplier({
    replica,
    cache,
    recovery,
    clock,
    who,
    emit,
    died: (node) => workspace.died(node),
  });
  const timeline = createTimeline({ view: replica, clock, emit, nameOf: parts.nameOf, own: replica.peer, readBytes });

  function send(operations: readonly Submitted[]): void {
    if (operations.length > 0) connection.send(operations);
  }

  function readBytes(node: NodeId, offset: number, length: number): Uint8Array | undefined {
    const bytes = cache.covers(node, offset, length) ? cache.read(node, offset, length) : undefined;
    return bytes?.ok === true ? bytes.value : undefined;
  }

  applyContent(replica.initial);
  connection.ack(replica.received);

  return {
    replica,
    workspace,
    fetcher,
    waiters,
    receive(down) {
      const message = withGuestConfigs(down, replica);
      waiters.heard();
      const received = replica.receive(message);
      applyContent(received.content);
      fetcher.advanced(received.content);
      workspace.report(received);
      waiters.settle(received);
      connection.ack(replica.received);
      if (!("message" in message) || message.message.t !== "applied") return;
      timeline.applied(message.message);
      if (isMoveOfShared(replica, message.message.op)) workspace.setRules(parts.rules());
    },
    resend: () => send(replica.resend()),
    async dispose() {
      send(replica.endBurst("all"));
      if (connection.state !== "gone") await waiters.acknowledged();
      applyContent(replica.abandon());
      for (const each of [unsent, keeper, waiters, workspace]) await each.dispose();
    },
  };
}

/** Other patterns may speak of what is in it now. */
function isMoveOfShared(replica: GuestReplica, op: Op): boolean {
  return op.t === "rename" && replica.node(op.node)?.kind === "dir" && !replica.isPrivate(op.to);
}
