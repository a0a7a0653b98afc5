/** What a running session shows: a screen for people, or JSON lines for programs. */
import type { JoinDecision, JoinRequest, Progress, SessionEvent } from "../session/api.ts";

/** The first thing a session tells. */
export type Started =
  | {
      readonly event: "shared";
      readonly mount: string;
      readonly invite: string | null;
      readonly pid: number;
      readonly socket: string;
      readonly port: number | null;
      /** The first few of what is hidden now, and how many there are. */
      readonly hidden: { readonly count: number; readonly first: readonly string[] };
      /** What git ignores stays with who writes it, or is shared like everything else. */
      readonly ignored: "apart" | "shared";
    }
  | { readonly event: "joined"; readonly mount: string; readonly pid: number; readonly socket: string };

export interface SessionView {
  /** Once, before any event is shown; events told earlier are shown right after. */
  started(started: Started): void;
  event(event: SessionEvent): void;
  progress(progress: Progress): void;
  /** The request's signal takes the question back: the answer then counts for nothing. */
  decide(request: JoinRequest): Promise<JoinDecision>;
  /** Nothing is shown afterwards, and nobody is asked. */
  close(): void;
}
