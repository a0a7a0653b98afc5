/** Join Workspace: by an invite that is pasted, or by its link. */
import { homedir } from "node:os";
import { commands, env, Uri, window } from "vscode";
import { settings } from "./begin.ts";
import { type Places, openFolders } from "./places-shell.ts";
import type { Session } from "./session.ts";
import { begin, openHere } from "./sharing.ts";

/** A token of version 1, or its link; whether it is whole, the helper knows. */
const looksLikeInvite = /^(AQ[\w-]{80,}|[\w-]+:\/\/pairmount\.pairmount\/join\?invite=\S+)$/;

export interface JoinParts {
  readonly session: Session;
  readonly places: Places;
  readonly script: () => string;
}

/** `given` is shown to be agreed to: whoever clicked a link has joined nothing yet. */
export async function join(parts: JoinParts, given?: string): Promise<void> {
  const invite = await askForInvite(given);
  if (invite !== undefined && invite !== "") await joinBy(parts, { invite, mount: undefined });
}

/** `mount` undefined: the helper's own choice, the same next time. */
export async function joinBy(
  { session, places, script }: JoinParts,
  { invite, mount }: { readonly invite: string; readonly mount: string | undefined },
): Promise<void> {
  const busy = session.model.t === "attached";
  const args = ["join", invite, ...(mount === undefined ? [] : [mount]), ...settings().common];
  const started = await begin({
    session,
    what: "join",
    title: "Pairmount: joining",
    script: script(),
    args,
    cwd: homedir(),
  });
  if (started === undefined) return;
  await places.keepInvite(started.mount, invite);
  // The window of the mounted repository finds the session by its folder. One that shows its dead mount does not change folders.
  if (openFolders().includes(started.mount)) await commands.executeCommand("workbench.action.reloadWindow");
  else {
    const where = busy ? { forceNewWindow: true } : openHere;
    await commands.executeCommand("vscode.openFolder", Uri.file(started.mount), where);
  }
}

export async function askForInvite(given?: string): Promise<string | undefined> {
  const copied = given ?? (await env.clipboard.readText()).trim();
  const invite = await window.showInputBox({
    title: "Join Workspace",
    prompt: given === undefined ? "Paste the invite that the host sent you" : "Join the workspace of this invite?",
    value: looksLikeInvite.test(copied) ? copied : (given ?? ""),
    ignoreFocusOut: true,
  });
  return invite?.trim();
}

/** `<scheme>://pairmount.pairmount/join?invite=…` */
export function inviteOf({ path, query }: Uri): string | undefined {
  return path === "/join" ? (new URLSearchParams(query).get("invite") ?? undefined) : undefined;
}
