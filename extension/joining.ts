/** Join Workspace: by an invite that is pasted, or by its link. */
import { homedir } from "node:os";
import { commands, env, Uri, window } from "vscode";
import { settings } from "./begin.ts";
import { begin, openHere } from "./sharing.ts";
import type { Session } from "./session.ts";

/** A token of version 1, or its link; whether it is whole, the helper knows. */
const looksLikeInvite = /^(AQ[\w-]{80,}|[\w-]+:\/\/pairmount\.pairmount\/join\?invite=\S+)$/;

export async function join(session: Session, script: string, given?: string): Promise<void> {
  const invite = given ?? (await askForInvite());
  if (invite === undefined || invite === "") return;
  const args = ["join", invite, ...settings().common];
  const started = await begin({ session, what: "join", title: "Pairmount: joining", script, args, cwd: homedir() });
  // The window of the mounted repository finds the session by its folder.
  if (started !== undefined) await commands.executeCommand("vscode.openFolder", Uri.file(started.mount), openHere);
}

async function askForInvite(): Promise<string | undefined> {
  const copied = (await env.clipboard.readText()).trim();
  const invite = await window.showInputBox({
    title: "Join Workspace",
    prompt: "Paste the invite that the host sent you",
    value: looksLikeInvite.test(copied) ? copied : "",
    ignoreFocusOut: true,
  });
  return invite?.trim();
}

/** `<scheme>://pairmount.pairmount/join?invite=…` */
export function inviteOf({ path, query }: Uri): string | undefined {
  return path === "/join" ? (new URLSearchParams(query).get("invite") ?? undefined) : undefined;
}
