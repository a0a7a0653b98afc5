/** What the user is told, once and quietly. Pure. */
import type { SessionEvent } from "./helper-edge.ts";

export interface Notice {
  readonly level: "info" | "warning";
  readonly text: string;
  readonly actions: readonly NoticeAction[];
}
export type NoticeAction = "Compare" | "Show Recovered Versions" | "Keep a Copy…";

/** `role`: this peer's. */
export function noticeOf(event: SessionEvent, role: "host" | "guest"): Notice | undefined {
  switch (event.event) {
    case "peer": {
      // A guest whose host is gone is told of the end.
      if (role === "guest" && event.state === "gone") return undefined;
      const sentence = peerSentences[event.state];
      return sentence === undefined ? undefined : info(`${event.peer} ${sentence}`);
    }
    case "git":
      if (event.own) return undefined;
      if (event.what === "branch switched") return info(`${event.peer} switched the branch: ${event.detail}`);
      if (event.what === "rebase begun") return info(`${event.peer} began a rebase ${event.detail}`);
      return undefined;
    case "recovered":
      return {
        level: "warning",
        text: `Two people changed ${event.path} at once. One version is in the file, the other is kept.`,
        actions: ["Compare", "Show Recovered Versions"],
      };
    case "ending":
      return {
        level: "info",
        text: `${event.peer} ends the session in ${event.seconds} seconds. What is not here by then does not come any more.`,
        actions: ["Keep a Copy…"],
      };
    case "warning":
      return { level: "warning", text: event.text, actions: [] };
    case "ended":
      return info(event.reason === "left" ? "The session has ended." : `The session has ended: ${event.reason}.`);
    case "operation":
    case "commit":
      return undefined;
  }
}

/** Silence of some seconds, and who asks (that has buttons of its own), are not told. */
const peerSentences: {
  readonly [S in Extract<SessionEvent, { event: "peer" }>["state"]]: string | undefined;
} = {
  asking: undefined,
  declined: undefined,
  suspect: undefined,
  joined: "joined.",
  reconnecting: "lost the connection; it is being mended.",
  back: "is back.",
  left: "left.",
  gone: "lost the connection.",
};

function info(text: string): Notice {
  return { level: "info", text, actions: [] };
}
