/** A client of one helper's control socket. */
import { once } from "node:events";
import { connect as connectTo, type Socket } from "node:net";
import {
  createMessageConnection,
  type Message,
  NullLogger,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node.js";
import {
  type Answered,
  apiVersion,
  type Delta,
  type Notifications,
  type Params,
  type RequestName,
  type SessionEvent,
} from "../api.ts";
import type { Disposable } from "../base/disposable.ts";
import { SessionError } from "../session/errors.ts";
import { answerParsers, parseDelta, parseEvent, parsePresences } from "./shapes.ts";

export interface RpcClient extends Disposable {
  /**
   * Rejects with SessionError: `protocol` for an answer of another shape, `host-gone` when the helper went meanwhile;
   * with JSON-RPC's error where the helper refused the request.
   */
  request<M extends RequestName>(name: M, params: Params<M>): Promise<Answered<M>>;
  /** Resolves when the helper closed the connection, or `dispose` was called. */
  readonly closed: Promise<void>;
  dispose(): void;
}

export interface RpcEvents {
  readonly onEvent?: (event: SessionEvent) => void;
  readonly onChanged?: (delta: Delta) => void;
  readonly onPresence?: (told: Notifications["presence"]) => void;
}

/** Connects and makes sure that both speak the same version. Rejects with the system's error when nobody listens. */
export async function connectRpc(socket: string, events: RpcEvents = {}): Promise<RpcClient> {
  const stream = connectTo(socket);
  await once(stream, "connect");
  const connection = createMessageConnection(new SocketMessageReader(stream), new ForgivingWriter(stream), NullLogger);
  const closed = new Promise<void>((resolve) =>
    stream.once("close", () => {
      connection.dispose();
      resolve();
    }),
  );
  stream.on("error", () => stream.destroy());
  connection.onError(() => stream.destroy());
  connection.onNotification("event", (raw: unknown) => {
    const event = parseEvent(raw);
    if (event !== undefined) events.onEvent?.(event);
  });
  connection.onNotification("changed", (raw: unknown) => {
    const delta = parseDelta(raw);
    if (delta !== undefined) events.onChanged?.(delta);
  });
  connection.onNotification("presence", (raw: unknown) => {
    const told = parsePresences(raw);
    if (told !== undefined) events.onPresence?.(told);
  });
  connection.listen();

  /** What is under way when the helper goes is rejected by the connection's own end. */
  async function answerOf<M extends RequestName>(name: M, params: Params<M>): Promise<unknown> {
    try {
      return await connection.sendRequest(name, params);
    } catch (error) {
      if (!stream.destroyed) throw error;
      throw new SessionError("host-gone", `the helper ended before it answered \`${name}\``);
    }
  }

  const client: RpcClient = {
    closed,
    async request(name, params) {
      const raw = await answerOf(name, params);
      const answer = answerParsers[name](raw);
      if (answer === undefined) throw new SessionError("protocol", `the answer to \`${name}\` has another shape`);
      return answer;
    },
    dispose() {
      connection.dispose();
      stream.destroy();
    },
  };
  const { version } = await client.request("version", {});
  if (version === apiVersion) return client;
  client.dispose();
  throw new SessionError(
    "protocol",
    `this helper speaks version ${version} of its control socket, this program ${apiVersion}`,
  );
}

/** A request that cannot be written ends the connection; vscode-jsonrpc would also throw it where nobody catches. */
class ForgivingWriter extends SocketMessageWriter {
  readonly #stream: Socket;

  constructor(stream: Socket) {
    super(stream);
    this.#stream = stream;
  }

  override async write(message: Message): Promise<void> {
    await super.write(message).catch(() => this.#stream.destroy());
  }
}
