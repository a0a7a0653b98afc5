/** The rows of the Sync view: how it stands, what is on its way, who holds a lock, where it is mounted. Pure. */
import type { SessionState, SessionStatus, Transfer } from "./helper-edge.ts";
import { bytes, type Row } from "./rows.ts";

export function syncRows({ status }: SessionState): readonly Row[] {
  const { role, pending, incoming, transfers, locks, state, driver, mount, position } = status;
  const away = role === "guest" ? "wait for the host" : "on their way to the guests";
  return [
    row({
      id: "sync:state",
      label: state,
      description: state === "in sync" ? "" : [...amount(pending, "out"), ...amount(incoming, "in")].join(" · "),
      icon: state === "in sync" ? "check" : "sync",
      tooltip: inSyncMeans[role],
    }),
    ...amount(pending, away).map((description) => row({ id: "sync:out", label: "out", description, icon: "arrow-up" })),
    ...amount(incoming, "known of, and not here yet").map((description) =>
      row({ id: "sync:in", label: "in", description, icon: "arrow-down" }),
    ),
    ...transfers.map(transferRow),
    ...locks.map(({ path, holder }) =>
      row({ id: `lock:${path}`, label: path, description: `held by ${holder}`, icon: "lock" }),
    ),
    row({
      id: "sync:mount",
      label: "mount",
      description: mount,
      tooltip: `Driver ${driver}; applied up to operation ${position}`,
      icon: "folder",
    }),
  ];
}

const inSyncMeans = {
  guest:
    "In sync: the host has acknowledged every operation made here, and every operation known of is applied here. What files hold is fetched when it is read.",
  host: "In sync: every guest that is here has taken in every operation.",
} as const;

function amount({ operations, bytes: size }: SessionStatus["pending"], what: string): readonly string[] {
  if (operations === 0 && size === 0) return [];
  if (operations === 0) return [`${bytes(size)} being written`];
  return [`${operations} ${operations === 1 ? "operation" : "operations"}, ${bytes(size)} ${what}`];
}

const ways = {
  fetch: { word: "from", icon: "cloud-download" },
  serve: { word: "to", icon: "cloud-upload" },
  snapshot: { word: "to", icon: "list-tree" },
} as const;

function transferRow({ what, path, peer, done, total }: Transfer): Row {
  const { word, icon } = ways[what];
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return row({
    id: `transfer:${what}:${peer}:${path ?? ""}`,
    label: path ?? "the tree",
    description: `${percent} % ${word} ${peer} · ${bytes(done)} of ${bytes(total)}`,
    icon,
  });
}

function row(parts: { id: string; label: string; description: string; icon: string; tooltip?: string }): Row {
  return { tooltip: `${parts.label}: ${parts.description}`, context: "sync", ...parts };
}
