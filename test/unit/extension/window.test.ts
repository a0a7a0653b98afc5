/** The extension's shell: activated on a fake editor, attached to a session over a real socket. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commandIds, viewIds } from "../../../extension/command-ids.ts";
import { fake, Uri } from "../../harness/fake-vscode.ts";
import { ada, aJoin, ben } from "./samples.ts";
import { createDesk, type Desk, type Helper, notice } from "./window.ts";

let desk: Desk;
beforeEach(() => {
  desk = createDesk();
});
afterEach(async () => await desk.end());

const statusIs = async (text: string): Promise<void> => await vi.waitFor(() => expect(fake.status?.text).toBe(text));

async function openOn(status: Parameters<Desk["share"]>[0] = {}): Promise<Helper> {
  const helper = await desk.share(status);
  desk.open(helper.status.mount);
  await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
  return helper;
}
const guest = (): Parameters<Desk["share"]>[0] => ({
  role: "guest",
  folder: null,
  peers: [
    { ...ada, you: false },
    { ...ben, you: true },
  ],
});

describe("a window without a session", () => {
  it("registers every command and view that package.json names, and offers to begin", () => {
    desk.open(desk.folder);
    expect([...fake.commands.keys()].toSorted()).toEqual([...commandIds].toSorted());
    expect([...fake.trees.keys()].toSorted()).toEqual([...viewIds].toSorted());
    expect(fake.status).toMatchObject({ text: "$(broadcast) Pairmount", command: "pairmount.menu" });
    expect(fake.shown).toEqual([]);
  });

  it("shows what Doctor says as a document", async () => {
    desk.open(desk.folder);
    desk.program({ ok: "git" });
    await fake.commands.get("pairmount.doctor")?.();
    expect(desk.ran()).toEqual(["doctor"]);
    expect(fake.texts).toEqual(['{"ok":"git"}\n']);
  });

  it("asks before it shares, and shares nothing when the question is closed", async () => {
    desk.open(desk.folder);
    desk.program({ event: "hidden", files: [] });
    const shared = fake.commands.get("pairmount.share")?.();
    const { buttons, press } = await notice(/^Share /);
    expect(buttons).toEqual(["Share", "Edit Hidden Files…"]);
    press(undefined);
    await shared;
    expect(fake.status?.text).toBe("$(broadcast) Pairmount");
  });

  it("joins nothing by a link alone: the invite is shown to be agreed to", async () => {
    desk.open(desk.folder);
    const asked: string[] = [];
    fake.input = ({ value }) => {
      asked.push(value);
      return undefined;
    };
    await fake.uriHandler?.(
      Uri.from({ scheme: "vscode", path: "/join", query: `invite=${encodeURIComponent("AQ+b")}` }),
    );
    expect(asked).toEqual(["AQ+b"]);
    await fake.uriHandler?.(Uri.from({ scheme: "vscode", path: "/other", query: "invite=x" }));
    expect(asked).toHaveLength(1);
  });

  it("prefills an invite from the clipboard, and nothing else from there", async () => {
    desk.open(desk.folder);
    const asked: string[] = [];
    fake.input = ({ value }) => {
      asked.push(value);
      return undefined;
    };
    for (const copied of [`AQ${"x".repeat(90)}`, "my password"]) {
      fake.clipboard = copied;
      await fake.commands.get("pairmount.join")?.();
    }
    expect(asked).toEqual([`AQ${"x".repeat(90)}`, ""]);
  });

  it("tells a command that needs a row to be chosen there", async () => {
    desk.open(desk.folder);
    await fake.commands.get("pairmount.copyHash")?.();
    expect(fake.shown).toMatchObject([{ kind: "error", text: "Choose this on a row of the Pairmount view." }]);
  });
});

describe("a window on a session's mount", () => {
  it("finds the session, also by a folder in it, and draws it", async () => {
    const helper = await openOn();
    await statusIs("$(check) in sync");
    expect(fake.rows("pairmount.peers")).toEqual(["ada", "ben"]);
    expect(fake.executed).toContainEqual(["setContext", "pairmount.state", "host"]);
    desk.open(join(helper.status.mount, "src"));
    await statusIs("$(check) in sync");
    desk.open(`${helper.status.mount}-other`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fake.status?.text).toBe("$(broadcast) Pairmount");
  });

  it("follows what changes", async () => {
    const helper = await openOn();
    helper.status = { ...helper.status, locks: [{ path: ".git/index.lock", holder: "ben" }] };
    helper.tell({ event: "operation", peer: "ben", kind: "changed", path: "a", ms: 1 });
    await statusIs("$(lock) ben is committing");
  });

  it("asks the host about who waits, once, and hands the answer on; a stale click is told so", async () => {
    const helper = await openOn();
    helper.joins = [aJoin];
    helper.tell({ event: "peer", peer: "cleo", state: "asking" });
    const asked = await notice(/cleo asks to join.*K7QX/);
    expect(asked.buttons).toEqual(["Accept", "Accept Read-Only", "Decline"]);
    await statusIs("$(bell-dot) cleo asks to join");
    expect(fake.trees.get("pairmount.peers")?.badge).toMatchObject({ value: 1 });
    helper.settled = false;
    asked.press("Accept Read-Only");
    await notice(/does not wait any more/);
    expect(helper.asked).toEqual([["decide", { id: 4, accept: true, access: "read-only" }]]);
    expect(fake.shown.filter(({ text }) => text.includes("asks to join"))).toHaveLength(1);
  });

  it("makes a guest read-only by its row, and removes it only when that is confirmed", async () => {
    const helper = await openOn();
    await fake.press("pairmount.makeReadOnly", "pairmount.peers", "ben");
    const removed = fake.press("pairmount.removeGuest", "pairmount.peers", "ben");
    (await notice(/Remove ben/)).press("Remove");
    await removed;
    expect(helper.asked).toEqual([
      ["setAccess", { peer: 1, access: "read-only" }],
      ["remove", { peer: 1 }],
    ]);
  });

  it("copies the invite as text, and as a link of the editor's own scheme", async () => {
    await openOn();
    await fake.commands.get("pairmount.copyInvite")?.();
    expect(fake.clipboard).toBe("invite");
    (await notice(/on the clipboard/)).press("Copy as Link");
    await vi.waitFor(() => expect(fake.clipboard).toBe("vscodium://pairmount.pairmount/join?invite=invite"));
  });

  it("checks nothing out in a folder that is not trusted", async () => {
    const helper = await openOn();
    helper.tell({ ...commit, event: "commit", ms: 1 });
    await vi.waitFor(() => expect(fake.rows("pairmount.commits")).toEqual(["Add it"]));
    fake.trusted = false;
    await fake.press("pairmount.checkOut", "pairmount.commits", "Add it");
    await notice(/Trust this folder first/);
  });

  it("asks the Git extension to look when a peer commits: at once, and at most twice a second", async () => {
    let looks = 0;
    const status = (): Promise<void> => Promise.resolve(void (looks += 1));
    const helper = await openOn();
    fake.git = { isActive: true, exports: { enabled: true, getAPI: () => ({ repositories: [{ status }] }) } };
    helper.tell({ ...commit, own: true, event: "commit", ms: 1 });
    for (let i = 0; i < 5; i += 1) helper.tell({ ...commit, event: "commit", ms: 1 });
    await vi.waitFor(() => expect(fake.rows("pairmount.commits")).toHaveLength(6));
    expect(looks).toBe(1);
    await vi.waitFor(() => expect(looks).toBe(2));
  });
});

const commit = {
  peer: "ben",
  own: false,
  hash: "b".repeat(40),
  old: null,
  subject: "Add it",
  author: "Ben",
  branch: "main",
  how: "commit",
  at: 1,
} as const;

describe("the end", () => {
  it("is asked for first; the plain folder needs no way on", async () => {
    const helper = await openOn();
    const stopped = fake.commands.get("pairmount.stop")?.();
    (await notice(/Stop sharing\?/)).press("Stop Sharing");
    await stopped;
    expect(helper.asked).toEqual([["leave"]]);
    expect((await notice(/session has ended/)).buttons).toEqual([]);
    await statusIs("$(broadcast) Pairmount");
  });

  it("gives guests a minute, where the host wants to; it may still stop at once", async () => {
    const helper = await openOn();
    const stopped = fake.commands.get("pairmount.stop")?.();
    const asked = await notice(/Stop sharing\?/);
    expect(asked.buttons).toEqual(["Stop Sharing", "Stop in a Minute"]);
    asked.press("Stop in a Minute");
    await stopped;
    expect(helper.asked).toEqual([["endSoon", { seconds: 60 }]]);
    (await notice(/guests are told/)).press("Stop Now");
    await vi.waitFor(() => expect(helper.asked.at(-1)).toEqual(["leave"]));
  });

  it("that the host announces is told to a guest, who may keep a copy", async () => {
    const helper = await openOn(guest());
    fake.chosen = Uri.file(desk.folder);
    helper.tell({ event: "ending", peer: "ada", seconds: 60 });
    const told = await notice(/ada ends the session in 60 seconds/);
    expect(told.buttons).toEqual(["Keep a Copy…"]);
    told.press("Keep a Copy…");
    await vi.waitFor(() => expect(helper.asked).toMatchObject([["keepCopy", expect.any(String)]]));
  });

  it("leaves a guest's window with a way on, told once", async () => {
    const helper = await openOn(guest());
    helper.tell({ event: "ended", reason: "the host stopped sharing" });
    const told = await notice(/session has ended: the host stopped sharing/);
    expect(told.buttons).toEqual(["Rejoin", "Keep a Copy…", "Close Folder"]);
    await helper.crash();
    told.press("Close Folder");
    await vi.waitFor(() => expect(fake.executed).toContainEqual(["workbench.action.closeFolder"]));
    expect(fake.shown).toHaveLength(1);
  });

  it("is told on top of all that came with it, which is as few notices as can be", async () => {
    const helper = await openOn(guest());
    for (const peer of ["cleo", "dora"]) helper.tell({ event: "peer", peer, state: "left" });
    for (const id of ["1", "2", "3"]) helper.tell({ event: "recovered", path: `f${id}`, reason: "unsent", id });
    helper.tell({ event: "ended", reason: "the host stopped sharing" });
    await notice(/session has ended/);
    expect(fake.shown.map(({ text }) => text)).toEqual([
      "cleo left. dora left.",
      "Two people changed f1, f2 and f3 at once. One version of each is in the file, the other is kept.",
      "The session has ended: the host stopped sharing.",
    ]);
  });

  it("without a word is told, too; so is a window that comes back on a mount that is gone", async () => {
    const helper = await openOn(guest());
    await helper.crash();
    await statusIs("$(error) Pairmount: helper ended");
    expect((await notice(/helper ended/)).buttons).toEqual(["Rejoin", "Keep a Copy…", "Close Folder"]);
    desk.open(helper.status.mount);
    const told = await notice(/was a shared workspace/);
    const asked: string[] = [];
    fake.input = ({ value }) => {
      asked.push(value);
      return undefined;
    };
    told.press("Rejoin");
    await vi.waitFor(() => expect(asked).toEqual([""]));
  });

  it("lets a host whose mount lay elsewhere open the real folder", async () => {
    const helper = await openOn({ folder: "/plain" });
    helper.tell({ event: "ended", reason: "left" });
    (await notice(/session has ended/)).press("Open Real Folder");
    await vi.waitFor(() =>
      expect(fake.executed).toContainEqual(["vscode.openFolder", Uri.file("/plain"), { forceReuseWindow: true }]),
    );
  });
});
