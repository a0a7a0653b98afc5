/** The extension's composition root: a thin shell around a session of the helper. */
import { commands, type ExtensionContext, window } from "vscode";
import { guardSaves } from "./bases.ts";
import { registerCommands } from "./commands.ts";
import { createCommitDocuments } from "./commit-text.ts";
import { refreshGitView } from "./git-refresh.ts";
import { installHelper } from "./helper-program.ts";
import type { RegisteredSession } from "./helper-edge.ts";
import { inviteOf, join } from "./joining.ts";
import { showNotices, tellNotices } from "./notice-shell.ts";
import { createPlaces, openFolders } from "./places-shell.ts";
import { askAboutJoins } from "./questions.ts";
import { createRecentLog } from "./recent-log.ts";
import { createNewCommits } from "./seen-commits-shell.ts";
import { findSession, Session } from "./session.ts";
import { contextOf } from "./state.ts";
import { isOtherVersion, offerRestart } from "./other-version.ts";
import { showPresence } from "./presence/presence.ts";
import { createStatusItem } from "./status-item.ts";
import { tellFailure } from "./tell-failure.ts";
import { createViews } from "./views.ts";
import { offerWaysOn, watchLoss, type WaysOnParts } from "./ways-on.ts";

export function activate(context: ExtensionContext): void {
  const recentLog = createRecentLog();
  const log = recentLog.channel;
  const session = new Session();
  const { version } = context.extension.packageJSON as { readonly version: string };
  const script = (): string =>
    installHelper({ from: context.extensionPath, storage: context.globalStorageUri.fsPath, version });
  const places = createPlaces(context, session);
  const commits = createNewCommits(context, session);
  const { follower, shown } = showPresence(session, log);
  const notices = showNotices(session, log);
  const parts = { session, places, script, log, notices, commits, follower, version, recent: () => recentLog.lines() };
  context.subscriptions.push(
    log,
    session,
    places,
    session.onChanged((model) => void commands.executeCommand("setContext", "pairmount.state", contextOf(model))),
    session.onEvent((event) => log.info(JSON.stringify(event))),
    createStatusItem(session),
    commits,
    ...createViews(session, commits),
    ...registerCommands(parts),
    notices,
    askAboutJoins(parts),
    tellNotices(parts),
    watchLoss(parts),
    refreshGitView(session, log),
    guardSaves(session, log, context),
    shown,
    createCommitDocuments(session),
    window.registerUriHandler({
      handleUri: async (uri) => {
        const invite = inviteOf(uri);
        if (invite !== undefined) await tellFailure(log, async () => await join(parts, invite));
      },
    }),
  );
  void tellFailure(log, async () => await attachAgain(parts));
}

async function attachTo(parts: WaysOnParts, found: RegisteredSession): Promise<void> {
  try {
    await parts.session.attach(found.socket);
  } catch (error) {
    if (!isOtherVersion(error)) throw error;
    await offerRestart(parts, found);
  }
}

/** After a reload, and in a second window, the session of this folder goes on. */
async function attachAgain(parts: WaysOnParts): Promise<void> {
  const folders = openFolders();
  const found = folders.length === 0 ? undefined : await findSession(folders);
  if (found !== undefined) await attachTo(parts, found);
  else if (await parts.places.isGone())
    offerWaysOn(parts, { loss: "found", text: "This folder was a shared workspace, whose session is over." });
}
