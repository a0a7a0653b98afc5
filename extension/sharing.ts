/** Share Workspace, Stop Sharing, and the invite. */
import { homedir } from "node:os";
import { commands, env, ProgressLocation, Uri, window, workspace } from "vscode";
import { inviteLink } from "./helper-edge.ts";
import { HelperFailed, startHelper } from "./helper-program.ts";
import { type Begun, progressTo, settings } from "./begin.ts";
import { apartArguments, consents } from "./consent.ts";
import { keepCopy } from "./keeping.ts";
import type { Place } from "./places.ts";
import { openFolders } from "./places-shell.ts";
import { plain } from "./plain-text.ts";
import type { Session } from "./session.ts";

export async function share(session: Session, script: () => string): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  const chosen = folders.length > 1 ? await window.showWorkspaceFolderPick() : folders[0];
  if (chosen === undefined && folders.length > 1) return;
  const folder = chosen?.uri;
  if (folder?.scheme !== "file") {
    await window.showErrorMessage("Open a local folder first: that folder is then shared.");
    return;
  }
  const { mountPoint, apart } = settings();
  if (!(await consents(folder.fsPath, script(), apart))) return;
  await shareAt(session, script, { folder: folder.fsPath, mount: mountPoint === "cover" ? folder.fsPath : mountPoint });
}

/** What was agreed to when it was shared the first time holds: nothing is asked. */
export async function shareAgain(session: Session, script: () => string, { folder, mount }: Place): Promise<void> {
  await shareAt(session, script, { folder: folder ?? mount, mount });
}

async function shareAt(
  session: Session,
  script: () => string,
  { folder, mount }: { readonly folder: string; readonly mount: string },
): Promise<void> {
  const { port, apart, common } = settings();
  const beside = mount === folder ? [] : ["--mount", mount];
  const args = [
    "share",
    folder,
    "--approve",
    "clients",
    "--port",
    String(port),
    ...beside,
    ...apartArguments(apart),
    ...common,
  ];
  const started = await begin({
    session,
    what: "share",
    title: "Pairmount: sharing",
    script: script(),
    args,
    // Not the folder: it may lie below a dead mount.
    cwd: homedir(),
  });
  if (started === undefined) return;
  await copyInvite(session, "text");
  if (beside.length === 0) return;
  // A window that shows the dead mount does not change folders.
  if (openFolders().includes(started.mount)) await commands.executeCommand("workbench.action.reloadWindow");
  else await commands.executeCommand("vscode.openFolder", Uri.file(started.mount), openHere);
}

export const openHere = { forceReuseWindow: true } as const;

/** Runs the helper with a progress notification that can be cancelled, and attaches to its session, where the window has none. Undefined: it came to nothing, which was told. */
export async function begin(options: Begun): Promise<{ readonly mount: string } | undefined> {
  const { session, what } = options;
  if (session.model.t === "starting") {
    void window.showInformationMessage("Pairmount is beginning a session already.");
    return undefined;
  }
  const busy = session.model.t === "attached";
  session.take({ t: "begin", what });
  try {
    const started = await window.withProgress(
      { location: ProgressLocation.Notification, title: options.title, cancellable: true },
      async (bar, cancelled) =>
        await startHelper({
          ...options,
          onProgress: progressTo(session, bar),
          onCancel: (call) => void cancelled.onCancellationRequested(call),
        }),
    );
    if (!busy) await session.attach(started.socket);
    return started;
  } catch (error) {
    session.take({ t: "failed" });
    if (!(error instanceof HelperFailed)) throw error;
    if (options.onFailed !== undefined) options.onFailed(error);
    else if (!error.cancelled) void window.showErrorMessage(plain(error.message));
    return undefined;
  }
}

export async function copyInvite({ model }: Pick<Session, "model">, form: "text" | "link"): Promise<void> {
  const invite = model.t === "attached" ? model.state.status.invite : null;
  if (invite === null) {
    await window.showInformationMessage("Only the host has an invite to copy.");
    return;
  }
  // The link opens the editor it is clicked on: VS Code, or another of its kind.
  const link = inviteLink(invite).replace(/^vscode:/, `${env.uriScheme}:`);
  await env.clipboard.writeText(form === "text" ? invite : link);
  const said = window.showInformationMessage(
    `The invite is on the clipboard. Send it to whom you want to work with.`,
    ...(form === "text" ? ["Copy as Link"] : []),
  );
  // The button may be pressed much later, or never.
  void said.then((picked) => (picked === undefined ? undefined : copyInvite({ model }, "link")));
}

/** Seconds that guests get to keep a copy, where the host gives them time. */
const graceSeconds = 60;

export async function stopSharing(session: Session): Promise<void> {
  const { model } = session;
  if (model.t !== "attached") return;
  const guests = model.state.status.peers.filter(({ you, state }) => !you && state !== "gone").map(({ name }) => name);
  const later = guests.length === 0 ? [] : (["Stop in a Minute"] as const);
  const picked = await window.showWarningMessage(
    "Stop sharing? Everybody's mount ends; the plain folder is back here.",
    { modal: true, ...(guests.length > 0 && { detail: plain(`In a minute ${guests.join(", ")} can keep a copy.`) }) },
    "Stop Sharing",
    ...later,
  );
  if (picked === "Stop Sharing") return await endSession(session);
  if (picked !== "Stop in a Minute") return;
  await session.request("endSoon", { seconds: graceSeconds });
  const told = window.showInformationMessage(
    "Your guests are told. Sharing stops in a minute, or when what they still fetch has come.",
    "Stop Now",
  );
  // The button may be pressed much later, or never; by then the session may be over.
  void told.then(async (now) => {
    if (now === "Stop Now" && session.model.t === "attached") await endSession(session);
  });
}

/** A copy that fails, or is cancelled, ends nothing. */
export async function leave(session: Session): Promise<void> {
  if (session.model.t !== "attached") return;
  const picked = await window.showWarningMessage(
    "Leave the session? The mount here ends.",
    { modal: true, detail: "A copy is an ordinary clone, with everything that is not committed yet." },
    "Keep a Copy…",
    "Leave Without",
  );
  if (picked === "Leave Without" || (picked === "Keep a Copy…" && (await keepCopy(session)))) await endSession(session);
}

/** `leave` is answered once the mount is gone. */
export async function endSession(session: Session): Promise<void> {
  await window.withProgress({ location: ProgressLocation.Notification, title: "Pairmount: unmounting" }, async () => {
    await session.request("leave", {}).catch((error: unknown) => {
      // A helper that ends before its answer arrived has been left, too.
      if ((error as { readonly code?: unknown }).code !== "host-gone") throw error;
    });
  });
  // Also where the helper's own word of it was lost with the connection.
  session.take({ t: "event", event: { event: "ended", reason: "left" } });
}
