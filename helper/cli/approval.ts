/** Who is let in, and as what. */
import type { Access, JoinDecision, JoinRequest } from "../session/api.ts";
import { printable } from "./format.ts";

/** Who decides: the person at the terminal, clients of the control socket, or nobody: everybody with the invite is let in. */
export type Approver = "terminal" | "clients" | "all";

export interface ApprovalRule {
  readonly approve: Approver;
  /** What guests get at most. */
  readonly access: Access;
}

export function acceptAs(wants: Access, atMost: Access): JoinDecision {
  return { accept: true, access: wants === "read-only" ? "read-only" : atMost };
}

export const nobodyToAsk: JoinDecision = {
  accept: false,
  reason: "nobody is at the host's terminal to be asked; the host can share with --approve clients or --accept",
};

export function question(request: JoinRequest, atMost: Access): string {
  const wants = request.wants === "read-only" ? "asks to read along" : "asks to join";
  const choices = canWrite(request, atMost) ? "y = read and write, r = read only, n = no" : "y = read only, n = no";
  return `${printable(request.name)} ${wants}. Fingerprint ${printable(request.fingerprint)}\n  ${choices} > `;
}

/** Undefined: not understood, ask again. */
export function answerOf(line: string, request: JoinRequest, atMost: Access): JoinDecision | undefined {
  switch (line.trim().toLowerCase()) {
    case "y":
    case "yes":
      return acceptAs(request.wants, atMost);
    case "r":
      return { accept: true, access: "read-only" };
    case "n":
    case "no":
      return { accept: false, reason: "" };
    default:
      return undefined;
  }
}

function canWrite(request: JoinRequest, atMost: Access): boolean {
  return atMost === "read-write" && request.wants === "read-write";
}
