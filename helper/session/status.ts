/** What `status` shows, on either side. */
import type { RecoveryStore } from "../content/recovery-store.ts";
import type { HostConnection, PeerStatus as LinkPeer } from "../peer/api.ts";
import type { HostLink } from "../peer/host-link.ts";
import type { GuestReplica, HostReplica, View } from "../replica/api.ts";
import { hostPeer, type PeerId } from "../replica/ids.ts";
import type { JoinOptions, PeerStatus, SessionStatus, ShareOptions, Transfer } from "./api.ts";
import { guestState, none } from "./sync-status.ts";
import { shownPath } from "./timeline.ts";
import { basename } from "node:path";

type NameOf = (peer: PeerId) => string;

export function hostStatus(parts: {
  readonly options: ShareOptions;
  readonly folder: string;
  readonly mount: string;
  readonly driver: string;
  readonly invite: string;
  readonly replica: HostReplica;
  readonly link: HostLink;
  readonly recovery: RecoveryStore;
  readonly pending: SessionStatus["pending"];
  readonly transfers: readonly Transfer[];
  readonly nameOf: NameOf;
}): SessionStatus {
  const { options, replica, link, pending } = parts;
  const self: PeerStatus = {
    ...person(hostPeer, options.name, "host"),
    you: true,
    access: "read-write",
    protection: null,
  };
  const guests = link.guests.map(
    (guest): PeerStatus => ({
      ...person(guest.peer, guest.name, "guest"),
      access: guest.role,
      state: guest.state,
      roundTrip: guest.rtt || null,
      protection: guest.group,
    }),
  );
  return {
    ...common(replica, parts.recovery, parts.nameOf),
    role: "host",
    folder: parts.folder,
    mount: parts.mount,
    driver: parts.driver,
    repository: basename(parts.folder),
    state: pending.operations > 0 ? "pending" : "in sync",
    peers: [self, ...guests],
    pending,
    incoming: none,
    transfers: parts.transfers,
    invite: parts.invite,
  };
}

export function guestStatus(parts: {
  readonly options: JoinOptions;
  readonly mount: string;
  readonly driver: string;
  readonly replica: GuestReplica;
  readonly connection: HostConnection;
  readonly peers: readonly LinkPeer[];
  readonly recovery: RecoveryStore;
  readonly incoming: SessionStatus["incoming"];
  readonly transfers: readonly Transfer[];
  readonly nameOf: NameOf;
}): SessionStatus {
  const { connection, replica, incoming } = parts;
  const pending = replica.pending();
  const { state } = connection;
  const host: PeerStatus = {
    ...person(hostPeer, connection.welcome.hostName, "host"),
    access: "read-write",
    state,
    roundTrip: connection.rtt || null,
    protection: connection.group,
  };
  const guests = parts.peers.map(
    (peer): PeerStatus => ({
      ...person(peer.peer, peer.name, "guest"),
      you: peer.peer === replica.peer,
      access: peer.role,
      state: peer.state,
      roundTrip: peer.rtt || null,
    }),
  );
  return {
    ...common(replica, parts.recovery, parts.nameOf),
    role: "guest",
    folder: null,
    mount: parts.mount,
    driver: parts.driver,
    repository: connection.welcome.repository,
    state: guestState(state, { pending, incoming }),
    peers: [host, ...guests],
    pending,
    incoming,
    transfers: parts.transfers,
    invite: null,
  };
}

function person(peer: PeerId, name: string, role: "host" | "guest"): PeerStatus {
  return { peer, name, role, access: "read-write", you: false, state: "connected", roundTrip: null, protection: null };
}

function common(
  view: View,
  recovery: RecoveryStore,
  nameOf: NameOf,
): Pick<SessionStatus, "position" | "locks" | "recovered" | "pid" | "memory"> {
  return {
    position: view.position,
    locks: view.locks().map(({ path, owner }) => ({ path: shownPath(path), holder: nameOf(owner) })),
    recovered: recovery.list().map(({ id, path, reason, when, size }) => ({
      id: String(id),
      path: shownPath(path),
      reason,
      when: new Date(when.sec * 1000).toISOString(),
      size,
    })),
    pid: process.pid,
    memory: process.memoryUsage.rss(),
  };
}
