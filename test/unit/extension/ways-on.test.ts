/** A window whose mount is gone: what it is offered, and what comes of it. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Place, remember, waysOn } from "../../../extension/places.ts";
import { SessionError } from "../../../helper/session/errors.ts";
import { fake, Uri } from "../../harness/fake-vscode.ts";
import { aState } from "./samples.ts";
import { createDesk, type Desk, type Helper, notice } from "./window.ts";

const invite = `AQ${"x".repeat(90)}`;
const other = `AQ${"y".repeat(90)}`;
const reloaded = ["workbench.action.reloadWindow"];
const guestWays = ["Rejoin", "Keep a Copy…", "Close Folder"];

let desk: Desk;
beforeEach(() => {
  desk = createDesk();
});
afterEach(async () => await desk.end());

const guest = { role: "guest", folder: null, repository: "repo" } as const;

/** A window on the mount of a guest whose helper is gone; its invite is known. */
async function onDeadMount(): Promise<string> {
  const helper = await desk.share(guest);
  const { mount } = helper.status;
  desk.stored.set(`pairmount.invite:${mount}`, invite);
  desk.open(mount);
  await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
  await helper.crash();
  await notice(/helper ended/);
  return mount;
}

/** The next join succeeds, and its helper answers. */
async function hostIsThere(): Promise<Helper> {
  const helper = await desk.share(guest);
  desk.program({ event: "joined", mount: helper.status.mount, pid: 1, socket: helper.socket });
  fake.chosen = Uri.file(desk.folder);
  return helper;
}

describe("Keep a Copy on a dead mount", () => {
  it("asks where, joins again at the same place, keeps the copy, offers to open it, and leaves", async () => {
    const mount = await onDeadMount();
    const helper = await hostIsThere();
    (await notice(/helper ended/)).press("Keep a Copy…");
    const told = await notice(/Kept in .*repo: 3 files and 2 commits.*left again, unless you stay/);
    expect(told.buttons).toEqual(["Open Copy", "Stay in Session"]);
    expect(desk.ran().slice(0, 3)).toEqual(["join", invite, mount]);
    expect(helper.asked).toEqual([["keepCopy", join(desk.folder, "repo")]]);
    told.press("Open Copy");
    await vi.waitFor(() => expect(helper.asked.at(-1)).toEqual(["leave"]));
    const opened = ["vscode.openFolder", Uri.file(join(desk.folder, "repo")), { forceNewWindow: true }];
    expect(fake.executed).toContainEqual(opened);
    expect(fake.executed).not.toContainEqual(reloaded);
  });

  it("stays in the session where that is wanted", async () => {
    await onDeadMount();
    const helper = await hostIsThere();
    (await notice(/helper ended/)).press("Keep a Copy…");
    (await notice(/Kept in/)).press("Stay in Session");
    await vi.waitFor(() => expect(fake.executed).toContainEqual(reloaded));
    expect(helper.asked.map(([name]) => name)).toEqual(["keepCopy"]);
  });

  it("says why there is no copy, and leaves when that is closed", async () => {
    await onDeadMount();
    const helper = await hostIsThere();
    helper.copy = () => Promise.reject(new SessionError("keep-incomplete", "1 could not be read: a (EIO)"));
    (await notice(/helper ended/)).press("Keep a Copy…");
    const told = await notice(/The copy is not complete: 1 could not be read/);
    expect(told).toMatchObject({ kind: "error", buttons: ["Stay in Session"] });
    told.press(undefined);
    await vi.waitFor(() => expect(helper.asked.at(-1)).toEqual(["leave"]));
  });

  it("leaves nothing that ended meanwhile, and offers the ways on again", async () => {
    await onDeadMount();
    const helper = await hostIsThere();
    helper.copy = async () => {
      await helper.crash();
      throw new SessionError("host-gone", "x");
    };
    const [first] = fake.shown;
    first?.press("Keep a Copy…");
    await vi.waitFor(() => expect(fake.shown.filter(({ text }) => text === first?.text)).toHaveLength(2));
    const failed = await notice(/^(?!Pairmount's helper ended)/);
    expect(failed.buttons).toEqual([]);
    failed.press(undefined);
    expect(helper.asked.map(([name]) => name)).toEqual(["keepCopy"]);
  });

  it("leaves alone a session that the window has again", async () => {
    const mount = await onDeadMount();
    const told = await notice(/helper ended/);
    const helper = await hostIsThere();
    fake.input = () => invite;
    await fake.commands.get("pairmount.join")?.();
    expect(helper.status.mount).toBe(mount);
    told.press("Keep a Copy…");
    await notice(/has a session again/);
    expect(helper.asked).toEqual([]);
  });

  it("joins nothing where no folder is chosen, and offers the ways on again", async () => {
    await onDeadMount();
    await hostIsThere();
    fake.chosen = undefined;
    (await notice(/helper ended/)).press("Keep a Copy…");
    await vi.waitFor(() => expect(fake.shown).toHaveLength(2));
    expect(() => desk.ran()).toThrow("ENOENT");
  });
});

describe("a host that is away", () => {
  beforeEach(() =>
    desk.program({ event: "failed", code: "unreachable", text: "pairmount: The host cannot be reached: x" }),
  );

  it.each(["Rejoin", "Keep a Copy…"])("is told of at %s, with what to do; the ways on stay", async (way) => {
    await onDeadMount();
    fake.chosen = Uri.file(desk.folder);
    (await notice(/helper ended/)).press(way);
    const told = await notice(
      /^The host cannot be reached: x Without the host .* ask for .* again, then try again; after a crash its invite is the same/,
    );
    expect(told).toMatchObject({ kind: "error", buttons: guestWays });
    expect(fake.shown).toHaveLength(2);
  });

  it("is not asked by the same invite again unseen: the clipboard's new one is proposed, else the one that is known", async () => {
    await onDeadMount();
    const proposed: string[] = [];
    fake.input = ({ value }) => {
      proposed.push(value);
      return proposed.length === 1 ? value : undefined;
    };
    fake.clipboard = "no invite";
    (await notice(/helper ended/)).press("Rejoin");
    (await notice(/cannot be reached/)).press("Rejoin");
    await vi.waitFor(() => expect(fake.shown).toHaveLength(3));
    fake.clipboard = other;
    fake.shown[2]?.press("Rejoin");
    await vi.waitFor(() => expect(fake.shown).toHaveLength(4));
    expect(proposed).toEqual([invite, other]);
    expect(desk.ran()[1]).toBe(invite);
  });

  it("is not said to be away where joining failed for another reason, or was cancelled", async () => {
    await onDeadMount();
    desk.program({ event: "failed", code: "no-fuse", text: "pairmount: FUSE is not available on this machine: x" });
    (await notice(/helper ended/)).press("Rejoin");
    const told = await notice(/FUSE/);
    expect(told.text).toBe("FUSE is not available on this machine: x");
    desk.program({ event: "failed", code: "cancelled", text: "pairmount: Cancelled" });
    fake.input = () => invite;
    told.press("Rejoin");
    await vi.waitFor(() => expect(fake.shown).toHaveLength(3));
    expect(fake.shown[2]?.text).toBe(told.text);
  });
});

describe("the ways on", () => {
  const beside: Place = { role: "host", mount: "/m", folder: "/app" };
  const over: Place = { role: "host", mount: "/app", folder: "/app" };
  const joined: Place = { role: "guest", mount: "/m", folder: null };

  it("are those that make sense at a place", () => {
    for (const loss of ["ended", "lost", "found"] as const) {
      expect(waysOn(joined, loss)).toEqual(guestWays);
      expect(waysOn(beside, loss)).toEqual(["Open Real Folder", "Close Folder"]);
      expect(waysOn(over, loss)).toEqual(loss === "ended" ? [] : ["Share Again"]);
    }
  });

  it("are at hand in the status item's list as long as there is no session, and once more when asked for", async () => {
    await onDeadMount();
    (await notice(/helper ended/)).press(undefined);
    await fake.commands.get("pairmount.menu")?.();
    expect((await notice(/session of this folder is over/)).buttons).toEqual(guestWays);
    await hostIsThere();
    fake.input = () => invite;
    await fake.commands.get("pairmount.join")?.();
    fake.executed.length = 0;
    await fake.commands.get("pairmount.menu")?.();
    expect(fake.executed).not.toContainEqual(["pairmount.goOn"]);
    desk.open("/elsewhere");
    await fake.commands.get("pairmount.goOn")?.();
    await notice(/Nothing was shared or joined in this folder/);
  });

  it("are not offered on an ordinary folder that took the mount's place", async () => {
    const mount = await onDeadMount();
    writeFileSync(join(mount, "mine.txt"), "");
    desk.open(mount);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fake.shown).toEqual([]);
  });

  it("know a place by its mount, newest first, twenty at most", () => {
    const first = remember([], aState({ mount: "/m0", folder: null, role: "guest" }).status);
    let places = first;
    for (let i = 1; i <= 20; i++) places = remember(places, aState({ mount: `/m${i}` }).status);
    expect(places).toHaveLength(20);
    expect(places[0]?.mount).toBe("/m20");
    expect(places).not.toContainEqual(first[0]);
    expect(remember(places, aState({ mount: "/m5" }).status).map(({ mount }) => mount)).toHaveLength(20);
  });
});

describe("a host whose helper crashed", () => {
  it("has its plain folder back, and may share it again", async () => {
    const helper = await desk.share();
    desk.open(helper.status.mount);
    await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
    await helper.crash();
    const told = await notice(/helper ended\. The plain folder is back\./);
    expect(told.buttons).toEqual(["Share Again"]);
    desk.program({ event: "hidden", files: [] });
    told.press("Share Again");
    await notice(/^Share .*\?/);
  });

  it("opens the real folder, where the mount lay elsewhere", async () => {
    const helper = await desk.share({ folder: "/plain" });
    desk.open(helper.status.mount);
    await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
    await helper.crash();
    const told = await notice(/helper ended\. The plain folder is \/plain\./);
    expect(told.buttons).toEqual(["Open Real Folder", "Close Folder"]);
    told.press("Open Real Folder");
    await vi.waitFor(() =>
      expect(fake.executed).toContainEqual(["vscode.openFolder", Uri.file("/plain"), { forceReuseWindow: true }]),
    );
  });

  it("is offered nothing in a window that comes back to the plain folder, empty or not", async () => {
    const helper = await desk.share();
    desk.open(helper.status.mount);
    await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
    await helper.crash();
    desk.open(helper.status.mount);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fake.shown).toEqual([]);
  });

  it("may share again in a window that comes back where nothing can be read", async () => {
    const helper = await desk.share();
    const { mount } = helper.status;
    desk.open(mount);
    await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
    await helper.crash();
    rmSync(mount, { recursive: true });
    desk.open(mount);
    expect((await notice(/was a shared workspace/)).buttons).toEqual(["Share Again"]);
    mkdirSync(mount);
  });
});
