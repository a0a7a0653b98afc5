import { commands, type Disposable, window } from "vscode";
import { type Notice, noticeOf } from "./notices.ts";
import { compareRecovered } from "./recovered.ts";
import type { Session } from "./session.ts";
import type { SessionEvent } from "./helper-edge.ts";

export function tellNotices(session: Session): Disposable {
  return session.onEvent((event) => {
    const { model } = session;
    if (model.t === "attached") void tell(session, noticeOf(event, model.state.status.role), event);
  });
}

async function tell(session: Session, notice: Notice | undefined, event: SessionEvent): Promise<void> {
  if (notice === undefined) return;
  const show = notice.level === "info" ? window.showInformationMessage : window.showWarningMessage;
  const picked = await show(notice.text, ...notice.actions);
  if (picked === "Show Recovered Versions") await commands.executeCommand("pairmount.showRecovered");
  if (picked === "Compare" && event.event === "recovered")
    await compareRecovered(session, { t: "recovered", id: event.id, path: event.path });
}
