/** What one renames and deletes, and a guest who is lost and comes back: the road closed for a while, the helper killed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { mustGit } from "../harness/git.ts";
import { mustRun } from "../harness/run.ts";
import { describePair, onRoad, soon } from "../harness/workbench/pair.ts";
import { acceptInWindow, type Peer, sessionOf } from "../harness/workbench/peers.ts";
import type { Window } from "../harness/workbench/window.ts";

/** The proxy lives in this process, which therefore never waits for the guest's mount. */
async function writeAtGuest(mount: string, name: string, text: string): Promise<void> {
  await mustRun("sh", ["-c", 'printf %s "$2" > "$1"', "sh", join(mount, name), text]);
}

/** What the guest wrote is in the host's real folder. */
async function arrives(folder: string, name: string, text: string): Promise<void> {
  await vi.waitFor(() => expect(readFileSync(join(folder, name), "utf8")).toBe(text), soon);
}

/** The host's window says so of the guest. */
async function benIs(ada: Window, state: RegExp): Promise<void> {
  await vi.waitFor(async () => {
    const rows = await ada.views.tree("Peers").read();
    expect(rows.find(({ label }) => label === "ben")?.description).toMatch(state);
  }, soon);
}

/** By the button of the guest's notice, and one click at the host. */
async function rejoin(host: Peer, guest: Peer): Promise<void> {
  const { window: ben } = guest;
  await ben.notifications.click(/session has ended/, "Rejoin");
  await host.window.notifications
    .one(/ben asks to join/)
    .first()
    .waitFor();
  // The window that showed the dead mount begins anew.
  const begun = ben.page.waitForEvent("load", { timeout: soon.timeout });
  await acceptInWindow(host, guest);
  await begun;
  await ben.statusBar.item(/in sync/).waitFor();
}

describePair("two windows over a road that can be closed", onRoad(), (it) => {
  it("shows a file that one renames and deletes in the other's Explorer, and no question about newer files", async ({
    mount,
    ada,
    ben,
  }) => {
    await Promise.all([ada.views.open("Explorer"), ben.views.open("Explorer")]);
    await writeAtGuest(mount, "first.txt", "from ben\n");
    await ada.explorer.open("first.txt");
    await vi.waitFor(async () => expect(await ada.editor.text("first.txt")).toBe("from ben\n"), soon);
    await ben.explorer.rename("first.txt", "second.txt");
    await ada.explorer.row("second.txt").waitFor();
    await ada.explorer.row("first.txt").waitFor({ state: "hidden" });
    await ada.explorer.open("second.txt");
    await ada.editor.replace("second.txt", "changed by ada\n");
    await ada.editor.save("second.txt");
    await ben.explorer.open("second.txt");
    await vi.waitFor(async () => expect(await ben.editor.text("second.txt")).toBe("changed by ada\n"), soon);
    await ada.screenshot("loss-1-renamed");
    await ada.explorer.remove("second.txt");
    await ada.dialog.click(/Delete|Move to Trash/);
    await ben.explorer.row("second.txt").waitFor({ state: "hidden" });
    await ben.screenshot("loss-2-deleted");
    for (const window of [ada, ben])
      expect(await window.notifications.texts()).not.toContainEqual(expect.stringContaining("newer"));
  });

  it("goes on when the road was closed for a while; what was written meanwhile arrives", async ({
    folder,
    mount,
    proxy,
    ada,
    ben,
  }) => {
    await Promise.all([ada.views.open("Pairmount"), ben.views.open("Pairmount")]);
    for (const direction of ["toHost", "toGuest"] as const) proxy.stall(direction);
    await ben.statusBar.item(/offline: 0 kept/).waitFor();
    await benIs(ada, /silent|reconnecting|gone/);
    await writeAtGuest(mount, "kept.txt", "kept\n");
    await ben.statusBar.item(/offline: [1-9]\d* kept/).waitFor();
    await ben.screenshot("loss-3-offline");
    await ada.screenshot("loss-4-silent");
    for (const direction of ["toHost", "toGuest"] as const) proxy.resume(direction);
    await ben.statusBar.item(/in sync/).waitFor();
    await arrives(folder, "kept.txt", "kept\n");
    await ada.statusBar.item(/in sync/).waitFor();
    // The file that ben has in front may stand there, too.
    await benIs(ada, /^(?!.*(silent|reconnecting|gone))/);
  });

  it("tells both when the guest's helper is killed, and offers to rejoin", async ({ guest, ada, ben }) => {
    process.kill(sessionOf(guest.workbench).pid, "SIGKILL");
    await ben.statusBar.item(/helper ended/).waitFor();
    await ben.notifications
      .one(/helper ended/)
      .first()
      .waitFor();
    await ben.screenshot("loss-5-killed");
    await ada.notifications
      .one(/ben lost the connection/)
      .first()
      .waitFor();
    await ada.statusBar.item(/sharing$/).waitFor();
    await ada.screenshot("loss-6-gone");
  });

  it("keeps a copy of what is gone: joined again for that alone, and left", async ({
    workbenches,
    host,
    guest,
    ada,
    ben,
  }) => {
    await ben.notifications.click(/helper ended/, "Keep a Copy…");
    const copies = workbenches.folder("copies");
    await ben.quickInput.chooseFolder(copies, "Keep Copy Here");
    await acceptInWindow(host, guest);
    const kept = ben.notifications.one(/Kept in .*checked by git/).first();
    await kept.waitFor();
    await ben.screenshot("loss-7-kept");
    const copy = { root: join(copies, "app"), name: "ben" };
    expect(readFileSync(join(copy.root, "kept.txt"), "utf8")).toBe("kept\n");
    expect(await mustGit(copy, ["status", "--porcelain"])).toBe("?? kept.txt\n");
    await benIs(ada, /^(?!.*(silent|reconnecting|gone))/);
    expect(await ada.views.tree("Peers").read()).toHaveLength(2);
    await ben.notifications.close(/Kept in/);
    await ben.notifications
      .one(/session has ended/)
      .first()
      .waitFor();
    await ada.statusBar.item(/sharing$/).waitFor();
  });

  it("is back by Rejoin, at the same place: both see each other's next edit", async ({
    mount,
    host,
    guest,
    ada,
    ben,
  }) => {
    await rejoin(host, guest);
    await ada.statusBar.item(/in sync/).waitFor();
    expect(sessionOf(guest.workbench).mount).toBe(mount);
    await Promise.all([ada.views.open("Explorer"), ben.views.open("Explorer")]);
    await writeAtGuest(mount, "again.txt", "by ben\n");
    await ada.explorer.open("again.txt");
    await vi.waitFor(async () => expect(await ada.editor.text("again.txt")).toBe("by ben\n"), soon);
    await ben.explorer.open("again.txt");
    await ada.editor.replace("again.txt", "by ada\n");
    await ada.editor.save("again.txt");
    await vi.waitFor(async () => expect(await ben.editor.text("again.txt")).toBe("by ada\n"), soon);
    await ben.screenshot("loss-8-rejoined");
  });

  it("goes on after the connection was cut", async ({ folder, mount, proxy, ben }) => {
    proxy.cut();
    await writeAtGuest(mount, "after-cut.txt", "sent anew\n");
    await arrives(folder, "after-cut.txt", "sent anew\n");
    await ben.statusBar.item(/in sync/).waitFor();
  });

  it("goes on when the host's helper is killed: shared again by a click, and joined again by another, with the invite there was", async ({
    folder,
    mount,
    host,
    guest,
    ada,
    ben,
  }) => {
    const { pid, invite } = sessionOf(host.workbench);
    process.kill(pid, "SIGKILL");
    await ada.notifications.click(/helper ended/, "Share Again");
    await ada.notifications.one(/invite is on the clipboard/).waitFor();
    expect(sessionOf(host.workbench).invite).toBe(invite);
    await rejoin(host, guest);
    await writeAtGuest(mount, "after-crash.txt", "by ben\n");
    await arrives(folder, "after-crash.txt", "by ben\n");
    await ben.screenshot("loss-9-shared-again");
  });
});
