/** All that the extension takes of the helper: the contract, a client of it, and where sessions are found. */
import type * as client from "../helper/rpc/client.ts";

export type {
  Access,
  Answered,
  Asking,
  Delta,
  Kept,
  Params,
  PeerPresence,
  PeerStatus,
  PendingJoin,
  Progress,
  RequestName,
  SessionCommit,
  SessionEvent,
  SessionState,
  SessionStatus,
  Transfer,
} from "../helper/api.ts";
export { hiddenByDefault } from "../helper/git/hidden-names.ts";
export type { Timers } from "../helper/base/ports.ts";
export { createPaced } from "../helper/base/paced.ts";
export { systemTimers } from "../helper/base/system-timers.ts";
export type { RpcClient } from "../helper/rpc/client.ts";
export { figure, fromJson, list, oneOf, orNull, record, text } from "../helper/rpc/parse.ts";
export { openRegistry, type RegisteredSession } from "../helper/session/registry.ts";
export { newestLogs } from "../helper/cli/log-folder.ts";
export { inviteLink, tokenOf } from "../helper/peer/invite.ts";

/** The client with its JSON-RPC is half of the code: a file of its own (esbuild.mjs), which activation does not wait for. */
export const connectRpc: typeof client.connectRpc = async (socket, events) => {
  const { connectRpc: connect } = await import("../helper/rpc/client.ts");
  return await connect(socket, events);
};
