/** What of a session is under way: for the status of either side. Pure. */
import type { GuestCache } from "../content/guest-cache.ts";
import type { GuestConnection } from "../peer/api.ts";
import type { View } from "../replica/api.ts";
import type { PeerId } from "../replica/ids.ts";
import type { SessionStatus, Transfer } from "./api.ts";
import { shownPath } from "./timeline.ts";
import { mostShown, type Moving } from "./transfers.ts";

type Amount = SessionStatus["pending"];
export const none: Amount = { operations: 0, bytes: 0 };

/** What a guest is ahead with, or behind: it is in sync when both are nothing. */
export function guestState(
  link: "connected" | "suspect" | "reconnecting" | "gone",
  { pending, incoming }: Pick<SessionStatus, "pending" | "incoming">,
): SessionStatus["state"] {
  if (link === "gone") return "ended";
  if (link !== "connected") return "offline";
  // Bytes without an operation: a file is being written.
  return pending.operations + pending.bytes + incoming.operations > 0 ? "pending" : "in sync";
}

/** The host has decided what is in its order; what its guests have not taken in is on its way: as much as the one furthest behind lacks. */
export function outgoing(guests: readonly { readonly here: boolean; readonly unacknowledged: Amount }[]): Amount {
  return guests
    .filter(({ here }) => here)
    .map(({ unacknowledged: { operations, bytes } }) => ({ operations, bytes }))
    .reduce((most, each) => (each.operations > most.operations ? each : most), none);
}

/** Of a file as much is done as lies in the cache, whenever it came. */
export function fetching(
  moving: readonly Moving[],
  parts: {
    readonly view: View;
    readonly cache: Pick<GuestCache, "missing">;
    readonly nameOf: (peer: PeerId) => string;
  },
): readonly Transfer[] {
  return moving.flatMap(({ node, peer }) => {
    const file = fileOf(parts.view, node);
    if (file === undefined) return [];
    const missing = parts.cache.missing(node, 0, file.total).reduce((sum, { length }) => sum + length, 0);
    return [{ what: "fetch", ...file, peer: parts.nameOf(peer), done: file.total - missing }];
  });
}

export function serving(
  moving: readonly Moving[],
  guests: readonly GuestConnection[],
  parts: { readonly view: View; readonly nameOf: (peer: PeerId) => string },
): readonly Transfer[] {
  const trees = guests.flatMap(({ name, snapshot }): readonly Transfer[] =>
    snapshot === undefined ? [] : [{ what: "snapshot", path: null, peer: name, ...snapshot }],
  );
  const files = moving.flatMap(({ node, peer, moved }): readonly Transfer[] => {
    const file = fileOf(parts.view, node);
    if (file === undefined) return [];
    return [{ what: "serve", ...file, peer: parts.nameOf(peer), done: Math.min(moved, file.total) }];
  });
  return [...trees, ...files].slice(0, mostShown);
}

/** Undefined: it has no name any more. */
function fileOf(view: View, node: Moving["node"]): { readonly path: string; readonly total: number } | undefined {
  const path = view.pathOf(node);
  return path === undefined ? undefined : { path: shownPath(path), total: view.node(node)?.size ?? 0 };
}
