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
  const parent = await askForParent();
  const kept = parent === undefined ? undefined : await copyBelow(session, parent);
  if (kept !== undefined) void offerToOpen(kept);
  return kept !== undefined;
}

/** The folder that the copy's own is made in; undefined: none was chosen. */
export async function askForParent(): Promise<string | undefined> {
  const [parent] =
    (await window.showOpenDialog({
      title: "Keep a Copy",
      openLabel: "Keep Copy Here",
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
      defaultUri: Uri.file(homedir()),
    })) ?? [];
  return parent?.fsPath;
}

/** Of the session that is attached. Undefined: the user cancelled. Rejects with what the helper could not do. */
export async function copyBelow(session: Session, parent: string): Promise<Kept | undefined> {
  const { model } = session;
  const repository = model.t === "attached" ? model.state.status.repository : "copy";
  return await copyTo(session, freeName(parent, repository));
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

async function offerToOpen(kept: Kept): Promise<void> {
  const picked = await window.showInformationMessage(plain(keptWords(kept)), "Open Copy");
  if (picked === "Open Copy") await openCopy(kept);
}

export function keptWords({ folder, files, commits, note }: Kept): string {
  const checked = commits === 0 ? "" : ` and ${commits} ${commits === 1 ? "commit" : "commits"}, checked by git`;
  const about = note === null ? "" : ` Git's strict rules say of its history: ${note}`;
  return `Kept in ${folder}: ${files} files${checked}.${about}`;
}

export async function openCopy({ folder }: Kept): Promise<void> {
  await commands.executeCommand("vscode.openFolder", Uri.file(folder), { forceNewWindow: true });
}

/** `<parent>/<repository>`, with a number where that is taken. */
function freeName(parent: string, repository: string): string {
  for (let i = 1; ; i++) {
    const folder = join(parent, i === 1 ? repository : `${repository}-${i}`);
    if (!existsSync(folder)) return folder;
  }
}
