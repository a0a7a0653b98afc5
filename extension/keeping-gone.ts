/** Keep a Copy of a mount that was gone: what is not here comes from the host, so it was joined again, for the copy alone. */
import { commands, window } from "vscode";
import type { Kept } from "./helper-edge.ts";
import { copyBelow, keptWords, openCopy } from "./keeping.ts";
import type { NoticeBoard } from "./notice-board.ts";
import { plain } from "./plain-text.ts";
import type { Session } from "./session.ts";
import { endSession } from "./sharing.ts";

type Outcome = { readonly t: "kept"; readonly kept: Kept } | { readonly t: "none"; readonly why: string };

/** Of the session that was just joined. The user is told how it went, and stays where that is wanted; else the session is left. */
export async function keepThenLeave(
  { session, notices }: { readonly session: Session; readonly notices: NoticeBoard },
  parent: string,
): Promise<void> {
  const outcome = await copy(session, parent);
  // A session that is over tells by itself what can be done.
  const here = session.model.t === "attached";
  const end = here ? " The session is left again, unless you stay." : "";
  const stay = here ? (["Stay in Session"] as const) : [];
  const picked = await notices.need(() =>
    outcome.t === "kept"
      ? window.showInformationMessage(plain(`${keptWords(outcome.kept)}${end}`), "Open Copy", ...stay)
      : window.showErrorMessage(plain(`${outcome.why}${end}`), ...stay),
  );
  if (picked === "Open Copy" && outcome.t === "kept") await openCopy(outcome.kept);
  // The window that showed the dead mount begins anew.
  if (picked === "Stay in Session") return void (await commands.executeCommand("workbench.action.reloadWindow"));
  if (session.model.t === "attached") await endSession(session);
}

async function copy(session: Session, parent: string): Promise<Outcome> {
  try {
    const kept = await copyBelow(session, parent);
    return kept === undefined ? { t: "none", why: "No copy was kept." } : { t: "kept", kept };
  } catch (error) {
    return { t: "none", why: error instanceof Error ? error.message : String(error) };
  }
}
