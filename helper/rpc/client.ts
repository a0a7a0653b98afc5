/** A client of one helper's control socket. */
import { once } from "node:events";
import { connect as connectTo, type Socket } from "node:net";
import {
  CancellationTokenSource,
  createMessageConnection,
  type Message,
  NullLogger,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node.js";
import {
  type Answered,
  apiVersion,
  type Asking,
  type Delta,
  type Notifications,
  type Params,
  refusedCode,
  type RequestName,
  type SessionEvent,
} from "../api.ts";
import type { Disposable } from "../base/disposable.ts";
import { SessionError } from "../session/errors.ts";
import { progressType } from "./serving.ts";
import { answerParsers, parseDelta, parseEvent, parsePresences, parseProgress, parseRefusal } from "./shapes.ts";

export interface RpcClient extends Disposable {
  /**
   * Rejects with SessionError: `protocol` for an answer of another shape, `host-gone` when the helper went meanwhile;
   * the code of a refusal that is for the user; with JSON-RPC's error where the helper did not take the request, or failed.
   */
  request<M extends RequestName>(name: M, params: Params<M>, asking?: Partial<Asking>): Promise<Answered<M>>;
  /** Resolves when the helper closed the connection, or `dispose` was called. */
  readonly closed: Promise<void>;
  dispose(): void;
}

export interface RpcEvents {
  readonly onEvent?: (event: SessionEvent) => void;
  readonly onChanged?: (delta: Delta) => void;
  readonly onPresence?: (told: Notifications["presence"]) => void;
}

/** A helper has not more on its way to a client (rpc/watchers.ts). */
const mostUnheard = 4200;

/** Connects and makes sure that both speak the same version. Rejects with the system's error when nobody listens. */
export async function connectRpc(socket: string, events: RpcEvents = {}): Promise<RpcClient> {
  const stream = connectTo(socket);
  await once(stream, "connect");
  const connection = createMessageConnection(new SocketMessageReader(stream), new ForgivingWriter(stream), NullLogger);
  const closed = new Promise<void>((resolve) =>
    stream.once("close", () => {
      void heard().then(() => {
        connection.dispose();
        resolve();
      });
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

  let tokens = 0;

  /** What is under way when the helper goes is rejected by the connection's own end. */
  async function answerOf(name: RequestName, params: object, asking: Partial<Asking>): Promise<unknown> {
    const { signal, onProgress } = asking;
    const cancel = new CancellationTokenSource();
    const abort = (): void => cancel.cancel();
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    const progressToken = onProgress === undefined ? undefined : (tokens += 1);
    const listening =
      progressToken === undefined
        ? undefined
        : connection.onProgress(progressType, progressToken, (raw: unknown) => {
            const progress = parseProgress(raw);
            if (progress !== undefined) onProgress?.(progress);
          });
    try {
      const sent = progressToken === undefined ? params : { ...params, progressToken };
      return await connection.sendRequest(name, sent, cancel.token);
    } catch (error) {
      const refusal =
        error instanceof ResponseError && error.code === refusedCode ? parseRefusal(error.data) : undefined;
      if (refusal !== undefined) throw new SessionError(refusal.code, refusal.detail);
      if (!stream.destroyed) throw error;
      throw new SessionError("host-gone", `the helper ended before it answered \`${name}\``);
    } finally {
      signal?.removeEventListener("abort", abort);
      listening?.dispose();
    }
  }

  const client: RpcClient = {
    closed,
    async request(name, params, asking = {}) {
      const raw = await answerOf(name, params, asking);
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

/** vscode-jsonrpc hands on one message a turn, and none any more once it is disposed: what came before the end is heard first. */
async function heard(): Promise<void> {
  for (let turn = 0; turn < mostUnheard; turn++) await new Promise((resolve) => setImmediate(resolve));
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
