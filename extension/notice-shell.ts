import { commands, type Disposable, type LogOutputChannel, window } from "vscode";
import { systemTimers } from "./helper-edge.ts";
import { createNoticeBoard, type NoticeBoard } from "./notice-board.ts";
import { type Notice, noticeOf, wordsOf } from "./notices.ts";
import { plain } from "./plain-text.ts";
import { compareRecovered } from "./recovered.ts";
import type { Session } from "./session.ts";
import { tellFailure } from "./tell-failure.ts";
import { offerWaysOn, type WaysOnParts } from "./ways-on.ts";

export function showNotices(session: Session, log: LogOutputChannel): NoticeBoard {
  const show = (notice: Notice): void => void tellFailure(log, async () => await tell(session, notice));
  return createNoticeBoard({ timers: systemTimers, show });
}

export function tellNotices(parts: WaysOnParts): Disposable {
  const { session, log, notices } = parts;
  return session.onEvent((event) => {
    const { model } = session;
    const notice = model.t === "attached" ? noticeOf(event, model.state.status.role) : undefined;
    if (notice === undefined) return;
    if (event.event === "ended" && offerWaysOn(parts, { loss: "ended", text: wordsOf(notice).text })) return;
    if (notice.t !== "needed") notices.tell(notice);
    else void tellFailure(log, async () => await notices.need(async () => await tell(session, notice)));
  });
}

async function tell(session: Session, notice: Notice): Promise<void> {
  const { level, text, actions } = wordsOf(notice);
  const show = level === "info" ? window.showInformationMessage : window.showWarningMessage;
  const picked = await show(plain(text), ...actions);
  if (picked === "Show Recovered Versions") await commands.executeCommand("pairmount.showRecovered");
  if (picked === "Keep a Copy…") await commands.executeCommand("pairmount.keepCopy");
  const [version] = notice.t === "recovered" ? notice.versions : [];
  if (picked === "Compare" && version !== undefined) await compareRecovered(session, { t: "recovered", ...version });
}
