/** The guests of a host: what they send is decided, what is decided they are told, and what they may still read is kept. */
import type { Disposable } from "../base/disposable.ts";
import { errno } from "../base/errno.ts";
import type { SessionClock } from "../base/ports.ts";
import type { HostFolder } from "../content/host-folder.ts";
import type { FetchAnswer, FetchRequest, GuestConnection, GuestEvents, Role } from "../peer/api.ts";
import { systemTimers } from "../base/system-timers.ts";
import type { Decided, HostReplica } from "../replica/api.ts";
import { hostPeer, type NodeId, type PeerId } from "../replica/ids.ts";
import type { Op } from "../replica/op.ts";
import { createOutbox, type Outbox } from "../replica/outbox.ts";
import type { PathRulesData } from "../replica/path-rules-data.ts";
import { forOrigin, forOthers } from "./fan-out.ts";
import { createGraves } from "./graves.ts";
import type { GuestNews } from "./guest-news.ts";
import { admitted } from "./guest-edge.ts";
import type { SessionStatus } from "./api.ts";
import { createPresenceBoard, type PresenceBoard } from "./presence.ts";
import { createSpaceReports } from "./space-reports.ts";
import { outgoing } from "./sync-status.ts";
import { createTransfers, type Moving } from "./transfers.ts";
import type { RefusalTrace } from "./refusal-trace.ts";

/** A guest that has not acknowledged this much is sent a snapshot instead (R-SNAP). */
const farBehind = { maxCount: 500_000, maxBytes: 64 * 1024 * 1024 };

export interface HostGuestsParts {
  readonly replica: HostReplica;
  readonly folder: HostFolder;
  readonly clock: SessionClock;
  /** What is hidden and ignored now. */
  readonly rules: () => PathRulesData;
  /** Before a guest's operation is judged. */
  readonly beforeSubmit: (op: Op, who: string) => void;
  /** Before content is read for a guest. */
  readonly beforeFetch: (node: NodeId) => void;
  /** After a decision was told to all: for the host's own mount and the timeline. */
  readonly onDecided: (decided: Decided, by: PeerId) => void;
  /** No guest reads this dead node any more. */
  readonly onUnheld: (node: NodeId) => void;
  /** Test-only. */
  readonly trace: RefusalTrace | undefined;
  readonly onPresence: () => void;
  readonly onState: GuestNews;
}

export interface HostGuests extends Disposable {
  readonly presence: PresenceBoard;
  welcome(connection: GuestConnection): GuestEvents;
  /** Tells everyone, whoever's operation it was. */
  tell(decided: Decided, by: PeerId): void;
  tellRules(rules: PathRulesData): void;
  holds(node: NodeId): boolean;
  broadcastPeers(): void;
  /** What is on its way to them. */
  moving(): readonly Moving[];
  pending(): SessionStatus["pending"];
  setAccess(peer: PeerId, role: Role): boolean;
  /** Everybody here is told that the session is to end in so many seconds. */
  announceEnd(seconds: number): void;
  /** Guests that have a seat. */
  readonly count: number;
  /** When content was last fetched by one of them, in the process's monotonic milliseconds. */
  readonly lastFetch: number;
  remove(peer: PeerId): boolean;
}

interface Guest {
  readonly connection: GuestConnection;
  readonly outbox: Outbox;
}

export function createHostGuests(parts: HostGuestsParts): HostGuests {
  const { replica, folder } = parts;
  const guests = new Map<PeerId, Guest>();
  const graves = createGraves(parts.onUnheld);
  const transfers = createTransfers();
  const space = createSpaceReports(folder, () => [...guests.values()].map(({ connection }) => connection));

  const presence = createPresenceBoard({
    own: hostPeer,
    timers: systemTimers,
    view: () => replica,
    spread(peer, told) {
      for (const { connection } of guests.values()) if (connection.peer !== peer) connection.sendPresence(peer, told);
    },
    changed: parts.onPresence,
  });

  function sendSnapshot({ connection, outbox }: Guest): void {
    connection.send(outbox.snapshot(replica.snapshot()));
  }

  function tell(decided: Decided, by: PeerId): void {
    const { ordered } = decided;
    if (ordered !== undefined && guests.size > 0) {
      if (ordered.t === "refused") sendTo(guests.get(by), ordered);
      else if (decided.shared) {
        const others = forOthers(ordered, replica);
        for (const [peer, guest] of guests) sendTo(guest, peer === by ? forOrigin(ordered) : others);
      }
    }
    parts.onDecided(decided, by);
  }

  function sendTo(guest: Guest | undefined, message: Parameters<Outbox["push"]>[0]): void {
    const down = guest?.outbox.push(message);
    if (guest === undefined || down === undefined) return;
    guest.connection.send(down);
    const dead = message.t === "applied" ? deadAfter(message.op) : undefined;
    if (dead !== undefined) graves.told(dead, guest.connection.peer, down.index);
  }

  /** The file that lost its last name by this operation, if one did. */
  function deadAfter(op: Parameters<HostReplica["local"]>[0]): NodeId | undefined {
    const node = op.t === "unlink" ? op.node : op.t === "rename" ? op.victim?.node : undefined;
    if (node === undefined) return undefined;
    return (replica.node(node)?.nlink ?? 0) === 0 ? node : undefined;
  }

  let lastFetch = Number.NEGATIVE_INFINITY;

  async function fetch({ node, offset, length }: FetchRequest, peer: PeerId): Promise<FetchAnswer> {
    lastFetch = systemTimers.now();
    parts.beforeFetch(node);
    const found = replica.node(node);
    if (found === undefined || found.kind !== "file" || replica.isPrivateNode(node))
      return { ok: false, errno: errno.ESTALE };
    const bytes = folder.read(node, offset, length);
    if (!(bytes instanceof Uint8Array)) return { ok: false, errno: bytes };
    transfers.begin(node, peer)(bytes.length);
    return { ok: true, position: replica.position, version: found.version, size: found.size, bytes };
  }

  function lease(guest: Guest): void {
    for (const decided of replica.gone(guest.connection.peer)) tell(decided, hostPeer);
  }

  function broadcastPeers(): void {
    const connected = [...guests.values()].map(({ connection }) => connection);
    const list = connected.map(({ peer, name, role, state, rtt }) => ({ peer, name, role, state, rtt }));
    for (const connection of connected) connection.sendPeers(list);
  }

  return {
    presence,
    setAccess(peer, role) {
      const guest = guests.get(peer);
      if (guest?.connection.setRole(role) !== true) return false;
      replica.setReadOnly(peer, role === "read-only");
      // What it locked it cannot release itself any more.
      if (role === "read-only") lease(guest);
      broadcastPeers();
      return true;
    },
    remove(peer) {
      const guest = guests.get(peer);
      guest?.connection.close("removed", "the host removed you from the session");
      return guest !== undefined;
    },
    welcome(connection) {
      const { peer } = connection;
      const guest: Guest = { connection, outbox: createOutbox({ peer, ...farBehind }) };
      guests.set(peer, guest);
      if (connection.role === "read-only") replica.setReadOnly(peer, true);
      space.welcome(connection);
      connection.sendRules(parts.rules());
      sendSnapshot(guest);
      queueMicrotask(broadcastPeers);
      for (const [who, told] of presence.words()) connection.sendPresence(who, told);
      parts.onState(connection, "connected");
      return {
        submitted(batch) {
          for (const submitted of batch) {
            parts.beforeSubmit(submitted.op, connection.name);
            for (const withdrawn of replica.withdraw(peer, submitted.op)) tell(withdrawn, hostPeer);
            const decided = replica.submit(peer, admitted(submitted, replica, parts.clock));
            parts.trace?.(peer, submitted, decided);
            tell(decided, peer);
          }
        },
        acknowledged(index) {
          guest.outbox.acknowledge(index);
          graves.acknowledged(peer, index);
          if (guest.outbox.behind) sendSnapshot(guest);
        },
        fetch: (request) => fetch(request, peer),
        hold: (node) => graves.hold(node, peer),
        drop: (node) => graves.drop(node, peer),
        rangeWanted: () => connection.sendRange(replica.nextRange()),
        snapshotWanted: () => sendSnapshot(guest),
        state(state) {
          if (state === "gone") {
            lease(guest);
            presence.forget(peer);
          }
          broadcastPeers();
          parts.onState(connection, state);
        },
        present: (told) => presence.hear(peer, told),
        ended({ code }) {
          guests.delete(peer);
          presence.forget(peer);
          // Not before: until its seat is given up, a guest that was away may come back to files it has open.
          graves.forgetGuest(peer);
          lease(guest);
          broadcastPeers();
          // Who joined anew is told of by the new seat.
          if (code !== "replaced") parts.onState(connection, "left");
        },
      };
    },
    announceEnd(seconds) {
      for (const { connection } of guests.values()) connection.sendEnding(seconds);
    },
    get count() {
      return guests.size;
    },
    get lastFetch() {
      return lastFetch;
    },
    tell,
    tellRules(rules) {
      for (const { connection } of guests.values()) connection.sendRules(rules);
    },
    holds: (node) => graves.has(node),
    broadcastPeers,
    moving: () => transfers.list(),
    pending: () =>
      outgoing(
        [...guests.values()].map(({ connection, outbox: { unacknowledged } }) => ({
          here: connection.state !== "gone",
          unacknowledged: { operations: unacknowledged.count, bytes: unacknowledged.bytes },
        })),
      ),
    dispose() {
      presence.dispose();
      return space.dispose();
    },
  };
}
