/** All that the extension takes of the helper: the contract, a client of it, and where sessions are found. */
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
export { connectRpc, type RpcClient } from "../helper/rpc/client.ts";
export { figure, fromJson, list, oneOf, orNull, record, text } from "../helper/rpc/parse.ts";
export { openRegistry, type RegisteredSession } from "../helper/session/registry.ts";
export { newestLogs } from "../helper/cli/log-folder.ts";
export { inviteLink } from "../helper/peer/invite.ts";
