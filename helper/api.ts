/**
 * The contract between a helper and its clients (command line, editor): JSON-RPC 2.0 over the session's unix socket,
 * framed as vscode-jsonrpc frames it. The socket is 0600 in a 0700 folder: who can open it is the user.
 * A change of any shape raises `apiVersion`; test/unit/rpc/contract.test.ts notices.
 */
import type { SessionErrorCode } from "./session/errors.ts";
import type { Access, Kept, PeerPresence, Presence, Progress, SessionEvent, SessionStatus } from "./session/api.ts";

export type {
  Access,
  Kept,
  PeerPresence,
  PeerStatus,
  Presence,
  Progress,
  SessionEvent,
  SessionStatus,
  Transfer,
} from "./session/api.ts";

export const apiVersion = 3;

/** Requests without parameters take `{}` or nothing. */
export type Nothing = Readonly<Record<string, never>>;

export interface Greeting {
  readonly version: number;
  readonly role: "host" | "guest";
  readonly mount: string;
  readonly pid: number;
}

/** Somebody in the lobby, at the host. */
export interface PendingJoin {
  /** Names this question; a new join of the same guest has a new one. */
  readonly id: number;
  readonly name: string;
  readonly fingerprint: string;
  readonly wants: Access;
  /** A client shows the question (`claim`); the others need not. */
  readonly asked: boolean;
}

/** A commit made while this helper was there, by whomever. */
export interface SessionCommit {
  readonly hash: string;
  /** What HEAD was before; null for a first commit. */
  readonly old: string | null;
  readonly subject: string;
  readonly author: string;
  readonly branch: string;
  /** The peer whose git made it, and whether that is this one. */
  readonly peer: string;
  readonly own: boolean;
  /** How git made it: commit, amend, merge, cherry-pick, revert, rebase, am. */
  readonly how: string;
  /** Seconds since 1970, as git recorded them. */
  readonly at: number;
  /** A push of its branch that contained it was seen. */
  readonly pushed: boolean;
}

/** All a client draws from. */
export interface SessionState {
  readonly status: SessionStatus;
  /** Oldest first. */
  readonly joins: readonly PendingJoin[];
  /** Newest first, at most 200. */
  readonly commits: readonly SessionCommit[];
}

/**
 * `revision` grows by one with each `changed` that this client is sent: after a gap it attaches anew. Sections that are
 * missing are unchanged. A client that did not read for long has missed events, and then is sent one with all sections.
 */
export interface Delta {
  readonly revision: number;
  readonly status?: SessionStatus;
  readonly joins?: readonly PendingJoin[];
  readonly commits?: readonly SessionCommit[];
}

/** What one window shows. Of several windows of one peer the one that had the focus last says which file is in front. */
export interface WindowPresence extends Presence {
  readonly focused: boolean;
}

export interface Requests {
  /** Asked first by every client; a client of another version goes away. */
  readonly version: { readonly params: Nothing; readonly result: Greeting };
  readonly status: { readonly params: Nothing; readonly result: SessionStatus };
  /** From the answer on, this connection is sent every `changed` and `event`. Asked again, it answers the state anew. */
  readonly attach: {
    readonly params: Nothing;
    readonly result: { readonly revision: number; readonly state: SessionState };
  };
  /** `settled` false: a stale click; somebody else decided, or the guest went away. */
  readonly decide: {
    readonly params: { readonly id: number; readonly accept: boolean; readonly access: Access };
    readonly result: { readonly settled: boolean };
  };
  /** Before a client asks its user: `settled` true, and the question is this client's until it is decided or the client's connection ends. */
  readonly claim: { readonly params: { readonly id: number }; readonly result: { readonly settled: boolean } };
  /** Host only. Of a guest that joined for reading only nothing else can be made. */
  readonly setAccess: {
    readonly params: { readonly peer: number; readonly access: Access };
    readonly result: { readonly settled: boolean };
  };
  /** Host only: the guest's connection ends, and its seat is given up. */
  readonly remove: { readonly params: { readonly peer: number }; readonly result: { readonly settled: boolean } };
  /** Where a recovered version lies (0600, this user's), and the file it lost to; nulls where there is none. */
  readonly recovered: {
    readonly params: { readonly id: string };
    readonly result: { readonly file: string | null; readonly current: string | null };
  };
  /** Before a save that has not seen what is in the file now: keeps those bytes (base64) as a recovered version. `path` is relative to the mount. */
  readonly keep: {
    readonly params: { readonly path: string; readonly bytes: string };
    readonly result: { readonly id: string | null };
  };
  readonly discard: { readonly params: { readonly id: string }; readonly result: { readonly settled: boolean } };
  /**
   * Guest only: a copy of the mount that needs Pairmount no more, checked by git, at `folder` (absolute; not there yet, or empty).
   * Takes as long as its content takes to come: tells its progress, and can be cancelled, as does the end of the connection.
   * Refused with `keep-target`, `keep-incomplete` (says where the rest is), `cancelled` or `host-gone`.
   */
  readonly keepCopy: { readonly params: { readonly folder: string }; readonly result: Kept };
  /**
   * Host only. Guests are told that the session ends in so many seconds (whole, at most 3600), so that they can keep a copy; it ends by
   * itself then, later while a guest still fetches, sooner when none is left. Answered at once; `leave` still ends it at once.
   */
  readonly endSoon: { readonly params: { readonly seconds: number }; readonly result: { readonly settled: boolean } };
  /** Where this window is; the others hear the latest. A file outside the mount, or not shared, is none. Forgotten with the connection. */
  readonly present: { readonly params: WindowPresence; readonly result: Nothing };
  /** Ends the session. Answered once the mount is gone; the helper ends right after. */
  readonly leave: { readonly params: Nothing; readonly result: Nothing };
}
export type RequestName = keyof Requests;
export type Params<M extends RequestName> = Requests[M]["params"];
export type Answered<M extends RequestName> = Requests[M]["result"];

export interface Notifications {
  readonly event: SessionEvent;
  readonly changed: Delta;
  /** All others that are anywhere. The latest alone counts; it has no revision. To who is attached. */
  readonly presence: { readonly peers: readonly PeerPresence[] };
}
export type NotificationName = keyof Notifications;

/**
 * Long requests by JSON-RPC's own means: `$/cancelRequest`; a number `progressToken` beside the parameters asks for
 * `$/progress` with that token and a Progress. What the user is to be told of a refused request is in its error's data.
 */
export interface Asking {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}
export interface RefusalData {
  readonly code: SessionErrorCode;
  readonly detail: string;
}
/** JSON-RPC error code of a refusal that carries RefusalData (LSP: RequestFailed). */
export const refusedCode = -32_803;

/** Complete by type: a request without a handler does not compile. */
export type Handlers = {
  readonly [M in RequestName]: (params: Params<M>, asking: Asking) => Answered<M> | Promise<Answered<M>>;
};
