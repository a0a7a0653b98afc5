/** What the user is told, once and quietly. Pure. */
import type { SessionEvent } from "./helper-edge.ts";

export type Notice =
  /** Of what is said about the same peer only the latest counts. */
  | { readonly t: "said"; readonly level: "info" | "warning"; readonly text: string; readonly peer?: string }
  | { readonly t: "recovered"; readonly versions: readonly RecoveredVersion[] }
  /** Its action is of use now, and not later. */
  | { readonly t: "needed"; readonly words: NoticeWords };
export interface RecoveredVersion {
  readonly id: string;
  readonly path: string;
}
export interface NoticeWords {
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
      return sentence === undefined ? undefined : { ...said(`${event.peer} ${sentence}`), peer: event.peer };
    }
    case "git":
      if (event.own) return undefined;
      if (event.what === "branch switched") return said(`${event.peer} switched the branch: ${short(event.detail)}`);
      if (event.what === "rebase begun") return said(`${event.peer} began a rebase ${short(event.detail)}`);
      return undefined;
    case "recovered":
      return { t: "recovered", versions: [{ id: event.id, path: event.path }] };
    case "ending": {
      const text = `${event.peer} ends the session in ${event.seconds} seconds. What is not here by then does not come any more.`;
      return { t: "needed", words: { level: "info", text, actions: ["Keep a Copy…"] } };
    }
    case "warning":
      return said(event.text, "warning");
    case "ended":
      return said(endWords(event.reason));
    case "operation":
    case "commit":
      return undefined;
  }
}

export function wordsOf(notice: Notice): NoticeWords {
  switch (notice.t) {
    case "said":
      return { level: notice.level, text: notice.text, actions: [] };
    case "needed":
      return notice.words;
    case "recovered": {
      const [first, ...others] = notice.versions;
      if (others.length > 0)
        return {
          level: "warning",
          text: `Two people changed ${listed(notice.versions)} at once. One version of each is in the file, the other is kept.`,
          actions: ["Show Recovered Versions"],
        };
      return {
        level: "warning",
        text: `Two people changed ${first?.path ?? "a file"} at once. One version is in the file, the other is kept.`,
        actions: ["Compare", "Show Recovered Versions"],
      };
    }
  }
}

/** How many sentences, or files, one notice names. */
const named = 4;

/** One notice of each kind for all that came at the same moment. Of more than a few sentences the latest are said, and every warning. */
export function merged(notices: readonly Notice[]): readonly Notice[] {
  const sentences = new Map<string, Extract<Notice, { t: "said" }>>();
  const versions: RecoveredVersion[] = [];
  const needed: Notice[] = [];
  for (const notice of notices) {
    if (notice.t === "needed") needed.push(notice);
    else if (notice.t === "recovered") versions.push(...notice.versions);
    else {
      const key = notice.peer === undefined ? `said ${notice.text}` : `peer ${notice.peer}`;
      sentences.delete(key);
      sentences.set(key, notice);
    }
  }
  const all = [...sentences.values()];
  const latest = all.filter((each, i) => each.level === "warning" || i >= all.length - named);
  const level = latest.some((each) => each.level === "warning") ? "warning" : "info";
  return [
    ...(latest.length > 0 ? [said(latest.map(({ text }) => text).join(" "), level)] : []),
    ...(versions.length > 0 ? [{ t: "recovered", versions } as const] : []),
    ...needed,
  ];
}

/** `a and b`, `a, b, c and 7 others`. */
function listed(versions: readonly RecoveredVersion[]): string {
  const paths = [...new Set(versions.map(({ path }) => path))];
  const more = paths.length - named + 1;
  const shown = paths.length > named ? [...paths.slice(0, named - 1), `${more} others`] : paths;
  return shown.length === 1 ? String(shown[0]) : `${shown.slice(0, -1).join(", ")} and ${String(shown.at(-1))}`;
}

/** `reason`: a sentence, or a part of one. */
function endWords(reason: string): string {
  if (reason === "left") return "The session has ended.";
  return /[.)]$/.test(reason) ? `The session has ended. ${reason}` : `The session has ended: ${reason}.`;
}

/** Hashes as git abbreviates them. */
function short(detail: string): string {
  return detail.replaceAll(/\b([0-9a-f]{9})[0-9a-f]{31,55}\b/g, "$1");
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

function said(text: string, level: "info" | "warning" = "info"): Extract<Notice, { t: "said" }> {
  return { t: "said", level, text };
}
