import type { PeerPresence, PeerStatus, SessionCommit, SessionState, SessionStatus } from "../../../helper/api.ts";

export function aPeer(name: string, more: Partial<PeerStatus> = {}): PeerStatus {
  return {
    peer: name.length,
    name,
    role: "guest",
    access: "read-write",
    you: false,
    state: "connected",
    roundTrip: null,
    protection: null,
    ...more,
  };
}

/** In front of somebody, with the cursor behind the fourth character. */
export function aPresence(peer: number, path: string, line = 0, unsaved: readonly string[] = []): PeerPresence {
  const active = { line, character: 4 };
  return { peer, file: { path, selections: [{ anchor: active, active }] }, unsaved };
}

export const ada = aPeer("ada", { peer: 0, role: "host", you: true });
export const ben = aPeer("ben", { peer: 1, roundTrip: 1.25, protection: "X25519" });

export function aState(
  status: Partial<SessionStatus> = {},
  more: Partial<Omit<SessionState, "status">> = {},
): SessionState {
  return {
    status: {
      role: "host",
      folder: "/work/app",
      mount: "/work/app",
      driver: "kernel",
      repository: "app",
      state: "in sync",
      position: 7,
      peers: [ada, ben],
      pending: { operations: 0, bytes: 0 },
      incoming: { operations: 0, bytes: 0 },
      transfers: [],
      locks: [],
      recovered: [],
      invite: "invite",
      pid: 1,
      memory: 1,
      ...status,
    },
    joins: [],
    commits: [],
    ...more,
  };
}

export function aCommit(more: Partial<SessionCommit> = {}): SessionCommit {
  return {
    hash: "a".repeat(40),
    old: null,
    subject: "Add the part",
    author: "Ben",
    branch: "main",
    peer: "ben",
    own: false,
    how: "commit",
    at: 1000,
    pushed: false,
    ...more,
  };
}

export const aRecovered = { id: "3", path: "src/a.ts", reason: "stale", when: "2026-01-02T03:04:05.000Z", size: 1234 };
export const aJoin = { id: 4, name: "cleo", fingerprint: "K7QX-M2PD-9TRW", wants: "read-write", asked: false } as const;
