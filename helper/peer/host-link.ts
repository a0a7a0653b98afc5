import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { SessionClock, Timers } from "../base/ports.ts";
import type { NodeId, PeerId } from "../replica/ids.ts";
import type { Admission, GuestConnection, GuestEvents, JoinRequest, Role } from "./api.ts";
import { encodeWelcome, type Lobby, type Welcome } from "./codec/greeting.ts";
import { greetGuest } from "./host-greeting.ts";
import type { Fingerprint, Identity } from "./identity.ts";
import type { Lane } from "./lane.ts";
import { limits } from "./protocol.ts";
import { Seat } from "./seat.ts";
import { createSessionClock, createWallClock } from "./session-clock.ts";
import { systemTimers } from "../base/system-timers.ts";
import { tlsOptions } from "./tls.ts";

export interface OpenInvite {
  readonly secret: Uint8Array;
  /** Seconds since 1970; 0 = never. */
  readonly expires: number;
  readonly role: Role;
}

export interface HostOptions {
  readonly identity: Identity;
  /** Address to listen on: `::`, `0.0.0.0`, `127.0.0.1` …; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Asked at every join. */
  readonly invites: () => readonly OpenInvite[];
  readonly about: Lobby & Pick<Welcome, "workspace" | "uid" | "gid">;
  /** A guest's first range of node ids. */
  readonly nextRange: () => NodeId;
  readonly onRequest: (request: JoinRequest) => Promise<Admission>;
  /** A guest was admitted; the first thing to send is a snapshot. */
  readonly onGuest: (guest: GuestConnection) => GuestEvents;
  readonly clock?: SessionClock;
  readonly timers?: Timers;
  /** How long a seat waits for a guest that is gone. */
  readonly forgetMs?: number;
  readonly retainBytes?: number;
}

export interface HostLink {
  readonly port: number;
  readonly guests: readonly GuestConnection[];
  /** Tells every guest that the session ended, and stops listening. */
  close(detail?: string): Promise<void>;
}

export async function listenHost(options: HostOptions): Promise<HostLink> {
  const host = new Listener(options);
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => host.accept(socket));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.listen.port, options.listen.host, () => resolve());
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    get guests() {
      return host.guests();
    },
    close: (detail = "") => host.close(server, detail),
  };
}

/** What the greeting of one connection asks of the host. */
export interface Reception {
  readonly options: HostOptions;
  readonly clock: SessionClock;
  readonly timers: Timers;
  /** Undefined when the lobby is full; call the answer when the guest leaves the lobby. */
  enterLobby(): (() => void) | undefined;
  seat(peer: PeerId): Seat | undefined;
  /** A seat that the same key holds and nobody sits in is given up: its guest has begun anew, and will not resume it. */
  admit(
    lane: Lane,
    guest: {
      readonly name: string;
      readonly key: Fingerprint;
      readonly role: Role;
      readonly group: string;
      readonly address: string;
    },
  ): void;
  welcome(seat: Seat, resumed: boolean): Uint8Array;
}

class Listener implements Reception {
  readonly options: HostOptions;
  readonly clock: SessionClock;
  readonly timers: Timers;
  readonly #context;
  readonly #seats = new Map<PeerId, Seat>();
  readonly #sockets = new Set<Socket>();
  #strangers = 0;
  #inLobby = 0;
  #lastPeer = 0;

  constructor(options: HostOptions) {
    this.options = options;
    this.clock = options.clock ?? createSessionClock(createWallClock());
    this.timers = options.timers ?? systemTimers;
    this.#context = createSecureContext(tlsOptions(options.identity));
  }

  guests(): readonly GuestConnection[] {
    return [...this.#seats.values()];
  }

  /** Until a connection is greeted it is a stranger: few at a time, ten seconds, one small frame. */
  accept(tcp: Socket): void {
    if (this.#strangers >= limits.strangers) return void tcp.destroy();
    this.#strangers++;
    this.#sockets.add(tcp);
    let strange = true;
    const known = () => {
      if (strange) this.#strangers--;
      strange = false;
      timer.cancel();
    };
    const timer = this.timers.after(limits.greetingMs, () => tcp.destroy());
    tcp.once("close", () => {
      known();
      this.#sockets.delete(tcp);
    });
    const address = `${tcp.remoteAddress ?? "?"}:${tcp.remotePort ?? 0}`;
    const socket = new TLSSocket(tcp, {
      isServer: true,
      requestCert: true,
      rejectUnauthorized: false,
      secureContext: this.#context,
    });
    const giveUp = () => tcp.destroy();
    tcp.on("error", giveUp);
    socket.on("error", giveUp);
    socket.once("secure", () => greetGuest(this, { socket, address, known }));
  }

  enterLobby(): (() => void) | undefined {
    if (this.#inLobby >= limits.lobby || this.#seats.size + this.#inLobby >= limits.guests) return undefined;
    this.#inLobby++;
    let inside = true;
    return () => {
      if (inside) this.#inLobby--;
      inside = false;
    };
  }

  seat(peer: PeerId): Seat | undefined {
    return this.#seats.get(peer);
  }

  admit(lane: Lane, guest: Parameters<Reception["admit"]>[1]): void {
    const lost = [...this.#seats.values()].filter(({ key, away }) => away && key === guest.key);
    for (const seat of lost) seat.close("replaced");
    const seat = new Seat({
      peer: ++this.#lastPeer as PeerId,
      name: guest.name,
      key: guest.key,
      role: guest.role,
      token: randomBytes(32),
      returns: lost.length > 0,
      clock: this.clock,
      timers: this.timers,
      forgetMs: this.options.forgetMs ?? 600_000,
      retainBytes: this.options.retainBytes ?? 64 * 2 ** 20,
      over: (ended) => this.#seats.delete(ended.peer),
    });
    seat.group = guest.group;
    seat.address = guest.address;
    this.#seats.set(seat.peer, seat);
    seat.attach(lane, { lastIndex: 0, welcome: this.welcome(seat, false) });
    seat.begin(this.options.onGuest(seat));
  }

  welcome(seat: Seat, resumed: boolean): Uint8Array {
    const { peer, role } = seat;
    const { token } = seat.options;
    return encodeWelcome({
      ...this.options.about,
      peer,
      role,
      token,
      resumed,
      range: this.options.nextRange(),
      time: this.clock.now(),
    });
  }

  async close(server: Server, detail: string): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const seat of this.#seats.values()) seat.close("ended", detail);
    const open = [...this.#sockets];
    const timer = this.timers.after(1000, () => {
      for (const socket of open) socket.destroy();
    });
    for (const socket of open) socket.once("close", () => this.#sockets.delete(socket));
    await closed;
    timer.cancel();
  }
}
