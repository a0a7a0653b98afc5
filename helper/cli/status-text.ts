/** A session's status for people. Pure. */
import type { PeerStatus, SessionStatus, Transfer } from "../session/api.ts";
import { bytes, milliseconds, printable } from "./format.ts";

export function statusText(status: SessionStatus): string {
  const doing = status.role === "host" ? "shared" : "joined";
  const lines = [
    `${status.mount}  (${doing}, ${stateOf(status)})`,
    `  repository  ${printable(status.repository)}`,
    ...(status.folder !== null && status.folder !== status.mount ? [`  folder      ${status.folder}`] : []),
    ...(status.invite === null ? [] : [`  invite      ${status.invite}`]),
    `  helper      process ${status.pid}, ${status.driver} driver, ${bytes(status.memory)}, position ${status.position}`,
    ...section("peers", status.peers.map(peerText)),
    ...section("transfers", status.transfers.map(transferText)),
    ...section(
      "locks",
      status.locks.map(({ path, holder }) => `${printable(path)}, held by ${printable(holder)}`),
    ),
    ...section(
      "recovered",
      status.recovered.map(
        (kept) => `${printable(kept.path)}  ${kept.when}  ${bytes(kept.size)}  ${printable(kept.reason)}  ${kept.id}`,
      ),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function stateOf({ state, pending, incoming }: SessionStatus): string {
  const amounts = [
    ...(pending.operations > 0 ? [`${pending.operations} operations, ${bytes(pending.bytes)} out`] : []),
    ...(incoming.operations > 0 ? [`${incoming.operations} operations, ${bytes(incoming.bytes)} in`] : []),
  ];
  return amounts.length === 0 ? state : `${state}: ${amounts.join("; ")}`;
}

const words = { fetch: "from", serve: "to", snapshot: "to" } as const;

function transferText({ what, path, peer, done, total }: Transfer): string {
  return `${printable(path ?? "the tree")} ${words[what]} ${printable(peer)}, ${bytes(done)} of ${bytes(total)}`;
}

function peerText(peer: PeerStatus): string {
  const marks = [
    peer.role,
    peer.access,
    peer.you ? "you" : peer.state,
    ...(peer.roundTrip === null ? [] : [milliseconds(peer.roundTrip)]),
    ...(peer.protection === null ? [] : [peer.protection]),
  ];
  return `${printable(peer.name).padEnd(14)}  ${marks.join(", ")}`;
}

function section(title: string, rows: readonly string[]): readonly string[] {
  return rows.map((row, i) => `  ${(i === 0 ? title : "").padEnd(10)}  ${row}`);
}
