/** Share and join from the palette to the session, with a program in the helper's place that only says that it began. */
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { consentText } from "../../../extension/consent.ts";
import { fake, Uri } from "../../harness/fake-vscode.ts";
import { createDesk, type Desk, notice } from "./window.ts";

let desk: Desk;
beforeEach(() => {
  desk = createDesk();
});
afterEach(async () => await desk.end());

const invite = `AQ${"x".repeat(90)}`;
const here = { forceReuseWindow: true };
const run = (command: string): unknown => fake.commands.get(command)?.();

it("shares in the same window once that is agreed to, with the settings, and puts the invite on the clipboard", async () => {
  desk.open(desk.folder);
  const helper = await desk.share();
  desk.program(
    { event: "hidden", files: [".env", "conf/[a](b).key"] },
    { event: "progress", step: "scan", done: 1, total: 2 },
    { event: "shared", mount: helper.status.mount, invite, pid: 1, socket: helper.socket },
  );
  fake.settings.set("pairmount.name", "ada").set("pairmount.port", 4711).set("pairmount.hide", [".env", 7, "*.key"]);
  const shared = run("pairmount.share");
  const asked = await notice(/^Share /);
  expect(desk.ran()).toEqual(["hidden", desk.folder, "--json", "--hide=.env", "--hide=*.key"]);
  expect(asked.detail).toContain(
    "Hidden, for you alone: .env, conf/[a] (b).key. Everything else can be read by guests.",
  );
  asked.press("Share");
  await shared;
  expect(desk.ran().join(" ")).toBe(
    `share ${desk.folder} --approve clients --port 4711 --hide=.env --hide=*.key --driver auto --idle 10 --name ada --detach --json --progress`,
  );
  expect(fake.rows("pairmount.peers")).toEqual(["ada", "ben"]);
  expect(fake.clipboard).toBe("invite");
  expect(fake.executed.filter(([id]) => id === "vscode.openFolder")).toEqual([]);
});

it("shares nothing before that is agreed to; the names that are hidden can be edited instead", async () => {
  desk.open(desk.folder);
  desk.program({ event: "hidden", files: [] });
  const shared = run("pairmount.share");
  (await notice(/^Share /)).press("Edit Hidden Files…");
  await shared;
  expect(fake.executed).toContainEqual(["workbench.action.openSettings", "pairmount.hide"]);
  expect(desk.ran()[0]).toBe("hidden");
});

it("says what is shared, what stays with whom, and that guests' changes can run here", () => {
  const apart = { hide: [".env", "*.key"], shareIgnored: false };
  const text = consentText(apart, [".env"]);
  expect(text).toContain("A guest who may write can change files that run code here.");
  expect(text).toContain("guests can read too; what one of them writes there stays with that guest.");
  const many = Array.from({ length: 20 }, (_, i) => `${i}.key`);
  expect(consentText(apart, many)).toContain("6.key, 7.key and 12 more.");
  expect(consentText(apart, [])).toContain("Nothing here is hidden: no file has such a name as .env, *.key.");
  expect(consentText(apart, undefined)).toContain(
    "Hidden are files named .env, *.key. Which of them are here could not be told.",
  );
  const all = consentText({ hide: [], shareIgnored: true }, []);
  expect(all).toContain("Nothing is hidden: files such as .env and keys are shared, too.");
  expect(all).toContain("What git ignores, such as build output, is shared like everything else.");
});

it("opens a mount beside the folder as the workspace, where the setting names one", async () => {
  desk.open(desk.folder);
  const helper = await desk.share({ folder: "/plain" });
  desk.program({ event: "shared", mount: helper.status.mount, pid: 1, socket: helper.socket });
  fake.settings.set("pairmount.mountPoint", helper.status.mount);
  const shared = run("pairmount.share");
  (await notice(/^Share /)).press("Share");
  await shared;
  expect(desk.ran()).toContain("--mount");
  expect(fake.executed).toContainEqual(["vscode.openFolder", Uri.file(helper.status.mount), here]);
});

it("opens what was joined as the workspace; a window that has a session keeps it, and another opens", async () => {
  const helper = await desk.share({ role: "guest", folder: null });
  const { mount } = helper.status;
  desk.open("/elsewhere");
  desk.program({ event: "joined", mount, pid: 1, socket: helper.socket });
  fake.input = () => invite;
  await run("pairmount.join");
  expect(desk.ran().slice(0, 2)).toEqual(["join", invite]);
  await run("pairmount.join");
  expect(fake.executed.filter(([id]) => id === "vscode.openFolder").map(([, ...rest]) => rest)).toEqual([
    [Uri.file(mount), here],
    [Uri.file(mount), { forceNewWindow: true }],
  ]);
});

it("opens what was joined by this invite before, and asks no host again", async () => {
  const helper = await desk.share({ role: "guest", folder: null });
  const { mount } = helper.status;
  desk.stored.set(`pairmount.invite:${mount}`, invite);
  desk.open("/elsewhere");
  fake.input = () => `vscode://pairmount.pairmount/join?invite=${invite}`;
  await run("pairmount.join");
  expect(fake.executed).toContainEqual(["vscode.openFolder", Uri.file(mount), here]);
  expect(fake.shown).toEqual([]);
});

it("says while it waits whose workspace it is, and by which fingerprint the host sees this guest", async () => {
  const helper = await desk.share({ role: "guest", folder: null });
  const lobby = { host: "ada", repository: "app", fingerprint: "ABCD-EFGH-JKMN" };
  desk.open("/elsewhere");
  desk.program(
    { event: "progress", step: "lobby", done: 0, total: 0, lobby },
    { event: "joined", mount: helper.status.mount, pid: 1, socket: helper.socket },
  );
  fake.input = () => invite;
  await run("pairmount.join");
  expect(fake.progress).toEqual([
    "waiting for ada to let you in to app. Your fingerprint, which ada sees, is ABCD-EFGH-JKMN.",
  ]);
});

it("joins again at the same place by the invite it knows, and reloads the window that showed the dead mount", async () => {
  const first = await desk.share({ role: "guest", folder: null });
  const { mount } = first.status;
  desk.open("/elsewhere");
  desk.program({ event: "joined", mount, pid: 1, socket: first.socket });
  fake.input = () => invite;
  await run("pairmount.join");
  await first.crash();
  desk.open(mount);
  const told = await notice(/was a shared workspace/);
  const second = await desk.share({ role: "guest", folder: null });
  desk.program({ event: "joined", mount, pid: 1, socket: second.socket });
  told.press("Rejoin");
  await vi.waitFor(() => expect(fake.executed).toContainEqual(["workbench.action.reloadWindow"]));
  expect(desk.ran().slice(0, 3)).toEqual(["join", invite, mount]);
});

it("tells in the helper's words what it could not do, and nothing when the user cancelled", async () => {
  desk.open("/elsewhere");
  fake.input = () => invite;
  desk.program({ event: "failed", code: "cancelled", text: "pairmount: Cancelled" });
  await run("pairmount.join");
  expect(fake.shown).toEqual([]);
  desk.program({ event: "failed", code: "bad-invite", text: "pairmount: This invite has expired." });
  await run("pairmount.join");
  expect(fake.shown).toMatchObject([{ kind: "error", text: "This invite has expired." }]);
  expect(fake.status?.text).toBe("$(broadcast) Pairmount");
});

it("tells when the helper's program is not there", async () => {
  desk.open("/elsewhere");
  fake.input = () => invite;
  await run("pairmount.join");
  expect(fake.shown).toMatchObject([{ kind: "error", text: expect.stringContaining(join("dist", "pairmount.mjs")) }]);
});
