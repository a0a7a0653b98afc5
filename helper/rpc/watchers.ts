/** The clients that are attached: each is told what changes, as fast as it reads and no faster. */
import type { MessageConnection } from "vscode-jsonrpc/node.js";
import type { Delta, NotificationName, Notifications, SessionEvent } from "../api.ts";
import type { Held } from "./session-state.ts";

/** Messages on their way to one client; one more, and it is told nothing until these have left. */
const mostOutstanding = 256;

export interface Watchers {
  readonly size: number;
  add(connection: MessageConnection): void;
  remove(connection: MessageConnection): void;
  changed(delta: Delta): void;
  event(event: SessionEvent): void;
}

interface Watcher {
  outstanding: number;
  behind: boolean;
}

/** `held`: the state now, for who has missed changes. `broken`: nothing can be sent to this client any more. */
export function createWatchers(held: () => Held, broken: (connection: MessageConnection) => void): Watchers {
  const watchers = new Map<MessageConnection, Watcher>();

  function send<N extends NotificationName>(connection: MessageConnection, name: N, value: Notifications[N]): void {
    const watcher = watchers.get(connection);
    if (watcher === undefined || watcher.behind) return;
    if (watcher.outstanding >= mostOutstanding) {
      watcher.behind = true;
      return;
    }
    watcher.outstanding += 1;
    connection.sendNotification(name, value).then(
      () => left(connection, watcher),
      () => broken(connection),
    );
  }

  /** Events that came meanwhile are gone; the state is told whole. */
  function left(connection: MessageConnection, watcher: Watcher): void {
    watcher.outstanding -= 1;
    if (!watcher.behind || watcher.outstanding > 0) return;
    watcher.behind = false;
    const { revision, state } = held();
    send(connection, "changed", { revision, ...state });
  }

  return {
    get size() {
      return watchers.size;
    },
    add(connection) {
      if (!watchers.has(connection)) watchers.set(connection, { outstanding: 0, behind: false });
    },
    remove: (connection) => void watchers.delete(connection),
    changed(delta) {
      for (const connection of watchers.keys()) send(connection, "changed", delta);
    },
    event(event) {
      for (const connection of watchers.keys()) send(connection, "event", event);
    },
  };
}
