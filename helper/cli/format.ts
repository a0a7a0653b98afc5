/** Events and figures as aligned plain text. Pure. */
import type { Progress, SessionEvent } from "../session/api.ts";

export interface Layout {
  readonly columns: number;
}

const whoWidth = 12;
const whatWidth = 10;
const msWidth = 10;
const timeWidth = 12;
const narrowest = 24;

/** An index that changed is for editors: to people the commit says it, or nothing happened. */
export function isForPeople(event: SessionEvent): boolean {
  return event.event !== "git" || event.what !== "index changed";
}

/** `14:03:22.125  ada           changed     src/main.ts                2.1 ms`, cut to the screen's width. */
export function eventLine(event: SessionEvent, at: Date, { columns }: Layout): string {
  const row = rowOf(event);
  const time = timeOfDay(at);
  if (row.who === "") return `${time}  ${fill(row.what, whatWidth)}  ${printable(row.text)}`;
  const room = Math.max(narrowest, columns - timeWidth - whoWidth - whatWidth - msWidth - 8);
  const ms = row.ms === undefined ? "" : `  ${milliseconds(row.ms).padStart(msWidth)}`;
  const text = shorten(printable(row.text), room);
  return `${time}  ${fill(printable(row.who), whoWidth)}  ${fill(row.what, whatWidth)}  ${ms === "" ? text : text.padEnd(room)}${ms}`;
}

interface Row {
  readonly who: string;
  readonly what: string;
  readonly text: string;
  readonly ms?: number;
}

function rowOf(event: SessionEvent): Row {
  switch (event.event) {
    case "operation": {
      const text = event.from === undefined ? event.path : `${event.from} -> ${event.path}`;
      return { who: event.peer, what: event.kind, text, ms: event.ms };
    }
    case "commit": {
      const text = `${event.hash.slice(0, 9)} ${event.subject} (${event.author}, ${event.branch})`;
      return { who: event.peer, what: "commit", text, ms: event.ms };
    }
    case "git":
      return { who: event.peer, what: event.what, text: event.detail, ms: event.ms };
    case "peer":
      return { who: event.peer, what: event.state, text: peerSentences[event.state] };
    case "recovered":
      return { who: "", what: "recovered", text: `${event.path}: ${event.reason} (kept as ${event.id})` };
    case "ending": {
      const text = `ends the session in ${event.seconds} s; \`pairmount keep <folder>\` keeps a copy`;
      return { who: event.peer, what: "ending", text };
    }
    case "warning":
      return { who: "", what: "warning", text: event.text };
    case "ended":
      return { who: "", what: "ended", text: event.reason };
  }
}

const peerSentences: { readonly [S in Extract<SessionEvent, { event: "peer" }>["state"]]: string } = {
  asking: "asks to join",
  declined: "was not let in",
  joined: "is in",
  suspect: "has not answered for a while",
  reconnecting: "lost the connection and tries again",
  back: "is back",
  left: "has left",
  gone: "is gone",
};

export function progressLine(progress: Progress, { columns }: Layout): string {
  if (progress.lobby !== undefined) return `${stepText(progress)} …`;
  const label = fill(stepNames[progress.step], 22);
  if (progress.total <= 0) return progress.done > 0 ? `${label} ${progress.done}` : `${label} …`;
  const share = Math.min(1, progress.done / progress.total);
  const width = Math.max(10, Math.min(40, columns - 50));
  const full = Math.round(share * width);
  const bar = `${"█".repeat(full)}${"░".repeat(width - full)}`;
  const count = progress.step === "copy" ? bytes : String;
  return `${label} ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${count(progress.done)}/${count(progress.total)}`;
}

/** What is under way, without figures. */
export function stepText({ step, lobby }: Progress): string {
  if (lobby === undefined) return stepNames[step];
  const { host, repository, fingerprint } = lobby;
  return printable(`Waiting for ${host} to let you in to ${repository}. Your fingerprint is ${fingerprint}`);
}

const stepNames: { readonly [S in Progress["step"]]: string } = {
  scan: "Reading the folder",
  mount: "Mounting",
  connect: "Connecting",
  lobby: "Waiting for the host",
  snapshot: "Receiving the tree",
  unmount: "Unmounting",
  copy: "Copying",
  verify: "Checking the copy",
};

/** Names and subjects come from peers: control characters (and with them terminal escapes) are shown, not obeyed. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (unit) => {
    return `\\x${unit.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** 0.35 ms, 12 ms, 1.2 s. */
export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** 0 B, 14 KB, 3.2 MB. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1e6) return `${Math.round(count / 1e3)} KB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}

function timeOfDay(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${clock}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

function fill(text: string, width: number): string {
  return shorten(text, width).padEnd(width);
}

/** Cut in the middle: the end of a path tells more than its beginning. */
function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.floor((width - 1) / 3);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}
