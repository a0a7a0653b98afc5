/** Join Workspace: by an invite that is pasted, or by its link. */
import { homedir } from "node:os";
import { commands, env, Uri, window } from "vscode";
import { type Begun, settings } from "./begin.ts";
import { tokenOf } from "./helper-edge.ts";
import { type Places, openFolders } from "./places-shell.ts";
import { allSessions, type Session } from "./session.ts";
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
  if (invite === undefined || invite === "") return;
  const mount = await mountOfJoined(parts.places, invite);
  if (mount === undefined || openFolders().includes(mount)) await joinBy(parts, { invite, mount: undefined });
  else await showMount(parts.session, mount);
}

/** Of a session that was joined by this invite and lives: the host need not be asked again. */
async function mountOfJoined(places: Places, invite: string): Promise<string | undefined> {
  for (const { role, mount } of await allSessions()) {
    const known = role === "guest" ? await places.inviteOf(mount) : undefined;
    if (known !== undefined && tokenOf(known) === tokenOf(invite)) return mount;
  }
  return undefined;
}

/** A window that has a session keeps it. */
async function showMount(session: Session, mount: string, busy = session.model.t === "attached"): Promise<void> {
  await commands.executeCommand("vscode.openFolder", Uri.file(mount), busy ? { forceNewWindow: true } : openHere);
}

interface JoinBy {
  readonly invite: string;
  /** Undefined: the helper's own choice, the same next time. */
  readonly mount: string | undefined;
  readonly onFailed?: Begun["onFailed"];
}

/** Joins, and shows what was joined. */
export async function joinBy(parts: JoinParts, by: JoinBy): Promise<void> {
  const busy = parts.session.model.t === "attached";
  const started = await joinAt(parts, by);
  if (started === undefined) return;
  // The window of the mounted repository finds the session by its folder. One that shows its dead mount does not change folders.
  if (openFolders().includes(started.mount)) await commands.executeCommand("workbench.action.reloadWindow");
  else await showMount(parts.session, started.mount, busy);
}

/** Joins, and leaves the window as it is. Undefined: it came to nothing, which was told. */
export async function joinAt(
  { session, places, script }: JoinParts,
  { invite, mount, onFailed }: JoinBy,
): Promise<{ readonly mount: string } | undefined> {
  const started = await begin({
    session,
    what: "join",
    title: "Pairmount: joining",
    script: script(),
    args: ["join", invite, ...(mount === undefined ? [] : [mount]), ...settings().common],
    cwd: homedir(),
    ...(onFailed !== undefined && { onFailed }),
  });
  if (started !== undefined) await places.keepInvite(started.mount, invite);
  return started;
}

/** `given` is to be agreed to; `known` is used unless the clipboard has another. */
export async function askForInvite(given?: string, known = ""): Promise<string | undefined> {
  const copied = given ?? (await env.clipboard.readText()).trim();
  const invite = await window.showInputBox({
    title: "Join Workspace",
    prompt: given === undefined ? "Paste the invite that the host sent you" : "Join the workspace of this invite?",
    value: looksLikeInvite.test(copied) ? copied : (given ?? known),
    ignoreFocusOut: true,
  });
  return invite?.trim();
}

/** `<scheme>://pairmount.pairmount/join?invite=…` */
export function inviteOf({ path, query }: Uri): string | undefined {
  return path === "/join" ? (new URLSearchParams(query).get("invite") ?? undefined) : undefined;
}
