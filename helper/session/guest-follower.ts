/** A guest follows its host: what arrives over the link, the order first, and what is known from it for a status. */
import type { Disposable } from "../base/disposable.ts";
import { pathRulesOf } from "../git/path-rules.ts";
import type { HostEvents, PeerStatus, Space } from "../peer/api.ts";
import { linkErrorSentence } from "../peer/errors.ts";
import { systemTimers } from "../base/system-timers.ts";
import { hostPeer, type PeerId } from "../replica/ids.ts";
import { nothingApart, type PathRules } from "../replica/path-rules.ts";
import type { Progress, SessionStatus } from "./api.ts";
import { SessionError } from "./errors.ts";
import { createGuestSide, type GuestSide, type GuestSideParts } from "./guest-side.ts";
import { createPresenceBoard, type PresenceBoard } from "./presence.ts";
import { none } from "./sync-status.ts";
import { createTransfers, type Moving } from "./transfers.ts";

type Told = "transfers" | "rules" | "space" | "readOnly" | "nameOf";

export interface GuestParts extends Omit<GuestSideParts, Told> {
  readonly progress: (progress: Progress) => void;
  readonly onPresence: () => void;
  readonly onGone: (reason: string) => void;
}

export interface GuestFollower extends Disposable {
  readonly events: HostEvents;
  /** Resolves with the first snapshot; rejects when the link is gone before. What it resolves with ends with this. */
  readonly begun: Promise<GuestSide>;
  /** What content is on its way here. */
  moving(): readonly Moving[];
  /** What the host has told, or its answers speak of, and is not applied here. */
  incoming(): SessionStatus["incoming"];
  readonly presence: PresenceBoard;
  nameOf(peer: PeerId): string;
  peers(): readonly PeerStatus[];
}

export function createGuestFollower(parts: GuestParts): GuestFollower {
  const { connection, emit } = parts;
  const transfers = createTransfers();
  let running: GuestSide | undefined;
  let peers: readonly PeerStatus[] = [];
  let space: Space | undefined;
  let rules: PathRules = nothingApart;
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
    spread(peer, where) {
      if (peer === connection.welcome.peer) connection.present(where);
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

  const told = { transfers, rules: () => rules, space: () => space, readOnly, nameOf };

  const events: HostEvents = {
    down(message) {
      if (running !== undefined) return running.receive(message);
      running = createGuestSide({ ...parts, ...told }, message);
      begin(running);
    },
    progress: (nodes, of) => parts.progress({ step: "snapshot", done: nodes, total: of }),
    range: (first) => running?.replica.addRange(first),
    peers(list) {
      peers = list;
    },
    space(figures) {
      space = figures;
    },
    rules(data) {
      rules = pathRulesOf(data);
      running?.workspace.setRules(rules);
    },
    ending(seconds) {
      if (!endingTold) emit({ event: "ending", peer: connection.welcome.hostName, seconds });
      endingTold = true;
    },
    presence: (peer, where) => presence.hear(peer, where),
    state(state, error) {
      const peer = connection.welcome.hostName;
      switch (state) {
        case "connected":
          running?.waiters.heard();
          running?.resend();
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
      await running?.dispose();
    },
  };
}
