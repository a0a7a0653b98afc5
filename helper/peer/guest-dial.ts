import type { TLSSocket } from "node:tls";
import type { Timers } from "../base/ports.ts";
import type { Address } from "./address.ts";
import { parse } from "./codec/bytes.ts";
import { encodeHello, type Hello, type Lobby, readLobby, readWelcome, type Welcome } from "./codec/greeting.ts";
import { type LinkError, linkError } from "./errors.ts";
import { proofOf } from "./greeting.ts";
import type { Fingerprint, Identity } from "./identity.ts";
import { Lane } from "./lane.ts";
import { frameType, limits, protocolVersion } from "./protocol.ts";
import { channelSecret, dial, groupOf } from "./tls.ts";

/** Between the starts of two attempts (RFC 8305 recommends 250 ms). */
const staggerMs = 250;

export interface DialOptions {
  readonly addresses: readonly Address[];
  readonly host: Fingerprint;
  readonly identity: Identity;
  readonly timers: Timers;
  readonly signal: AbortSignal;
}

export type Reached =
  | { readonly ok: true; readonly socket: TLSSocket; readonly address: Address }
  | { readonly ok: false; readonly error: LinkError };

/** Races the addresses; the first on which the host's own key answers wins, the others are dropped. */
export function reachHost(options: DialOptions): Promise<Reached> {
  const { addresses, host, identity, timers } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  return new Promise((resolve) => {
    let left = addresses.length;
    let error = linkError("unreachable");
    const settle = (reached: Reached) => {
      resolve(reached);
      stop.abort();
    };
    const attempt = async (address: Address) => {
      const dialled = await dial(address, { identity, timeoutMs: limits.greetingMs, signal });
      left--;
      if (dialled.ok && dialled.key === host && !signal.aborted)
        return settle({ ok: true, socket: dialled.socket, address });
      if (dialled.ok) {
        dialled.socket.destroy();
        error = linkError("wrong-host-key", `${address.host}:${address.port}`);
      } else if (error.code === "unreachable") error = linkError("unreachable", dialled.why);
      if (left === 0) settle({ ok: false, error: options.signal.aborted ? linkError("cancelled") : error });
    };
    if (left === 0) settle({ ok: false, error });
    addresses.forEach((address, i) => {
      if (i === 0) return void attempt(address);
      timers.after(i * staggerMs, () => void attempt(address));
    });
  });
}

export type Introduction =
  | { readonly purpose: "join"; readonly name: string; readonly readOnly: boolean }
  | { readonly purpose: "resume"; readonly peer: Welcome["peer"]; readonly lastIndex: number }
  | { readonly purpose: "bulk"; readonly peer: Welcome["peer"] };

export interface GreetOptions {
  readonly socket: TLSSocket;
  readonly secret: Uint8Array;
  readonly introduction: Introduction;
  readonly host: Fingerprint;
  readonly guest: Fingerprint;
  readonly timers: Timers;
  readonly signal: AbortSignal;
  readonly onLobby?: ((lobby: Lobby) => void) | undefined;
  /** Called while the welcome is being read: must hand the lane over before it returns. Absent on the bulk lane. */
  readonly onWelcome: (lane: Lane, welcome: Welcome | undefined, group: string) => void;
}

/** Introduces this guest on a fresh connection. Resolves with why not, or undefined after `onWelcome`. */
export function greetHost(options: GreetOptions): Promise<LinkError | undefined> {
  const { socket, introduction, timers, signal } = options;
  const group = groupOf(socket);
  const bulk = introduction.purpose === "bulk";
  return new Promise((resolve) => {
    const cancel = () => lane.close(linkError("cancelled"), false);
    const settle = (error: LinkError | undefined) => {
      timer.cancel();
      signal.removeEventListener("abort", cancel);
      resolve(error);
    };
    const welcomed = (welcome: Welcome | undefined) => {
      settle(undefined);
      options.onWelcome(lane, welcome, group);
      return undefined;
    };
    const lane = new Lane({
      socket,
      maxFrame: limits.greetingFrame,
      window: bulk ? limits.bulkWindow : limits.operationsWindow,
      maxQueue: 2 ** 28,
      events: {
        frame(type, body) {
          if (type === frameType.attached && bulk) return welcomed(undefined);
          if (type === frameType.lobby && introduction.purpose === "join") {
            const lobby = parse(body, readLobby);
            if (!lobby.ok) return lobby.why;
            timer.cancel();
            options.onLobby?.(lobby.value);
            return undefined;
          }
          if (type !== frameType.welcome || bulk) return `frame ${type} during the greeting`;
          const welcome = parse(body, readWelcome);
          if (!welcome.ok) return welcome.why;
          if (welcome.value.resumed !== (introduction.purpose === "resume")) return "welcome of another kind";
          return welcomed(welcome.value);
        },
        end: (error) => settle(error),
      },
    });
    const timer = timers.after(limits.greetingMs, () => lane.close(linkError("timeout"), false));
    if (signal.aborted) return cancel();
    signal.addEventListener("abort", cancel);
    lane.send(encodeHello(helloOf(options, group)));
  });
}

function helloOf(options: GreetOptions, group: string): Hello {
  const { secret, host, guest, introduction } = options;
  const channel = channelSecret(options.socket);
  const proof = proofOf({ secret, purpose: introduction.purpose, channel, host, guest });
  return { version: protocolVersion, proof, group, ...introduction };
}
