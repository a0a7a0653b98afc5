/**
 * Whoever waits in the lobby is a question to the host, in one window of all: VS Code closes no notification that an extension
 * showed, so that a second one would stay open when the first is answered. The window in focus claims it at once, another only
 * if none did; when that window goes, the question is anybody's again. A stale click is told so.
 */
import { type Disposable, type LogOutputChannel, window } from "vscode";
import type { Access, PendingJoin } from "./helper-edge.ts";
import type { NoticeBoard } from "./notice-board.ts";
import { plain } from "./plain-text.ts";
import type { Session } from "./session.ts";
import { tellFailure } from "./tell-failure.ts";

const buttons = ["Accept", "Accept Read-Only", "Decline"] as const;
/** How long a window out of focus leaves the question to the one that has it, also to one that is being reloaded. Milliseconds. */
const afterOthers = 2000;

export function askAboutJoins(parts: {
  readonly session: Session;
  readonly log: LogOutputChannel;
  readonly notices: NoticeBoard;
}): Disposable {
  const { session, log, notices } = parts;
  /** Claimed, or being claimed, by this window. */
  const taken = new Set<number>();
  let timer: NodeJS.Timeout | undefined;

  function open(): readonly PendingJoin[] {
    const { model } = session;
    const joins = model.t === "attached" ? model.state.joins : [];
    // Another session counts from one again.
    for (const id of taken) if (!joins.some((join) => join.id === id)) taken.delete(id);
    return joins.filter(({ id, asked }) => !asked && !taken.has(id));
  }

  function look(): void {
    const { length } = open();
    if (length > 0 && window.state.focused) take();
    else if (length > 0) timer ??= setTimeout(take, afterOthers);
  }

  function take(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const join of open()) {
      taken.add(join.id);
      void tellFailure(log, async () => {
        const { settled } = await session.request("claim", { id: join.id });
        if (settled) await ask({ session, notices }, join);
        else taken.delete(join.id);
      });
    }
  }

  const listening = [session.onChanged(look), window.onDidChangeWindowState(look)];
  return {
    dispose() {
      clearTimeout(timer);
      for (const each of listening) each.dispose();
    },
  };
}

async function ask(
  { session, notices }: { readonly session: Session; readonly notices: NoticeBoard },
  { id, name, fingerprint, wants }: PendingJoin,
): Promise<void> {
  const what = wants === "read-only" ? "asks to read along" : "asks to join";
  const text = plain(`${name} ${what}. Fingerprint ${fingerprint}`);
  const picked = await notices.need(() => window.showInformationMessage(text, ...buttons));
  if (picked === undefined) return;
  const access = picked === "Accept Read-Only" || wants === "read-only" ? "read-only" : "read-write";
  await decide(session, { id, name, accept: picked !== "Decline", access });
}

export async function decide(
  session: Session,
  answer: { readonly id: number; readonly name: string; readonly accept: boolean; readonly access: Access },
): Promise<void> {
  const { id, accept, access, name } = answer;
  const { settled } = await session.request("decide", { id, accept, access });
  if (!settled)
    await window.showInformationMessage(plain(`${name} does not wait any more: answered elsewhere, or gone.`));
}
