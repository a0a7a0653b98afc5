/**
 * Pairmount in two workbenches, as its users meet it: the host shares by the palette, the guest joins by the palette, each
 * with a home of its own. Ended with the workbenches: no mount stays.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseInvite } from "../../../helper/peer/invite.ts";
import { gitEnvironment, makeRepository } from "../git.ts";
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

/** Where a peer's command line finds its sessions, with or without a workbench. */
export type Home = Pick<Workbench, "home">;

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

/** A repository with one commit that holds these files, named by their paths, but for those its `.gitignore` names. */
export async function repositoryOf(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await makeRepository({ root: folder, name: "ada" });
}

/** Where a guest's mount is, unless it is told otherwise. */
export function guestMount({ home }: Home, host: string, repository: string): string {
  return join(home, "Pairmount", `${host}-${repository}`);
}

/** From the command line, as somebody does before a window is opened: shared and joined without a question. */
export function shareAndJoin(at: { readonly host: Home; readonly guest: Home; readonly folder: string }): void {
  const { host, guest, folder } = at;
  cli(host, ["share", folder, "--accept", "--detach", "--name", "ada"]);
  cli(guest, ["join", sessionOf(host).invite, guestMount(guest, "ada", basename(folder)), "--detach", "--name", "ben"]);
}

/** The session of a home that has one. */
export function sessionOf(at: Home): PeerSession {
  const [session] = sessionsOf(at);
  if (session === undefined) throw new Error(`there is no session at ${at.home}`);
  return session;
}

export function leaveAll(at: Home): void {
  for (const { mount } of sessionsOf(at)) cli(at, ["leave", mount]);
}

function sessionsOf(at: Home): readonly PeerSession[] {
  const lines = cli(at, ["status", "--json"]).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as PeerSession);
}

function cli({ home }: Home, args: readonly string[]): string {
  return execFileSync(process.execPath, [helperProgram, ...args], { env: peerEnvironment(home), encoding: "utf8" });
}
