/** The edge of a session towards its clients: parses, dispatches, and tells events to those who watch. */
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
import { apiVersion, type Handlers, type RequestName, type SessionEvent, type SessionStatus } from "../api.ts";
import type { Disposable } from "../base/disposable.ts";
import { paramParsers } from "./shapes.ts";

export interface RpcService {
  status(): SessionStatus;
  /** Resolves once the session is over. */
  leave(): Promise<void>;
}

export interface RpcServer extends Disposable {
  /** To every client that watches. Never waits for one. */
  publish(event: SessionEvent): void;
  /** Answers still under way are delivered first, to clients that read them. */
  dispose(): Promise<void>;
}

/** A client that watches and does not read is dropped when this many bytes wait for it. */
const backlogLimit = 8 << 20;
const farewellMs = 1000;

/** `socket` must not exist; its folder belongs to the user alone. */
export async function startRpcServer(socket: string, service: RpcService): Promise<RpcServer> {
  const clients = new Map<Socket, { readonly connection: MessageConnection; watches: boolean }>();
  const server = createServer((client) => {
    const connection = createMessageConnection(
      new SocketMessageReader(client),
      new SocketMessageWriter(client),
      NullLogger,
    );
    const state = { connection, watches: false };
    clients.set(client, state);
    client.once("close", () => {
      clients.delete(client);
      connection.dispose();
    });
    client.on("error", () => client.destroy());
    connection.onError(() => client.destroy());
    serve(
      connection,
      handlersOf(service, () => (state.watches = true)),
    );
    connection.listen();
  });
  server.listen(socket);
  await once(server, "listening");
  await chmod(socket, 0o600);

  return {
    publish(event) {
      for (const [client, { connection, watches }] of clients) {
        if (!watches) continue;
        if (client.writableLength > backlogLimit) client.destroy();
        else void connection.sendNotification("event", event).catch(() => client.destroy());
      }
    },
    dispose: () => close(server, [...clients.keys()]),
  };
}

function handlersOf(service: RpcService, watch: () => void): Handlers {
  return {
    version: () => {
      const { role, mount, pid } = service.status();
      return { version: apiVersion, role, mount, pid };
    },
    status: () => service.status(),
    watch: () => {
      watch();
      return {};
    },
    leave: async () => {
      await service.leave();
      return {};
    },
  };
}

function serve(connection: MessageConnection, handlers: Handlers): void {
  const answer = (name: RequestName): void => {
    connection.onRequest(name, async (raw: unknown) => {
      // vscode-jsonrpc hands a cancellation token to the handler of a request that came without parameters.
      const params = paramParsers[name](isToken(raw) ? undefined : raw);
      if (params === undefined)
        return new ResponseError(ErrorCodes.InvalidParams, `${name}: parameters of another shape`);
      return await handlers[name](params);
    });
  };
  for (const name of Object.keys(handlers) as RequestName[]) answer(name);
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
