/** The rows of the views (sync-rows.ts has one more). Pure; `now` in seconds since 1970. */
import type { PeerPresence, PeerStatus, SessionCommit, SessionState } from "./helper-edge.ts";
import type { CommandId } from "./command-ids.ts";

export interface Row {
  /** The same row has the same id. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: string;
  /** For `when` clauses of the row's buttons: `viewItem`. */
  readonly context: string;
  readonly command?: CommandId;
  /** What the row's commands act on. */
  readonly about?: About;
}

export type About =
  | { readonly t: "join"; readonly id: number; readonly name: string }
  | { readonly t: "peer"; readonly peer: number; readonly name: string }
  | { readonly t: "commit"; readonly commit: SessionCommit }
  | { readonly t: "recovered"; readonly id: string; readonly path: string };

/** `presences`: where the others are. */
export function peerRows({ joins, status }: SessionState, presences: readonly PeerPresence[] = []): readonly Row[] {
  const waiting = joins.map(
    ({ id, name, fingerprint, wants }): Row => ({
      id: `join:${id}`,
      label: name,
      description: `asks to ${wants === "read-only" ? "read along" : "join"} · ${fingerprint}`,
      tooltip: `${name} waits to be let in.\nCompare the fingerprint with ${name}: ${fingerprint}`,
      icon: "person-add",
      context: "join",
      about: { t: "join", id, name },
    }),
  );
  const peers = status.peers.map(
    (peer): Row =>
      peerRow(peer, status.role === "host", peer.you ? undefined : presences.find((each) => each.peer === peer.peer)),
  );
  return [...waiting, ...peers];
}

function peerRow(peer: PeerStatus, ours: boolean, presence: PeerPresence | undefined): Row {
  const { name, role, access, you, state, roundTrip, protection } = peer;
  const words = [
    ...(you ? ["you"] : []),
    ...(role === "host" ? ["host"] : []),
    ...(access === "read-only" ? ["reads only"] : []),
    ...(state === "connected" ? [] : [stateWords[state]]),
    ...(presence === undefined || presence.file === null ? [] : [presence.file.path]),
  ];
  const guest = ours && role === "guest";
  return {
    id: `peer:${peer.peer}`,
    label: name,
    description: words.join(" · "),
    tooltip: [
      `${name}: ${role}, ${access}`,
      ...(roundTrip === null ? [] : [`Round trip ${roundTrip.toFixed(1)} ms`]),
      ...(protection === null ? [] : [`Protected by TLS 1.3, ${protection}`]),
      ...(presence === undefined || presence.unsaved.length === 0 ? [] : [`Unsaved: ${presence.unsaved.join(", ")}`]),
    ].join("\n"),
    icon: state === "connected" ? "account" : "debug-disconnect",
    context: you ? "you" : guest ? `guest.${access}` : "peer",
    about: { t: "peer", peer: peer.peer, name },
  };
}

const stateWords = { suspect: "silent", reconnecting: "reconnecting", gone: "gone" } as const;

/** `isNew`: made by another, and not seen yet. */
export function commitRows({ commits }: SessionState, now: number, isNew: (hash: string) => boolean): readonly Row[] {
  return commits.map((commit, i): Row => {
    const { hash, subject, author, branch, peer, pushed, at, how } = commit;
    const marked = isNew(hash);
    return {
      // A commit can be made twice: by a reset and the same again.
      id: `commit:${hash}:${commits.length - i}`,
      label: subject,
      description: `${marked ? "new · " : ""}${peer} · ${branch} · ${age(now - at)}`,
      tooltip: `${subject}\n${hash}\n${author}, ${how} on ${branch}, ${pushed ? "pushed" : "not pushed"}`,
      icon: marked ? "circle-filled" : pushed ? "cloud" : "git-commit",
      context: "commit",
      command: "pairmount.openCommit",
      about: { t: "commit", commit },
    };
  });
}

export function recoveredRows({ status }: SessionState): readonly Row[] {
  return status.recovered.map(
    ({ id, path, reason, when, size }): Row => ({
      id: `recovered:${id}`,
      label: path,
      description: `${bytes(size)} · ${when.slice(0, 16).replace("T", " ")}`,
      tooltip: `A version of ${path} that lost a race (${reason}). Click to compare it with the file.`,
      icon: "history",
      context: "recovered",
      command: "pairmount.compareRecovered",
      about: { t: "recovered", id, path },
    }),
  );
}

/** now, 5 min, 3 h, 2 d. */
export function age(seconds: number): string {
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** 900 B, 52 KB, 1.2 MB. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${Math.round(count / 1e3)} KB` : `${(count / 1e6).toFixed(1)} MB`;
}
