/** The edge of a session towards its clients: parses, dispatches, and tells those who are attached what changes. */
import { chmod } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import {
  createMessageConnection,
  type MessageConnection,
  NullLogger,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node.js";
import {
  apiVersion,
  type Handlers,
  type PeerPresence,
  type PendingJoin,
  type Presence,
  type SessionCommit,
  type SessionEvent,
  type SessionState,
  type SessionStatus,
} from "../api.ts";
import type { Disposable } from "../base/disposable.ts";
import { createClaims } from "./claims.ts";
import { systemTimers } from "../base/system-timers.ts";
import { createPresenceDesk } from "./presence-desk.ts";
import { createPulse } from "./pulse.ts";
import { changesOf, commitsAfter } from "./session-state.ts";
import { serve } from "./serving.ts";
import { createWatchers } from "./watchers.ts";

/** The session, as its clients may use it. */
export interface RpcService
  extends Pick<
    Handlers,
    "decide" | "setAccess" | "remove" | "recovered" | "keep" | "discard" | "keepCopy" | "endSoon"
  > {
  status(): SessionStatus;
  joins(): readonly Omit<PendingJoin, "asked">[];
  present(presence: Presence): void;
  presences(): readonly PeerPresence[];
  /** Resolves once the session is over. */
  leave(): Promise<void>;
}

export interface RpcServer extends Disposable {
  /** Connected now, attached or not. */
  readonly clients: number;
  /** To every client that is attached. Never waits for one. */
  publish(event: SessionEvent): void;
  /** `presences` says something else now. */
  moved(): void;
  /** Answers still under way are delivered first, to clients that read them. */
  dispose(): Promise<void>;
}

const farewellMs = 1000;
/** How long a session is beginning for its clients. */
const beginningMs = 60_000;
const mostWarnings = 20;

/**
 * `socket` must not exist; its folder belongs to the user alone. `before`: what happened while the session began. Its warnings are
 * told to every client that attaches soon: an editor's window attaches, and may be replaced by that of the mount at once.
 */
export async function startRpcServer(
  socket: string,
  service: RpcService,
  before: readonly SessionEvent[] = [],
): Promise<RpcServer> {
  const clients = new Map<MessageConnection, Socket>();
  const claims = createClaims<MessageConnection>();
  let commits: readonly SessionCommit[] = [];
  let warnings = before.filter(({ event }) => event === "warning").slice(0, mostWarnings);
  const forgetting = systemTimers.after(beginningMs, () => (warnings = []));
  let shown = now();
  const watchers = createWatchers(look, (connection) => clients.get(connection)?.destroy());
  const pulse = createPulse(() => watchers.size > 0, look);

  const desk = createPresenceDesk<MessageConnection>({
    timers: systemTimers,
    others: () => service.presences(),
    present: (presence) => service.present(presence),
    send: (connection, peers) => connection.sendNotification("presence", { peers }),
  });

  function now(): SessionState {
    const joins = service.joins().map((join) => ({ ...join, asked: claims.has(join.id) }));
    return { status: service.status(), joins, commits };
  }

  /** Whoever is attached is told what changed. */
  function look(): SessionState {
    const state = now();
    claims.keepOnly(state.joins.map(({ id }) => id));
    const sections = changesOf(shown, state);
    if (sections === undefined) return state;
    shown = state;
    watchers.changed(sections);
    return state;
  }

  /** What a client asked for is seen by all. */
  function thenLook<T>(answer: T): T {
    pulse.soon();
    return answer;
  }

  function handlersOf(connection: MessageConnection): Handlers {
    return {
      version: () => {
        const { role, mount, pid } = service.status();
        return { version: apiVersion, role, mount, pid };
      },
      status: () => service.status(),
      attach: () => {
        const state = look();
        const revision = watchers.add(connection);
        pulse.begin();
        desk.attach(connection);
        // After the answer: a client knows no session before.
        setImmediate(() => warnings.forEach((event) => watchers.eventTo(connection, event)));
        return { revision, state };
      },
      decide: (params, asking) => thenLook(service.decide(params, asking)),
      setAccess: (params, asking) => thenLook(service.setAccess(params, asking)),
      remove: (params, asking) => thenLook(service.remove(params, asking)),
      recovered: (params, asking) => service.recovered(params, asking),
      keep: (params, asking) => service.keep(params, asking),
      discard: (params, asking) => thenLook(service.discard(params, asking)),
      endSoon: (params, asking) => service.endSoon(params, asking),
      keepCopy: (params, asking) => service.keepCopy(params, asking),
      claim: ({ id }) =>
        thenLook({ settled: service.joins().some((join) => join.id === id) && claims.claim(id, connection) }),
      present: (params) => {
        desk.present(connection, params);
        return {};
      },
      leave: async () => {
        await service.leave();
        return {};
      },
    };
  }

  const server = createServer((client) => {
    const connection = createMessageConnection(
      new SocketMessageReader(client),
      new SocketMessageWriter(client),
      NullLogger,
    );
    clients.set(connection, client);
    client.once("close", () => {
      clients.delete(connection);
      watchers.remove(connection);
      claims.release(connection);
      pulse.soon();
      desk.remove(connection);
      connection.dispose();
    });
    client.on("error", () => client.destroy());
    connection.onError(() => client.destroy());
    serve(connection, handlersOf(connection));
    connection.listen();
  });
  server.listen(socket);
  await once(server, "listening");
  await chmod(socket, 0o600);

  return {
    get clients() {
      return clients.size;
    },
    publish(event) {
      commits = commitsAfter(commits, event);
      watchers.event(event);
      pulse.soon();
    },
    moved: () => desk.moved(),
    async dispose() {
      forgetting.cancel();
      pulse.dispose();
      desk.dispose();
      const closed = close(server, [...clients.values()]);
      await delivered([...clients.keys()]);
      for (const client of clients.values()) client.end();
      await closed;
    },
  };
}

/** What was sent, and the answers decided by now, are written: a last message leaves after them. Never rejects. */
async function delivered(connections: readonly MessageConnection[]): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  // `$/`: no client answers for a notification it does not know (LSP specification, "$ Notifications and Requests").
  await Promise.allSettled(connections.map(async (connection) => await connection.sendNotification("$/bye")));
}

/** Resolves when all connections are gone; those that are not read by then are cut. */
async function close(server: Server, clients: readonly Socket[]): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const timer = setTimeout(() => {
    for (const client of clients) client.destroy();
  }, farewellMs);
  await closed;
  clearTimeout(timer);
}
