/** Failures the user is told about: one closed list, each with its exit code and its sentence. `detail` fills the blank. */
const sentences = {
  "bad-invite": { exit: 10, text: "This invite cannot be used" },
  "folder-missing": { exit: 11, text: "The folder to share is not there, or is no directory" },
  "mount-point": { exit: 12, text: "The mount point cannot be used" },
  "no-right-to-mount": { exit: 13, text: "Mounting needs a right this process does not have" },
  "no-fuse": { exit: 14, text: "FUSE is not available on this machine" },
  "mount-failed": { exit: 15, text: "The mount could not be made" },
  unreachable: { exit: 16, text: "The host cannot be reached" },
  declined: { exit: 17, text: "The host declined" },
  protocol: { exit: 18, text: "The other side speaks another version, or broke the protocol" },
  "already-shared": { exit: 19, text: "This folder is shared already" },
  driver: { exit: 20, text: "This driver cannot be used here" },
  "host-gone": { exit: 21, text: "The host is gone" },
  cancelled: { exit: 22, text: "Cancelled" },
  "keep-target": { exit: 23, text: "The copy cannot be kept there" },
  "keep-incomplete": { exit: 24, text: "The copy is not complete" },
} as const;

export type SessionErrorCode = keyof typeof sentences;

export class SessionError extends Error {
  readonly code: SessionErrorCode;
  /** Without the code's own sentence. */
  readonly detail: string;
  /** `whole`: the detail is a sentence that says it all. */
  constructor(code: SessionErrorCode, detail: string, { whole = false } = {}) {
    super(whole ? detail : `${sentences[code].text}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
  get exitCode(): number {
    return sentences[this.code].exit;
  }
}

export function cancelled(): SessionError {
  return new SessionError("cancelled", "the session had not begun");
}
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

export const sessionErrorCodes = Object.keys(sentences) as SessionErrorCode[];
export function exitCodeOf(code: SessionErrorCode): number {
  return sentences[code].exit;
}
export function sentenceOf(code: SessionErrorCode): string {
  return sentences[code].text;
}
