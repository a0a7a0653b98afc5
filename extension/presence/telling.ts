/** Tells the helper where this window is, as often as that changes and no oftener than it takes it in. */
import { Disposable, window, workspace } from "vscode";
import { sharesPresence } from "../begin.ts";
import { createPaced, systemTimers } from "../helper-edge.ts";
import type { Session } from "../session.ts";
import type { Follower } from "./following.ts";
import { type Desk, presenceOf } from "./shown.ts";

/** Milliseconds: about what the helper tells on. */
const everyMs = 60;

export function tellPresence(session: Session, follower: Follower): Disposable {
  /** What was told last, and to which helper. */
  let told = "";
  let telling = false;
  const pace = createPaced<void>(systemTimers, everyMs, () => void tell());
  const look = (): void => pace.call();

  async function tell(): Promise<void> {
    const { model } = session;
    if (model.t !== "attached" || telling) return;
    const presence = presenceOf(model, deskNow(), {
      shares: sharesPresence(),
      follows: follower.following.t === "following",
    });
    const now = JSON.stringify([model.state.status.pid, presence]);
    if (now === told) return;
    told = now;
    telling = true;
    try {
      await session.request("present", presence);
    } catch {
      // A helper that goes is seen by its closed connection; presence may be lost.
    } finally {
      telling = false;
      look();
    }
  }

  return Disposable.from(
    session.onChanged(({ t }) => {
      if (t !== "attached") told = "";
      else if (told === "") look();
    }),
    follower.onChanged(look),
    window.onDidChangeActiveTextEditor(look),
    window.onDidChangeTextEditorSelection(look),
    window.onDidChangeWindowState(look),
    workspace.onDidChangeTextDocument(look),
    workspace.onDidSaveTextDocument(look),
    workspace.onDidCloseTextDocument(look),
    workspace.onDidChangeConfiguration(look),
    pace,
  );
}

function deskNow(): Desk {
  const editor = window.activeTextEditor;
  return {
    focused: window.state.focused,
    active: editor === undefined ? undefined : { uri: editor.document.uri, selections: editor.selections },
    dirty: workspace.textDocuments.filter(({ isDirty }) => isDirty).map(({ uri }) => uri),
  };
}
