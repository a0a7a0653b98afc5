import type { Timers } from "../base/ports.ts";
import type { Time } from "../base/time.ts";
import type { HostConnection, HostEvents } from "./api.ts";
import type { Address } from "./address.ts";
import type { Lobby, Welcome } from "./codec/greeting.ts";
import type { LinkError } from "./errors.ts";
import { greetHost, reachHost } from "./guest-dial.ts";
import { GuestLink } from "./guest.ts";
import type { Identity } from "./identity.ts";
import type { Invite } from "./invite.ts";
import type { Lane } from "./lane.ts";
import { createWallClock } from "./session-clock.ts";
import { systemTimers } from "../base/system-timers.ts";

export interface ConnectOptions {
  readonly invite: Invite;
  /** Instead of the invite's. */
  readonly addresses?: readonly Address[];
  readonly identity: Identity;
  readonly name: string;
  readonly readOnly?: boolean;
  /** The host was reached; a person there decides. */
  readonly onLobby?: (lobby: Lobby) => void;
  /** Admitted. Called before anything of the order arrives; what it returns hears all of it. */
  readonly onWelcome: (connection: HostConnection) => HostEvents;
  /** Ends the attempt to join; no effect afterwards. */
  readonly signal?: AbortSignal;
  /** This machine's clock. */
  readonly wall?: () => Time;
  readonly timers?: Timers;
  /** How long a lost host is looked for. */
  readonly giveUpMs?: number;
}

export type Joined =
  | { readonly ok: true; readonly connection: HostConnection }
  | { readonly ok: false; readonly error: LinkError };

/** Joins a session and keeps the link: afterwards cuts are mended without the caller, until `gone`. */
export async function connectGuest(options: ConnectOptions): Promise<Joined> {
  const { invite, identity } = options;
  const timers = options.timers ?? systemTimers;
  const signal = options.signal ?? new AbortController().signal;
  const addresses = options.addresses ?? invite.addresses;
  const reached = await reachHost({ addresses, host: invite.host, identity, timers, signal });
  if (!reached.ok) return reached;
  let link: GuestLink | undefined;
  const error = await greetHost({
    socket: reached.socket,
    secret: invite.secret,
    introduction: { purpose: "join", name: options.name, readOnly: options.readOnly ?? false },
    host: invite.host,
    guest: identity.fingerprint,
    timers,
    signal,
    onLobby: options.onLobby,
    onWelcome(lane: Lane, welcome: Welcome | undefined, group: string) {
      link = new GuestLink({
        welcome: welcome as Welcome,
        host: invite.host,
        identity,
        addresses: [reached.address, ...addresses.filter((address) => address !== reached.address)],
        timers,
        wall: options.wall ?? createWallClock(),
        giveUpMs: options.giveUpMs ?? 600_000,
      });
      link.begin(lane, group, options.onWelcome(link));
    },
  });
  return link !== undefined ? { ok: true, connection: link } : { ok: false, error: error as LinkError };
}
