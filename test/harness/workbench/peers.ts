/**
 * Pairmount in two workbenches, as its users meet it: the host shares by the palette, the guest joins by the palette, each
 * with a home of its own. Ended with the workbenches: no mount stays.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseInvite } from "../../../helper/peer/invite.ts";
import { gitEnvironment, mustGit } from "../git.ts";
import { helperProgram } from "../helper.ts";
import { startProxy, type Proxy, type ProxyOptions } from "../proxy.ts";
import { stagePairmount } from "./extensions.ts";
import { peerEnvironment } from "./home.ts";
import type { Workbenches } from "./opened.ts";
import type { Workbench, WorkbenchOptions } from "./server.ts";
import type { Window } from "./window.ts";

export interface Peer {
  readonly name: string;
  readonly workbench: Workbench;
  readonly window: Window;
}

/** What `pairmount status --json` says, as far as it is used here. */
export interface PeerSession {
  readonly mount: string;
  readonly invite: string;
  readonly pid: number;
  readonly driver: string;
}

export interface PeerOptions {
  readonly name: string;
  readonly folder: string;
  readonly trust?: WorkbenchOptions["trust"];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Folders of extensions beside Pairmount. */
  readonly extensions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function startPeer(workbenches: Workbenches, options: PeerOptions): Promise<Peer> {
  const { name, folder, trust = "everything", settings, extensions = [], env } = options;
  const workbench = await workbenches.start({
    home: workbenches.folder(name),
    trust,
    extensions: [stagePairmount(workbenches.folder("pairmount")), ...extensions],
    settings: { "pairmount.name": name, ...settings },
    env: { ...gitEnvironment(name), ...env },
  });
  workbenches.owns(async () => await Promise.resolve(leaveAll(workbench)));
  return { name, workbench, window: await workbenches.open(workbench, folder) };
}

/** The guest's road to a host that shares already. Its variables are for the guest's workbench, before it starts. */
export async function startRoad(
  workbenches: Workbenches,
  host: Peer,
  options: Omit<ProxyOptions, "hostPort">,
): Promise<{ readonly proxy: Proxy; readonly env: Readonly<Record<string, string>> }> {
  const parsed = parseInvite(sessionOf(host.workbench).invite, Date.now() / 1000);
  const hostPort = parsed.ok ? parsed.invite.addresses[0]?.port : undefined;
  if (hostPort === undefined) throw new Error("an invite names an address");
  const proxy = await startProxy({ ...options, hostPort });
  workbenches.owns(async () => await proxy.dispose());
  return { proxy, env: { PAIRMOUNT_TEST_ADDRESS: `127.0.0.1:${proxy.port}` } };
}

/** Resolves when the invite is on the clipboard. */
export async function share({ window }: Peer): Promise<void> {
  await window.run("Pairmount: Share Workspace");
  await window.dialog.click("Share");
  await window.notifications.one(/invite is on the clipboard/).waitFor();
}

/** From the palette to the lobby. */
export async function askToJoin(host: Peer, guest: Peer): Promise<void> {
  await guest.window.run("Pairmount: Join Workspace");
  await guest.window.quickInput.answer(sessionOf(host.workbench).invite);
  await host.window.notifications
    .one(new RegExp(`${guest.name} asks to join`))
    .first()
    .waitFor();
}

/** One click lets in. */
export async function acceptInWindow(host: Peer, guest: Peer): Promise<void> {
  await host.window.notifications.click(new RegExp(`${guest.name} asks to join`), "Accept");
}

/** Resolves when the guest's window has opened the mount and says that it is in sync. */
export async function joinBoth(host: Peer, guest: Peer): Promise<void> {
  await askToJoin(host, guest);
  await acceptInWindow(host, guest);
  await guest.window.page.waitForURL((url) => url.searchParams.get("folder")?.includes("/Pairmount/") === true);
  await guest.window.statusBar.item(/in sync/).waitFor();
}

/** A repository with one commit that holds `readme.txt`. */
export async function makeRepository(folder: string): Promise<void> {
  const at = { root: folder, name: "ada" };
  writeFileSync(join(folder, "readme.txt"), "one\n");
  await mustGit(at, ["init", "-q", "-b", "main"]);
  await mustGit(at, ["add", "."]);
  await mustGit(at, ["commit", "-q", "-m", "Start"]);
}

/** Where a guest's mount is, unless it is told otherwise. */
export function guestMount({ workbench }: Peer, host: string, repository: string): string {
  return join(workbench.home, "Pairmount", `${host}-${repository}`);
}

/** The session of a workbench that has one. */
export function sessionOf(workbench: Workbench): PeerSession {
  const [session] = sessionsOf(workbench);
  if (session === undefined) throw new Error(`there is no session at ${workbench.home}`);
  return session;
}

export function leaveAll(workbench: Workbench): void {
  for (const { mount } of sessionsOf(workbench)) cli(workbench, ["leave", mount]);
}

function sessionsOf(workbench: Workbench): readonly PeerSession[] {
  const lines = cli(workbench, ["status", "--json"]).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as PeerSession);
}

/** The command line of one peer, beside its workbench. */
function cli({ home }: Workbench, args: readonly string[]): string {
  return execFileSync(process.execPath, [helperProgram, ...args], { env: peerEnvironment(home), encoding: "utf8" });
}
