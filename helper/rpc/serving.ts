/** Requests of one client: parsed, cancelled, answered. */
import {
  type CancellationToken,
  ErrorCodes,
  type MessageConnection,
  ProgressType,
  ResponseError,
} from "vscode-jsonrpc/node.js";
import type { Answered, Asking, Handlers, Progress, RefusalData, RequestName } from "../api.ts";
import { refusedCode } from "../api.ts";
import { SessionError } from "../session/errors.ts";
import { figure } from "./parse.ts";
import { paramParsers } from "./shapes.ts";

export const progressType = new ProgressType<Progress>();

/** What is under way when the connection ends is cancelled: nobody waits for it. */
export function serve(connection: MessageConnection, handlers: Handlers): void {
  const over = new AbortController();
  connection.onClose(() => over.abort());
  for (const name of Object.keys(handlers) as RequestName[])
    connection.onRequest(name, async (...given: readonly unknown[]) => {
      // vscode-jsonrpc hands only a cancellation token to the handler of a request that came without parameters.
      const token = given.at(-1) as CancellationToken;
      const raw = given.length > 1 ? given[0] : undefined;
      const asking = askingOf(connection, AbortSignal.any([over.signal, signalOf(token)]), raw);
      const answer = answerOf(handlers, name, withoutToken(raw), asking);
      if (answer === undefined)
        return new ResponseError(ErrorCodes.InvalidParams, `${name}: parameters of another shape`);
      try {
        return await answer;
      } catch (error) {
        if (!(error instanceof SessionError)) throw error;
        const { code, detail } = error;
        return new ResponseError<RefusalData>(refusedCode, error.message, { code, detail });
      }
    });
}

/** Undefined: the parameters are of another shape. */
function answerOf<M extends RequestName>(
  handlers: Handlers,
  name: M,
  raw: unknown,
  asking: Asking,
): Answered<M> | Promise<Answered<M>> | undefined {
  const params = paramParsers[name](raw);
  return params === undefined ? undefined : handlers[name](params, asking);
}

function askingOf(connection: MessageConnection, signal: AbortSignal, raw: unknown): Asking {
  const token = figure((raw as { readonly progressToken?: unknown } | null | undefined)?.progressToken);
  return {
    signal,
    onProgress(progress) {
      if (token === undefined || signal.aborted) return;
      // A client that went is seen by its closed connection.
      connection.sendProgress(progressType, token, progress).catch(() => undefined);
    },
  };
}

/** The token is JSON-RPC's, not the request's. */
function withoutToken(raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null || !("progressToken" in raw)) return raw;
  const { progressToken: _token, ...params } = raw;
  return params;
}

function signalOf(token: CancellationToken): AbortSignal {
  const cancel = new AbortController();
  if (token.isCancellationRequested) cancel.abort();
  else token.onCancellationRequested(() => cancel.abort());
  return cancel.signal;
}
