import type { Timers } from "../base/ports.ts";
import type { Address } from "./address.ts";
import type { LinkError } from "./errors.ts";
import { greetHost, type Introduction, reachHost } from "./guest-dial.ts";
import type { Fingerprint, Identity } from "./identity.ts";
import type { Lane } from "./lane.ts";
import { pause } from "./pause.ts";

const backoff = (attempt: number): number => Math.min(50 * 2 ** attempt, 2000);

export interface RedialOptions {
  readonly host: Fingerprint;
  readonly identity: Identity;
  readonly addresses: readonly Address[];
  /** The seat's. */
  readonly token: Uint8Array;
  readonly timers: Timers;
  readonly signal: AbortSignal;
}

export interface Redialled {
  /** Why there is no connection. */
  readonly lost: LinkError;
  /** Asked before each attempt. */
  readonly wanted: () => boolean;
  readonly introduction: () => Introduction;
  /** Must hand the lane over before it returns. */
  readonly onWelcome: (lane: Lane, group: string) => void;
  /** After such an answer there is no next attempt. */
  readonly isFinal?: (error: LinkError) => boolean;
}

/** Resolves after `onWelcome` with undefined; else with why there is no connection still. */
export type Redial = (redialled: Redialled) => Promise<LinkError | undefined>;

/** A guest that has a seat calls its host again, with longer and longer pauses. */
export function createRedial(options: RedialOptions): Redial {
  const { host, identity, timers, signal } = options;

  async function connect({ introduction, onWelcome }: Redialled): Promise<LinkError | undefined> {
    const introduced = introduction();
    const reached = await reachHost(options);
    if (!reached.ok) return reached.error;
    return await greetHost({
      socket: reached.socket,
      secret: options.token,
      introduction: introduced,
      host,
      guest: identity.fingerprint,
      timers,
      signal,
      onWelcome: (lane, _welcome, group) => onWelcome(lane, group),
    });
  }

  return async (redialled) => {
    let error = redialled.lost;
    for (let attempt = 0; redialled.wanted(); attempt++) {
      const failed = await connect(redialled);
      if (failed === undefined) return undefined;
      error = failed;
      if (redialled.isFinal?.(error) === true) break;
      await pause(timers, backoff(attempt), signal);
    }
    return error;
  };
}
