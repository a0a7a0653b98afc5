/** The edge of a session towards its clients: parses, dispatches, and tells those who are attached what changes. */
import { chmod } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import {
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  NullLogger,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node.js";
import {
  type Answered,
  apiVersion,
  type Handlers,
  type PendingJoin,
  type RequestName,
  type SessionEvent,
  type SessionStatus,
} from "../api.ts";
import type { Disposable } from "../base/disposable.ts";
import { firstState, next, type StateInput } from "./session-state.ts";
import { paramParsers } from "./shapes.ts";
import { createWatchers } from "./watchers.ts";

/** The session, as its clients may use it. */
export interface RpcService extends Pick<Handlers, "decide" | "setAccess" | "remove" | "recovered" | "discard"> {
  status(): SessionStatus;
  joins(): readonly PendingJoin[];
  /** Resolves once the session is over. */
  leave(): Promise<void>;
}

export interface RpcServer extends Disposable {
  /** To every client that is attached. Never waits for one. */
  publish(event: SessionEvent): void;
  /** Answers still under way are delivered first, to clients that read them. */
  dispose(): Promise<void>;
}

const farewellMs = 1000;
/** How soon what changed without an event is seen, and how soon after an event. */
const lookMs = { idle: 250, soon: 20 } as const;

/** `socket` must not exist; its folder belongs to the user alone. */
export async function startRpcServer(socket: string, service: RpcService): Promise<RpcServer> {
  const clients = new Map<MessageConnection, Socket>();
  let held = firstState(service.status(), service.joins());
  let timer: NodeJS.Timeout | undefined;
  const watchers = createWatchers(
    () => held,
    (connection) => clients.get(connection)?.destroy(),
  );

  function take(input: StateInput): void {
    const { held: now, delta } = next(held, input);
    held = now;
    if (delta !== undefined) watchers.changed(delta);
  }

  function look(): void {
    take({ t: "now", status: service.status(), joins: service.joins() });
  }

  /** Nobody attached: nothing is looked at. */
  function lookIn(ms: number): void {
    clearTimeout(timer);
    timer = watchers.size === 0 ? undefined : setTimeout(lookAgain, ms).unref();
  }

  function lookAgain(): void {
    look();
    lookIn(lookMs.idle);
  }

  function handlersOf(connection: MessageConnection): Handlers {
    return {
      version: () => {
        const { role, mount, pid } = service.status();
        return { version: apiVersion, role, mount, pid };
      },
      status: () => service.status(),
      attach: () => {
        look();
        watchers.add(connection);
        lookIn(lookMs.idle);
        return held;
      },
      decide: (params) => service.decide(params),
      setAccess: (params) => service.setAccess(params),
      remove: (params) => service.remove(params),
      recovered: (params) => service.recovered(params),
      discard: (params) => service.discard(params),
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
    publish(event) {
      take({ t: "event", event });
      watchers.event(event);
      lookIn(lookMs.soon);
    },
    async dispose() {
      clearTimeout(timer);
      await close(server, [...clients.values()]);
    },
  };
}

function serve(connection: MessageConnection, handlers: Handlers): void {
  for (const name of Object.keys(handlers) as RequestName[])
    connection.onRequest(name, async (raw: unknown) => {
      // vscode-jsonrpc hands a cancellation token to the handler of a request that came without parameters.
      const answer = answerOf(handlers, name, isToken(raw) ? undefined : raw);
      return answer ?? new ResponseError(ErrorCodes.InvalidParams, `${name}: parameters of another shape`);
    });
}

/** Undefined: the parameters are of another shape. */
function answerOf<M extends RequestName>(
  handlers: Handlers,
  name: M,
  raw: unknown,
): Answered<M> | Promise<Answered<M>> | undefined {
  const params = paramParsers[name](raw);
  return params === undefined ? undefined : handlers[name](params);
}

function isToken(raw: unknown): boolean {
  return typeof raw === "object" && raw !== null && "onCancellationRequested" in raw;
}

async function close(server: Server, clients: readonly Socket[]): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const client of clients) client.end();
  const timer = setTimeout(() => {
    for (const client of clients) client.destroy();
  }, farewellMs);
  await closed;
  clearTimeout(timer);
}
