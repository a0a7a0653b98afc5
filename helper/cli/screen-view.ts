/** The screen of a running session: a bar while it starts, what to do next, then a line per event. */
import type { JoinDecision, JoinRequest, SessionEvent } from "../session/api.ts";
import { acceptAs, answerOf, type ApprovalRule, nobodyToAsk, question } from "./approval.ts";
import { inviteLink } from "../peer/invite.ts";
import { createBar } from "./bar.ts";
import { eventLine, isForPeople, printable } from "./format.ts";
import type { CliPorts } from "./ports.ts";
import type { SessionView, Started } from "./view.ts";

/** Lines are written together: one write per event would keep the thread that serves the kernel in the terminal. */
const gatherMs = 30;
const takenBack = "\n  Not to be answered any more: a client decided, or the guest went away.\n";

export function createScreenView(ports: Pick<CliPorts, "terminal" | "now">, rule: ApprovalRule): SessionView {
  const { terminal } = ports;
  const over = new AbortController();
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let open = false;
  let asking = false;
  const bar = createBar(ports);

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (asking || lines.length === 0) return;
    terminal.out(`${bar.eraser}${lines.join("\n")}\n`);
    lines = [];
  };
  const ask = async (request: JoinRequest): Promise<JoinDecision> => {
    const unanswered: JoinDecision = { accept: false, reason: "the host ended before answering" };
    if (request.signal.aborted) return unanswered;
    const { signal } = request;
    flush();
    asking = true;
    try {
      for (;;) {
        terminal.out(`\n${question(request, rule.access)}`);
        const line = await terminal.readLine(AbortSignal.any([over.signal, signal]));
        if (signal.aborted) terminal.out(takenBack);
        if (line === undefined) return unanswered;
        const answer = answerOf(line, request, rule.access);
        if (answer !== undefined) return answer;
      }
    } finally {
      asking = false;
      flush();
    }
  };
  let lastAsked: Promise<unknown> = Promise.resolve();

  return {
    started(started) {
      bar.end("erased");
      terminal.out(welcome(started, rule));
      open = true;
      flush();
    },
    event(event: SessionEvent) {
      if (isForPeople(event)) lines.push(eventLine(event, ports.now(), { columns: terminal.columns }));
      if (open) timer ??= setTimeout(flush, gatherMs);
    },
    progress: (progress) => bar.show(progress),
    decide(request) {
      if (rule.approve === "all") return Promise.resolve(acceptAs(request.wants, rule.access));
      if (!terminal.asks) return Promise.resolve(nobodyToAsk);
      // One question at a time.
      const asked = lastAsked.then(() => ask(request));
      lastAsked = asked;
      return asked;
    },
    close() {
      over.abort();
      asking = false;
      flush();
      bar.end("stays");
    },
  };
}

const whoDecides: { readonly [A in ApprovalRule["approve"]]: string } = {
  all: "Everybody who has the invite is let in.",
  terminal: "You will be asked before anybody is let in.",
  clients: "Whoever asks to join waits until a client of this session decides.",
};

function welcome(started: Started, rule: ApprovalRule): string {
  if (started.event === "joined") {
    return `\n  Mounted at  ${started.mount}\n\nOpen it in your editor, or work in it in a terminal. Ctrl-C leaves.\n\n`;
  }
  const invite = started.invite ?? "";
  const who = whoDecides[rule.approve];
  return `
  Shared at   ${started.mount}
  Invite      ${invite}
  Link        ${inviteLink(invite)}

${apart(started)}
Send the invite; it is used as:  pairmount join ${invite}
${who} Ctrl-C ends sharing and unmounts.

`;
}

/** What does not simply go to everybody. */
function apart({ hidden: { count, first }, ignored }: Extract<Started, { event: "shared" }>): string {
  const more = count > first.length ? ` and ${count - first.length} more` : "";
  const hidden = count === 0 ? "" : `  Hidden      ${first.map(printable).join(", ")}${more}: only you have them\n`;
  return ignored === "shared"
    ? hidden
    : `${hidden}  Git-ignored guests read it; what each writes there stays with it\n`;
}
