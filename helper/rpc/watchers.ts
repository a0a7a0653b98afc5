/** The clients that are attached: each is told what changes, as fast as it reads and no faster. */
import type { MessageConnection } from "vscode-jsonrpc/node.js";
import type { NotificationName, Notifications, SessionEvent, SessionState } from "../api.ts";
import type { Sections } from "./session-state.ts";

/**
 * On their way to one client: so many events, or a sixty-fourth as many changes. One more, and it is told nothing until
 * these have left. Only one is bytes in its socket at a time; the others share what they say with the session.
 */
type Told = Exclude<NotificationName, "presence">;
const mostOutstanding = 4096;
const weights: { readonly [N in Told]: number } = { event: 1, changed: 64 };

export interface Watchers {
  readonly size: number;
  /** The revision at which this client is, from now on one more with each `changed` it is sent. Twice is once. */
  add(connection: MessageConnection): number;
  remove(connection: MessageConnection): void;
  changed(sections: Sections): void;
  event(event: SessionEvent): void;
  /** To one; nothing where it is not attached. */
  eventTo(connection: MessageConnection, event: SessionEvent): void;
}

interface Watcher {
  revision: number;
  outstanding: number;
  behind: boolean;
}

/** `state`: as it is now, for who has missed changes. `broken`: nothing can be sent to this client any more. */
export function createWatchers(state: () => SessionState, broken: (connection: MessageConnection) => void): Watchers {
  const watchers = new Map<MessageConnection, Watcher>();

  function send<N extends Told>(
    connection: MessageConnection,
    name: N,
    message: (watcher: Watcher) => Notifications[N],
  ): void {
    const watcher = watchers.get(connection);
    if (watcher === undefined || watcher.behind) return;
    if (watcher.outstanding >= mostOutstanding) {
      watcher.behind = true;
      return;
    }
    watcher.outstanding += weights[name];
    connection.sendNotification(name, message(watcher)).then(
      () => left(connection, name, watcher),
      () => broken(connection),
    );
  }

  function tell(connection: MessageConnection, sections: Sections): void {
    send(connection, "changed", (watcher) => ({ revision: ++watcher.revision, ...sections }));
  }

  /** Events that came meanwhile are gone; the state is told whole. */
  function left(connection: MessageConnection, name: Told, watcher: Watcher): void {
    watcher.outstanding -= weights[name];
    if (!watcher.behind || watcher.outstanding > 0) return;
    const whole = state();
    watcher.behind = false;
    tell(connection, whole);
  }

  return {
    get size() {
      return watchers.size;
    },
    add(connection) {
      const watcher = watchers.get(connection) ?? { revision: 1, outstanding: 0, behind: false };
      watchers.set(connection, watcher);
      return watcher.revision;
    },
    remove: (connection) => void watchers.delete(connection),
    changed(sections) {
      for (const connection of watchers.keys()) tell(connection, sections);
    },
    eventTo: (connection, event) => send(connection, "event", () => event),
    event(event) {
      for (const connection of watchers.keys()) send(connection, "event", () => event);
    },
  };
}
