import type { Admission, JoinRequest } from "../peer/api.ts";
import type { SessionEvent, ShareOptions } from "./api.ts";

/** The host's answer to somebody in the lobby; the timeline hears of question and refusal. */
export function lobbyQuestion(
  options: Pick<ShareOptions, "decide">,
  emit: (event: SessionEvent) => void,
): (request: JoinRequest) => Promise<Admission> {
  return async ({ name, fingerprint, readOnlyRequested }) => {
    emit({ event: "peer", peer: name, state: "asking" });
    const wants = readOnlyRequested ? "read-only" : "read-write";
    const decision = await options.decide({ name, fingerprint, wants });
    if (decision.accept) return { accept: true, role: decision.access };
    emit({ event: "peer", peer: name, state: "declined" });
    return { accept: false, reason: decision.reason };
  };
}
