/** Every command, complete by type. */
import { commands, type Disposable, env, type LogOutputChannel, window, workspace } from "vscode";
import { collectDiagnostics, type DiagnosticsParts } from "./collect-diagnostics.ts";
import { type CommandId, commandIds } from "./command-ids.ts";
import { checkOut, cherryPick } from "./commit-actions.ts";
import { mountOf, openCommit } from "./commit-text.ts";
import type { Access } from "./helper-edge.ts";
import { runHelper } from "./helper-program.ts";
import { join } from "./joining.ts";
import { keepCopy } from "./keeping.ts";
import { menuOf } from "./menu.ts";
import { plain } from "./plain-text.ts";
import { decide } from "./questions.ts";
import type { NewCommits } from "./seen-commits-shell.ts";
import { compareRecovered, discardRecovered, restoreRecovered, showRecovered } from "./recovered.ts";
import type { Follower } from "./presence/following.ts";
import type { About, Row } from "./rows.ts";
import { copyInvite, leave, share, stopSharing } from "./sharing.ts";
import { tellFailure } from "./tell-failure.ts";
import { hasWaysOn, offerWaysOn, type WaysOnParts } from "./ways-on.ts";

export interface CommandParts extends WaysOnParts, DiagnosticsParts {
  readonly follower: Follower;
  readonly log: LogOutputChannel;
  readonly commits: Pick<NewCommits, "opened">;
}

type Handler = (row: Row | undefined) => unknown;

export function registerCommands(parts: CommandParts): readonly Disposable[] {
  const handlers = handlersOf(parts);
  return commandIds.map((id) =>
    commands.registerCommand(id, async (row?: Row) => await tellFailure(parts.log, () => handlers[id](row))),
  );
}

function handlersOf(parts: CommandParts): { readonly [C in CommandId]: Handler } {
  const { session, log, script, follower } = parts;
  const setAccess = async (row: Row | undefined, access: Access): Promise<void> => {
    const { peer, name } = aboutOf(row, "peer");
    const { settled } = await session.request("setAccess", { peer, access });
    if (!settled) void window.showInformationMessage(plain(`${name} joined for reading only, or is gone.`));
  };
  const answer = async (row: Row | undefined, accept: boolean, access: Access): Promise<void> =>
    await decide(session, { ...aboutOf(row, "join"), accept, access });
  return {
    "pairmount.share": async () => await share(session, script),
    "pairmount.join": async () => await join(parts),
    "pairmount.copyInvite": async () => await copyInvite(session, "text"),
    "pairmount.copyInviteLink": async () => await copyInvite(session, "link"),
    "pairmount.stop": async () => await stopSharing(session),
    "pairmount.leave": async () => await leave(session),
    "pairmount.keepCopy": async () => await keepCopy(session),
    "pairmount.goOn": () => {
      if (!offerWaysOn(parts, { loss: "found", text: "The session of this folder is over." }))
        throw new Error("Nothing was shared or joined in this folder.");
    },
    "pairmount.menu": async () => {
      const entries = menuOf(session.model, { gone: hasWaysOn(parts) });
      const picked = await window.showQuickPick([...entries], { title: "Pairmount" });
      if (picked !== undefined) await commands.executeCommand(picked.command);
    },
    "pairmount.accept": async (row) => await answer(row, true, "read-write"),
    "pairmount.acceptReadOnly": async (row) => await answer(row, true, "read-only"),
    "pairmount.decline": async (row) => await answer(row, false, "read-only"),
    "pairmount.makeReadOnly": async (row) => await setAccess(row, "read-only"),
    "pairmount.allowWriting": async (row) => await setAccess(row, "read-write"),
    "pairmount.removeGuest": async (row) => {
      const { peer, name } = aboutOf(row, "peer");
      const picked = await window.showWarningMessage(`Remove ${name} from the session?`, { modal: true }, "Remove");
      if (picked === "Remove") await session.request("remove", { peer });
    },
    "pairmount.follow": async (row) => await follower.follow(row === undefined ? undefined : aboutOf(row, "peer").peer),
    "pairmount.stopFollowing": () => follower.stop(),
    "pairmount.showRecovered": async () => await showRecovered(session),
    "pairmount.compareRecovered": async (row) => await compareRecovered(session, aboutOf(row, "recovered")),
    "pairmount.restoreRecovered": async (row) =>
      await restoreRecovered(session, aboutOf(row, "recovered"), mountOf(session)),
    "pairmount.discardRecovered": async (row) => await discardRecovered(session, aboutOf(row, "recovered")),
    "pairmount.openCommit": async (row) => {
      const { commit } = aboutOf(row, "commit");
      parts.commits.opened(commit.hash);
      await openCommit(commit);
    },
    "pairmount.copyHash": async (row) => await env.clipboard.writeText(aboutOf(row, "commit").commit.hash),
    "pairmount.checkOut": async (row) => await checkOut(mountOf(session), aboutOf(row, "commit").commit),
    "pairmount.cherryPick": async (row) => await cherryPick(mountOf(session), aboutOf(row, "commit").commit),
    "pairmount.showLog": () => log.show(),
    "pairmount.doctor": async () => {
      // A document: a log shows what its level lets through.
      const content = await runHelper(script(), ["doctor"]);
      await window.showTextDocument(await workspace.openTextDocument({ language: "plaintext", content }));
    },
    "pairmount.collectDiagnostics": async () => await collectDiagnostics(parts),
  };
}

/** Rows' commands are hidden in the palette: they are always given their row. */
function aboutOf<T extends About["t"]>(row: Row | undefined, t: T): Extract<About, { t: T }> {
  if (row?.about?.t !== t) throw new Error("Choose this on a row of the Pairmount view.");
  return row.about as Extract<About, { t: T }>;
}
