/** A guest follows the order: each message is applied, its content kept, the mount told, the waiting answered. */
import type { Disposable } from "../base/disposable.ts";
import type { GuestCache } from "../content/guest-cache.ts";
import type { RecoveryStore } from "../content/recovery-store.ts";
import { pathRulesOf } from "../git/path-rules.ts";
import type { HostConnection, HostEvents, PeerStatus, Space } from "../peer/api.ts";
import { linkErrorSentence } from "../peer/errors.ts";
import { looseTimers, systemTimers } from "../base/system-timers.ts";
import type { Down, GuestReplica } from "../replica/api.ts";
import { createGuestReplica } from "../replica/guest.ts";
import { hostPeer, type NodeId, type PeerId } from "../replica/ids.ts";
import type { Op, Submitted } from "../replica/op.ts";
import { nothingApart, type PathRules } from "../replica/path-rules.ts";
import type { Progress, SessionEvent, SessionStatus } from "./api.ts";
import { SessionError } from "./errors.ts";
import { withGuestConfigs } from "./config-seeds.ts";
import { createContentApplier } from "./apply-content.ts";
import { type ContentFetcher, createContentFetcher } from "./content-fetcher.ts";
import { createGuestWorkspace, type GuestWorkspace } from "./guest-workspace.ts";
import { type OwnKeeper, startOwnKeeper } from "./own-keeper.ts";
import { createPresenceBoard, type PresenceBoard } from "./presence.ts";
import { programOf } from "./programs.ts";
import { figuresOf } from "./space-figures.ts";
import { none } from "./sync-status.ts";
import { startUnsentKeeper } from "./unsent-keeper.ts";
import { createTransfers, type Moving } from "./transfers.ts";
import { createTimeline, type Timeline } from "./timeline.ts";
import { createWaiters, type Waiters } from "./waiters.ts";

export interface GuestParts {
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
  readonly progress: (progress: Progress) => void;
  readonly onPresence: () => void;
  readonly onGone: (reason: string) => void;
}

export interface GuestSide {
  readonly replica: GuestReplica;
  readonly workspace: GuestWorkspace;
}

export interface GuestFollower extends Disposable {
  readonly events: HostEvents;
  /** Resolves with the first snapshot; rejects when the link is gone before. */
  readonly begun: Promise<GuestSide>;
  readonly fetcher: ContentFetcher;
  /** What content is on its way here. */
  moving(): readonly Moving[];
  /** What the host has told, or its answers speak of, and is not applied here. */
  incoming(): SessionStatus["incoming"];
  readonly presence: PresenceBoard;
  nameOf(peer: PeerId): string;
  peers(): readonly PeerStatus[];
}

interface Running extends GuestSide {
  readonly fetcher: ContentFetcher;
  readonly waiters: Waiters;
  readonly applyContent: ReturnType<typeof createContentApplier>;
  readonly timeline: Timeline;
  readonly keeper: OwnKeeper;
  readonly unsent: Disposable;
}

export function createGuestFollower(parts: GuestParts): GuestFollower {
  const { connection, cache, emit } = parts;
  const clock = { now: () => connection.now() };
  const transfers = createTransfers();
  let running: Running | undefined;
  let peers: readonly PeerStatus[] = [];
  let space: Space | undefined;
  let rules: PathRules = nothingApart;
  let rangeAsked = false;
  let endingTold = false;
  let begin: (side: GuestSide) => void = () => undefined;
  let refuse: (error: Error) => void = () => undefined;
  const begun = new Promise<GuestSide>((resolve, reject) => {
    begin = resolve;
    refuse = reject;
  });
  // Whoever waits hears of it; nobody may be waiting yet.
  begun.catch(() => undefined);

  const presence = createPresenceBoard({
    own: connection.welcome.peer,
    timers: systemTimers,
    view: () => running?.replica,
    spread(peer, told) {
      if (peer === connection.welcome.peer) connection.present(told);
    },
    changed: parts.onPresence,
  });

  function nameOf(peer: PeerId): string {
    if (peer === hostPeer) return connection.welcome.hostName;
    return peers.find((each) => each.peer === peer)?.name ?? `guest ${peer}`;
  }

  function readOnly(): boolean {
    const { peer, role } = connection.welcome;
    return (peers.find((each) => each.peer === peer)?.role ?? role) === "read-only";
  }

  function send(operations: readonly Submitted[]): void {
    if (operations.length > 0) connection.send(operations);
  }

  function start(first: Down): Running {
    if (!("snapshot" in first)) throw new Error("the order began without a snapshot");
    const replica = createGuestReplica({
      peer: connection.welcome.peer,
      snapshot: first.snapshot,
      range: connection.welcome.range,
      received: first.index,
      localLocks: parts.localLocks,
      rules,
    });
    const waiters = createWaiters(replica);
    const fetcher = createContentFetcher({
      replica,
      cache,
      async fetch(node, offset, length, priority) {
        const arrived = transfers.begin(node, hostPeer);
        const answer = await connection.fetch({ node, offset, length, priority });
        arrived(answer.ok ? answer.bytes.length : 0);
        if (answer.ok) waiters.heard();
        return answer;
      },
    });
    const warn = (text: string): void => emit({ event: "warning", text });
    const keeper = startOwnKeeper({ replica, cache, folder: parts.own, timers: looseTimers, warn });
    const { recovery, name: who, unsent: folder } = parts;
    const unsent = startUnsentKeeper({ replica, cache, recovery, folder, who, clock, timers: looseTimers, emit });
    const workspace = createGuestWorkspace({
      replica,
      cache,
      fetcher,
      waiters,
      clock,
      readOnly,
      send,
      wantRange() {
        if (!rangeAsked) connection.wantRange();
        rangeAsked = true;
      },
      space: () => figuresOf(space),
      free: () => space?.free ?? Number.POSITIVE_INFINITY,
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
      recovery: parts.recovery,
      clock,
      who: parts.name,
      emit,
      died: (node) => workspace.died(node),
    });
    const timeline = createTimeline({ view: replica, clock, emit, nameOf, own: replica.peer, readBytes });
    return { replica, waiters, fetcher, workspace, applyContent, timeline, keeper, unsent };
  }

  function readBytes(node: NodeId, offset: number, length: number): Uint8Array | undefined {
    const bytes = cache.covers(node, offset, length) ? cache.read(node, offset, length) : undefined;
    return bytes?.ok === true ? bytes.value : undefined;
  }

  function down(raw: Down): void {
    const message = withGuestConfigs(raw, running?.replica);
    if (running === undefined) {
      running = start(message);
      running.applyContent(running.replica.initial);
      connection.ack(running.replica.received);
      return begin(running);
    }
    const side = running;
    side.waiters.heard();
    const received = side.replica.receive(message);
    side.applyContent(received.content);
    side.fetcher.advanced(received.content);
    side.workspace.report(received);
    side.waiters.settle(received);
    connection.ack(side.replica.received);
    if (!("message" in message) || message.message.t !== "applied") return;
    side.timeline.applied(message.message);
    if (isMoveOfShared(side.replica, message.message.op)) side.workspace.setRules(rules);
  }

  /** The mount is gone. The host is given what it was not told yet, and seconds to decide it; what it does not is kept here. */
  async function handIn({ replica, waiters, applyContent }: Running): Promise<void> {
    send(replica.endBurst("all"));
    if (connection.state !== "gone") await waiters.acknowledged();
    applyContent(replica.abandon());
  }

  const events: HostEvents = {
    down,
    progress: (nodes, of) => parts.progress({ step: "snapshot", done: nodes, total: of }),
    range(first) {
      rangeAsked = false;
      running?.replica.addRange(first);
    },
    peers(list) {
      peers = list;
    },
    space(figures) {
      space = figures;
    },
    rules(told) {
      rules = pathRulesOf(told);
      running?.workspace.setRules(rules);
    },
    ending(seconds) {
      if (!endingTold) emit({ event: "ending", peer: connection.welcome.hostName, seconds });
      endingTold = true;
    },
    presence: (peer, told) => presence.hear(peer, told),
    state(state, error) {
      const peer = connection.welcome.hostName;
      switch (state) {
        case "connected":
          running?.waiters.heard();
          if (running !== undefined) send(running.replica.resend());
          emit({ event: "peer", peer, state: "back" });
          return;
        case "gone": {
          running?.waiters.failAll();
          presence.forgetOthers();
          const why = error === undefined ? "the host is gone" : linkErrorSentence(error);
          refuse(new SessionError("host-gone", why));
          if (error?.code !== "left") emit({ event: "peer", peer, state: "gone" });
          parts.onGone(why);
          return;
        }
        default:
          if (state === "reconnecting") {
            running?.waiters.cut();
            presence.forgetOthers();
          }
          emit({ event: "peer", peer, state });
      }
    },
  };

  return {
    events,
    begun,
    get fetcher() {
      if (running === undefined) throw new Error("nothing was received yet");
      return running.fetcher;
    },
    moving: () => transfers.list(),
    incoming() {
      if (running === undefined) return none;
      const { index, bytes } = connection.told;
      const { replica, fetcher } = running;
      const untold = Math.max(0, index - replica.received);
      const operations = Math.max(untold, fetcher.awaited - replica.position, 0);
      return { operations, bytes: untold > 0 ? bytes : 0 };
    },
    nameOf,
    presence,
    peers: () => peers,
    async dispose() {
      presence.dispose();
      if (running === undefined) return;
      await handIn(running);
      for (const each of [running.unsent, running.keeper, running.waiters, running.workspace]) await each.dispose();
    },
  };
}

/** Other patterns may speak of what is in it now. */
function isMoveOfShared(replica: GuestReplica, op: Op): boolean {
  return op.t === "rename" && replica.node(op.node)?.kind === "dir" && !replica.isPrivate(op.to);
}
