/** Why there is no link, or no longer one: the closed list, each with what a person is told. Codes are on the wire: append only. */
const sentences = {
  "invite-malformed": "This is not a Pairmount invite.",
  "invite-damaged": "The invite is damaged or incomplete: copy the whole line again.",
  "invite-version": "The invite was made by a newer Pairmount: update this one.",
  "invite-expired": "The invite has expired: ask for a new one.",
  unreachable: "The host cannot be reached at any address in the invite.",
  "wrong-host-key": "Somebody else answered at the host's address: its key is not the one in the invite.",
  "wrong-secret": "The host does not know this invite, or something between you and the host altered the connection.",
  "no-key": "The other side showed no usable key.",
  version: "The two sides run Pairmount versions that do not understand each other.",
  declined: "The host declined.",
  full: "The session is full.",
  "session-unknown": "The host no longer knows this session: join again.",
  removed: "The host removed you from the session.",
  ended: "The host ended the session.",
  left: "The guest left.",
  replaced: "The same guest connected again.",
  protocol: "The other side broke the protocol.",
  timeout: "The other side did not answer in time.",
  "too-slow": "The other side takes in data too slowly.",
  cut: "The connection was cut.",
  cancelled: "Cancelled.",
} as const;

export type LinkErrorCode = keyof typeof sentences;

export const linkErrorCodes = Object.keys(sentences) as LinkErrorCode[];

export interface LinkError {
  readonly code: LinkErrorCode;
  /** What exactly, for the log, or what the other person wrote. */
  readonly detail: string;
}

export function linkError(code: LinkErrorCode, detail = ""): LinkError {
  return { code, detail };
}

/** `The host declined. (not today)` */
export function linkErrorSentence(error: LinkError): string {
  return error.detail === "" ? sentences[error.code] : `${sentences[error.code]} (${error.detail})`;
}
