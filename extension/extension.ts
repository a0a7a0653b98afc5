/** The extension's composition root: a thin shell around a session of the helper. */
import { commands, type ExtensionContext, window, workspace } from "vscode";
import { guardSaves } from "./bases.ts";
import { registerCommands } from "./commands.ts";
import { createCommitDocuments } from "./commit-text.ts";
import { refreshGitView } from "./git-refresh.ts";
import { installHelper } from "./helper-program.ts";
import { inviteOf, join } from "./joining.ts";
import { tellNotices } from "./notice-shell.ts";
import { askAboutJoins } from "./questions.ts";
import { findSession, Session } from "./session.ts";
import { contextOf } from "./state.ts";
import { createStatusItem } from "./status-item.ts";
import { createViews } from "./views.ts";

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("Pairmount", { log: true });
  const session = new Session();
  const { version } = context.extension.packageJSON as { readonly version: string };
  const script = (): string =>
    installHelper({ from: context.extensionPath, storage: context.globalStorageUri.fsPath, version });
  context.subscriptions.push(
    log,
    session,
    session.onChanged((model) => void commands.executeCommand("setContext", "pairmount.state", contextOf(model))),
    session.onEvent((event) => log.info(JSON.stringify(event))),
    createStatusItem(session),
    ...createViews(session),
    ...registerCommands({ session, log, script }),
    askAboutJoins(session),
    tellNotices(session),
    refreshGitView(session),
    guardSaves(session, log),
    createCommitDocuments(session),
    window.registerUriHandler({
      handleUri: async (uri) => {
        const invite = inviteOf(uri);
        if (invite !== undefined) await join(session, script(), invite);
      },
    }),
  );
  void attachAgain(session).catch((error: unknown) => log.error(String(error)));
}

/** After a reload, and in a second window, the session of this folder goes on. */
async function attachAgain(session: Session): Promise<void> {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  const found = folders.length === 0 ? undefined : await findSession(folders.map(({ uri }) => uri.fsPath));
  if (found !== undefined) await session.attach(found.socket);
}
