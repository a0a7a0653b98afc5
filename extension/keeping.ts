/** Keep a Copy: what was joined becomes an ordinary clone, in a folder of the user's choice. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { commands, ProgressLocation, Uri, window } from "vscode";
import { progressWords } from "./begin.ts";
import type { Kept } from "./helper-edge.ts";
import { plain } from "./plain-text.ts";
import type { Session } from "./session.ts";

/** False: it was not wanted after all. Rejects with what the helper could not do; then the session goes on. */
export async function keepCopy(session: Session): Promise<boolean> {
  const { model } = session;
  if (model.t !== "attached" || model.state.status.role !== "guest")
    throw new Error("A copy is kept of what you have joined: this window has joined nothing.");
  const [parent] =
    (await window.showOpenDialog({
      title: "Keep a Copy",
      openLabel: "Keep Copy Here",
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
      defaultUri: Uri.file(homedir()),
    })) ?? [];
  if (parent === undefined) return false;
  const kept = await copyTo(session, freeName(parent.fsPath, model.state.status.repository));
  if (kept !== undefined) void offerToOpen(kept);
  return kept !== undefined;
}

/** Undefined: the user cancelled. */
async function copyTo(session: Session, folder: string): Promise<Kept | undefined> {
  const options = { location: ProgressLocation.Notification, title: "Pairmount: keeping a copy", cancellable: true };
  return await window.withProgress(options, async (bar, cancelled) => {
    const cancel = new AbortController();
    cancelled.onCancellationRequested(() => cancel.abort());
    try {
      return await session.request(
        "keepCopy",
        { folder },
        { signal: cancel.signal, onProgress: (progress) => bar.report({ message: progressWords(progress) }) },
      );
    } catch (error) {
      if (!cancel.signal.aborted) throw error;
      return undefined;
    }
  });
}

async function offerToOpen({ folder, files, commits, note }: Kept): Promise<void> {
  const checked = commits === 0 ? "" : ` and ${commits} commits, checked by git`;
  const about = note === null ? "" : ` Git's strict rules say of its history: ${note}`;
  const picked = await window.showInformationMessage(
    plain(`Kept in ${folder}: ${files} files${checked}.${about}`),
    "Open Copy",
  );
  if (picked === "Open Copy")
    await commands.executeCommand("vscode.openFolder", Uri.file(folder), { forceNewWindow: true });
}

/** `<parent>/<repository>`, with a number where that is taken. */
function freeName(parent: string, repository: string): string {
  for (let i = 1; ; i++) {
    const folder = join(parent, i === 1 ? repository : `${repository}-${i}`);
    if (!existsSync(folder)) return folder;
  }
}
