import { commands, type Disposable, type LogOutputChannel, window } from "vscode";
import type { JoinParts } from "./joining.ts";
import { type Notice, noticeOf } from "./notices.ts";
import { plain } from "./plain-text.ts";
import { compareRecovered } from "./recovered.ts";
import type { Session } from "./session.ts";
import type { SessionEvent } from "./helper-edge.ts";
import { tellFailure } from "./tell-failure.ts";
import { offerWaysOn } from "./ways-on.ts";

export function tellNotices(parts: JoinParts & { readonly log: LogOutputChannel }): Disposable {
  const { session, log } = parts;
  return session.onEvent((event) => {
    const { model } = session;
    const notice = model.t === "attached" ? noticeOf(event, model.state.status.role) : undefined;
    if (notice === undefined || (event.event === "ended" && offerWaysOn(parts, notice.text))) return;
    void tellFailure(log, async () => await tell(session, notice, event));
  });
}

async function tell(session: Session, notice: Notice, event: SessionEvent): Promise<void> {
  const show = notice.level === "info" ? window.showInformationMessage : window.showWarningMessage;
  const picked = await show(plain(notice.text), ...notice.actions);
  if (picked === "Show Recovered Versions") await commands.executeCommand("pairmount.showRecovered");
  if (picked === "Keep a Copy…") await commands.executeCommand("pairmount.keepCopy");
  if (picked === "Compare" && event.event === "recovered")
    await compareRecovered(session, { t: "recovered", id: event.id, path: event.path });
}
