/** The line with which `--json` tells that a command came to nothing. */
import type { SessionErrorCode } from "../session/errors.ts";

export interface Failed {
  readonly event: "failed";
  readonly code: SessionErrorCode | "unexpected";
  /** For the user. */
  readonly text: string;
}

export function failedLine(code: Failed["code"], text: string): string {
  const failed: Failed = { event: "failed", code, text };
  return `${JSON.stringify(failed)}\n`;
}
