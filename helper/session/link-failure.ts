import { type LinkError, linkErrorSentence } from "../peer/errors.ts";
import { SessionError, type SessionErrorCode } from "./errors.ts";

/** What a failed join means to the person who tried. */
export function sessionErrorOf(error: LinkError): SessionError {
  return new SessionError(codeOf(error), linkErrorSentence(error), { whole: true });
}

function codeOf({ code }: LinkError): SessionErrorCode {
  if (code.startsWith("invite-")) return "bad-invite";
  switch (code) {
    case "unreachable":
    case "timeout":
    case "cut":
      return "unreachable";
    case "declined":
    case "full":
    case "removed":
      return "declined";
    case "ended":
    case "session-unknown":
      return "host-gone";
    default:
      return "protocol";
  }
}
