/** How a command can end, beside the failures of session/errors.ts (10 and up). */
import { exitCodeOf, sentenceOf, sessionErrorCodes } from "../session/errors.ts";

export const exit = {
  fine: 0,
  unexpected: 1,
  usage: 2,
  /** `doctor` found something that must be mended. */
  unhealthy: 3,
  /** No session where one was asked for. */
  noSession: 4,
  /** A second signal: the helper ended without waiting for its unmount, which the mount step then makes. */
  forced: 130,
} as const;

/** The closed list, for `--help`. */
export function exitCodeTable(): readonly string[] {
  const rows: [number, string][] = [
    [exit.fine, "Fine"],
    [exit.unexpected, "Something unexpected; the sentence says where the log is"],
    [exit.usage, "The command line was not understood"],
    [exit.unhealthy, "doctor found something that must be mended"],
    [exit.noSession, "There is no such session"],
    ...sessionErrorCodes.map((code): [number, string] => [exitCodeOf(code), sentenceOf(code)]),
    [exit.forced, "Ended by a second signal, without waiting"],
  ];
  return rows.map(([code, text]) => `  ${String(code).padStart(3)}  ${text}`);
}
