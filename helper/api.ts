/**
 * The contract between a helper and its clients (command line, editor): JSON-RPC 2.0 over the session's unix socket,
 * framed as vscode-jsonrpc frames it. The socket is 0600 in a 0700 folder: who can open it is the user.
 * A change of any shape raises `apiVersion`; test/unit/rpc/contract.test.ts notices.
 */
import type { SessionEvent, SessionStatus } from "./session/api.ts";

export type { PeerStatus, SessionEvent, SessionStatus } from "./session/api.ts";

export const apiVersion = 1;

/** Requests without parameters take `{}` or nothing. */
export type Nothing = Readonly<Record<string, never>>;

export interface Greeting {
  readonly version: number;
  readonly role: "host" | "guest";
  readonly mount: string;
  readonly pid: number;
}

export interface Requests {
  /** Asked first by every client; a client of another version goes away. */
  readonly version: { readonly params: Nothing; readonly result: Greeting };
  readonly status: { readonly params: Nothing; readonly result: SessionStatus };
  /** From the answer on, this connection is sent every `event`. Asking twice changes nothing. */
  readonly watch: { readonly params: Nothing; readonly result: Nothing };
  /** Ends the session. Answered once the mount is gone; the helper ends right after. */
  readonly leave: { readonly params: Nothing; readonly result: Nothing };
}
export type RequestName = keyof Requests;
export type Params<M extends RequestName> = Requests[M]["params"];
export type Answered<M extends RequestName> = Requests[M]["result"];

export interface Notifications {
  readonly event: SessionEvent;
}
export type NotificationName = keyof Notifications;

/** Complete by type: a request without a handler does not compile. */
export type Handlers = { readonly [M in RequestName]: (params: Params<M>) => Answered<M> | Promise<Answered<M>> };
