/** Who waits to be let in. A terminal may be asked, clients may answer; the first answer counts, and a guest may go away. */
import type { Admission, JoinRequest as LinkRequest } from "../peer/api.ts";
import type { Access, JoinDecision, JoinRequest, SessionEvent, ShareOptions } from "./api.ts";

export interface Waiting {
  readonly id: number;
  readonly name: string;
  readonly fingerprint: string;
  readonly wants: Access;
}

export interface Lobby {
  /** `elsewhere` asks somebody else, too; its signal aborts when that question is settled otherwise. */
  ask(request: JoinRequest, elsewhere?: (signal: AbortSignal) => Promise<JoinDecision>): Promise<JoinDecision>;
  /** Oldest first. */
  waiting(): readonly Waiting[];
  /** False: nobody waits under this id any more. */
  decide(id: number, decision: JoinDecision): boolean;
}

export function createLobby(): Lobby {
  const waiting = new Map<number, Waiting & { readonly answer: (decision: JoinDecision) => void }>();
  let asked = 0;
  return {
    ask({ name, fingerprint, wants, signal }, elsewhere) {
      return new Promise((resolve) => {
        const id = ++asked;
        const settled = new AbortController();
        const answer = (decision: JoinDecision): void => {
          waiting.delete(id);
          signal.removeEventListener("abort", leave);
          resolve(decision);
          settled.abort();
        };
        const leave = (): void => answer({ accept: false, reason: "the guest went away" });
        if (signal.aborted) return leave();
        signal.addEventListener("abort", leave);
        waiting.set(id, { id, name, fingerprint, wants, answer });
        void elsewhere?.(settled.signal).then(answer);
      });
    },
    waiting: () => Array.from(waiting.values(), ({ answer: _answer, ...shown }) => shown),
    decide(id, decision) {
      const found = waiting.get(id);
      found?.answer(decision);
      return found !== undefined;
    },
  };
}

/** The host's answer to somebody in the lobby; the timeline hears of question and refusal, or that the guest left before. */
export function lobbyQuestion(
  options: Pick<ShareOptions, "decide">,
  emit: (event: SessionEvent) => void,
): (request: LinkRequest) => Promise<Admission> {
  return async ({ name, fingerprint, readOnlyRequested, signal }) => {
    emit({ event: "peer", peer: name, state: "asking" });
    const wants = readOnlyRequested ? "read-only" : "read-write";
    const decision = await options.decide({ name, fingerprint, wants, signal });
    if (decision.accept) return { accept: true, role: decision.access };
    emit({ event: "peer", peer: name, state: signal.aborted ? "left" : "declined" });
    return { accept: false, reason: decision.reason };
  };
}
