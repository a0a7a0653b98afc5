/**
 * Presence at the edge towards clients. In: each window says where it is; together they are one peer, which is where the
 * window is that had the focus last. Out: a client that is attached is told where the others are, one message at a time: what came
 * meanwhile is told by the latest alone.
 */
import type { PeerPresence, Presence, WindowPresence } from "../api.ts";
import type { Disposable } from "../base/disposable.ts";
import { createPaced } from "../base/paced.ts";
import type { Timers } from "../base/ports.ts";

/** Clients are told no more often. Milliseconds. */
const everyMs = 50;
const mostUnsaved = 32;

export interface PresenceDesk<C> extends Disposable {
  /** From now on this client is told; at once where the others are, if they are anywhere. Twice is once. */
  attach(client: C): void;
  remove(client: C): void;
  present(client: C, presence: WindowPresence): void;
  /** The others are elsewhere now. */
  moved(): void;
  dispose(): void;
}

interface Listener {
  sending: boolean;
  /** Something else is to be said once that has left. */
  again: boolean;
}

export function createPresenceDesk<C>(parts: {
  readonly timers: Timers;
  readonly others: () => readonly PeerPresence[];
  readonly present: (presence: Presence) => void;
  /** Resolves when it has left; a client that is broken is removed by its connection's end. */
  readonly send: (client: C, peers: readonly PeerPresence[]) => Promise<void>;
}): PresenceDesk<C> {
  const listeners = new Map<C, Listener>();
  const windows = new Map<C, { readonly presence: Presence; readonly turn: number }>();
  let turns = 0;
  const telling = createPaced(parts.timers, everyMs, () => {
    for (const client of listeners.keys()) tell(client);
  });

  function tell(client: C): void {
    const listener = listeners.get(client);
    if (listener === undefined) return;
    listener.again = listener.sending;
    if (listener.sending) return;
    listener.sending = true;
    const left = (): void => {
      listener.sending = false;
      if (listener.again) tell(client);
    };
    parts.send(client, parts.others()).then(left, () => undefined);
  }

  function presentAll(): void {
    const all = [...windows.values()].toSorted((one, other) => other.turn - one.turn);
    const unsaved = new Set(all.flatMap(({ presence }) => presence.unsaved));
    parts.present({ file: all[0]?.presence.file ?? null, unsaved: [...unsaved].slice(0, mostUnsaved) });
  }

  return {
    attach(client) {
      if (listeners.has(client)) return;
      listeners.set(client, { sending: false, again: false });
      if (parts.others().length > 0) tell(client);
    },
    remove(client) {
      listeners.delete(client);
      if (windows.delete(client)) presentAll();
    },
    present(client, { focused, file, unsaved }) {
      const turn = focused ? ++turns : (windows.get(client)?.turn ?? 0);
      windows.set(client, { presence: { file, unsaved }, turn });
      presentAll();
    },
    moved: () => telling.call(undefined),
    dispose: () => telling.dispose(),
  };
}
