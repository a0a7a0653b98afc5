/** One shared workspace from start to end, as the command line, the control socket and (later) the editor see it. */
import type { Disposable } from "../base/disposable.ts";
import type { PresenceOf } from "../peer/codec/presence.ts";

export type DriverName = "auto" | "kernel" | "fuse-native";
export type Access = "read-write" | "read-only";

/** Long steps, for progress bars. `total` 0 = unknown. `copy` counts bytes. */
export interface Progress {
  readonly step: "scan" | "mount" | "connect" | "lobby" | "snapshot" | "unmount" | "copy" | "verify";
  readonly done: number;
  readonly total: number;
  /** In the lobby: whose it is. */
  readonly lobby?: LobbyPlace;
}

/** Where a guest waits, as the host calls itself; `fingerprint` is the guest's own, which the host sees beside its name. */
export interface LobbyPlace {
  readonly host: string;
  readonly repository: string;
  readonly fingerprint: string;
}

export interface JoinRequest {
  readonly name: string;
  /** Short form of the guest's key, the same on both screens, to be read aloud. */
  readonly fingerprint: string;
  readonly wants: Access;
  /** Aborts when the guest goes away before the answer. */
  readonly signal: AbortSignal;
}
export type JoinDecision =
  | { readonly accept: true; readonly access: Access }
  | { readonly accept: false; readonly reason: string };

interface CommonOptions {
  /** Shown to the others. Default: git's user.name, else the login name. */
  readonly name: string;
  readonly driver: DriverName;
  /** Called when the session wants to tell something; never throws. */
  readonly onEvent: (event: SessionEvent) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** `presences` says something else now. Never throws. */
  readonly onPresence?: () => void;
  /** Ends what is still beginning: rejects with `cancelled`, and no mount stays. */
  readonly signal?: AbortSignal;
}

export interface ShareOptions extends CommonOptions {
  readonly folder: string;
  /** Separate mount point; undefined covers the folder itself. */
  readonly mount?: string;
  /** What guests get at most. */
  readonly access: Access;
  readonly decide: (request: JoinRequest) => Promise<JoinDecision>;
  /** TCP port to listen on; 0 = any. */
  readonly port: number;
  /** Names of files that stay at the host: `*` and `?` as in a shell. Those of tracked files are shared all the same. */
  readonly hide: readonly string[];
  /** What git ignores is shared like everything else; else what a guest writes there stays with it. */
  readonly shareIgnored: boolean;
}

export interface JoinOptions extends CommonOptions {
  readonly invite: string;
  /** What to ask the host for; undefined: read-write. */
  readonly access?: Access;
  /** Undefined: `~/Pairmount/<host>-<repository>`. Created when missing (0700 parent); must be empty. */
  readonly mount?: string;
}

export interface PeerStatus {
  readonly peer: number;
  readonly name: string;
  readonly role: "host" | "guest";
  readonly access: Access;
  readonly you: boolean;
  readonly state: "connected" | "suspect" | "reconnecting" | "gone";
  /** Round trip in ms (null: unknown or oneself). */
  readonly roundTrip: number | null;
  /** Key-exchange group protecting the link, e.g. X25519MLKEM768. */
  readonly protection: string | null;
}

/** Content or a tree on its way, in bytes. */
export interface Transfer {
  /** `fetch`: a file to this guest; `serve`: a file from this host; `snapshot`: the tree from this host to one that joins. */
  readonly what: "fetch" | "serve" | "snapshot";
  /** Null for a tree. */
  readonly path: string | null;
  /** Whom it comes from or goes to. */
  readonly peer: string;
  readonly done: number;
  readonly total: number;
}

export interface SessionStatus {
  readonly role: "host" | "guest";
  readonly folder: string | null;
  readonly mount: string;
  readonly driver: string;
  readonly repository: string;
  /** `in sync`: the host acknowledged all operations of this peer, and all that it knows of are applied here. */
  readonly state: "in sync" | "pending" | "offline" | "ended";
  /** The host's last number applied here. */
  readonly position: number;
  readonly peers: readonly PeerStatus[];
  /** On its way out. At a guest: own operations the host has not decided, and bytes of files being written. At a host: what the guest furthest behind has not taken in. */
  readonly pending: { readonly operations: number; readonly bytes: number };
  /** On its way in: known of, and not applied here. */
  readonly incoming: { readonly operations: number; readonly bytes: number };
  /** At most 20. */
  readonly transfers: readonly Transfer[];
  readonly locks: readonly { readonly path: string; readonly holder: string }[];
  readonly recovered: readonly {
    readonly id: string;
    readonly path: string;
    readonly reason: string;
    readonly when: string;
    readonly size: number;
  }[];
  readonly invite: string | null;
  readonly pid: number;
  readonly memory: number;
}

/** What the timeline shows. `ms`: from the operation's session time until it was visible in this peer's mount. Paths relative to the mount, `/`-separated, UTF-8 for display. */
export type SessionEvent =
  | {
      readonly event: "operation";
      readonly peer: string;
      readonly kind: "created" | "changed" | "renamed" | "deleted" | "attributes";
      readonly path: string;
      readonly from?: string;
      readonly ms: number;
    }
  | {
      readonly event: "commit";
      readonly peer: string;
      /** Made at this peer. */
      readonly own: boolean;
      readonly hash: string;
      /** What HEAD was before; null for a first commit. */
      readonly old: string | null;
      readonly subject: string;
      readonly author: string;
      readonly branch: string;
      /** commit, amend, merge, cherry-pick, revert, rebase, am. */
      readonly how: string;
      /** Seconds since 1970. */
      readonly at: number;
      readonly ms: number;
    }
  | {
      readonly event: "git";
      readonly peer: string;
      readonly own: boolean;
      readonly what: string;
      readonly detail: string;
      readonly ms: number;
    }
  | {
      readonly event: "peer";
      readonly peer: string;
      readonly state: "asking" | "declined" | "joined" | "suspect" | "reconnecting" | "back" | "left" | "gone";
    }
  /** The host means to end the session: what is not here by then does not come any more. */
  | { readonly event: "ending"; readonly peer: string; readonly seconds: number }
  | { readonly event: "recovered"; readonly path: string; readonly reason: string; readonly id: string }
  | { readonly event: "warning"; readonly text: string }
  | { readonly event: "ended"; readonly reason: string };

export interface RecoveredFiles {
  /** The file that holds a recovered version, and the path it lost at, if a file is there; nulls where there is none. */
  recovered(id: string): { readonly file: string | null; readonly current: string | null };
  /** What a save is about to overwrite unseen. Null: it could not be kept, or this is no path. */
  keep(path: string, bytes: Uint8Array): string | null;
  /** False: there is no such version. */
  discard(id: string): boolean;
}

/** A copy that is whole, checked by git, and in its place. */
export interface Kept {
  readonly folder: string;
  /** Files and links. */
  readonly files: number;
  readonly bytes: number;
  /** Of all branches and tags; 0 where the shared folder is no repository. */
  readonly commits: number;
  /** What git's strict rules say of the history, which is whole all the same. */
  readonly note: string | null;
}

/** Paths relative to the mount, `/`-separated, UTF-8. At most 16 selections and 32 unsaved files. */
export type Presence = PresenceOf<string>;

export interface PeerPresence extends Presence {
  readonly peer: number;
}

export interface Session extends Disposable, RecoveredFiles {
  readonly mount: string;
  /** Host only. */
  readonly invite: string | null;
  readonly port: number | null;
  /** Host only (null: a guest): files and directories (`name/`) that were hidden when sharing began, paths as in events; and whether what git ignores is apart. */
  readonly apart: { readonly hidden: readonly string[]; readonly ignored: boolean } | null;
  status(): SessionStatus;
  /** Requests of programs in the mount so far. */
  activity(): number;
  /** Host only. False: no such guest, or one whose mount is for reading only. */
  setAccess(peer: number, access: Access): boolean;
  /** Host only. False: no such guest. */
  remove(peer: number): boolean;
  /**
   * Guest only: a copy of the mount as an ordinary folder at `folder` (absolute; not there, or empty). Rejects with SessionError:
   * `keep-target`, `keep-incomplete` (what could be had is kept under a name that says so), `cancelled`, `host-gone`; else with
   * what was unexpected. A session that is left meanwhile cancels it; one whose host is gone ends when it is done.
   */
  keepCopy(
    folder: string,
    options: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
  ): Promise<Kept>;
  /**
   * Host only (undefined: a guest). Tells the guests that the session is to end in so many seconds, and resolves when it is time:
   * later while a guest still fetches, sooner when none is left. Whoever asked ends it then.
   */
  endSoon(seconds: number): Promise<void> | undefined;
  /** Where this peer is in its editor; the others hear the latest. Of files that are not shared they hear nothing. */
  present(presence: Presence): void;
  /** The others, as far as they say where they are. */
  presences(): readonly PeerPresence[];
  /** Flushes, unmounts, tells the others. Idempotent. */
  dispose(): Promise<void>;
  /** Resolves with the reason when the session is over, by whatever cause. */
  readonly ended: Promise<string>;
}

/** Something for the user: a code of the closed list in errors.ts, whose sentence says what to do. */
export type { SessionErrorCode } from "./errors.ts";

/** Implemented by share.ts and join.ts. Reject with SessionError (errors.ts) only. */
export type ShareWorkspace = (options: ShareOptions) => Promise<Session>;
export type JoinWorkspace = (options: JoinOptions) => Promise<Session>;
