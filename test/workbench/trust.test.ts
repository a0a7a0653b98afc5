/** Sharing and joining as a user begins who has trusted nothing yet: what works in Restricted Mode, and what trust adds. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it, vi } from "vitest";
import { mustGit } from "../harness/git.ts";
import { joinBoth, guestMount, makeRepository, type Peer, share, startPeer } from "../harness/workbench/peers.ts";
import { describeInWorkbench } from "../harness/workbench/programs.ts";
import type { Window } from "../harness/workbench/window.ts";
import { useWorkbenches } from "../harness/workbench/workbenches.ts";

const soon = { timeout: 60_000, interval: 50 };

describeInWorkbench("a shared workspace in Restricted Mode", () => {
  const workbenches = useWorkbenches();
  let folder: string;
  let mount: string;
  let host: Peer;
  let guest: Peer;
  let ada: Window;
  let ben: Window;

  beforeAll(async () => {
    folder = workbenches.folder("app");
    await makeRepository(folder);
    [host, guest] = await Promise.all([
      startPeer(workbenches, { name: "ada", folder, trust: "restricted" }),
      startPeer(workbenches, { name: "ben", folder: workbenches.folder("elsewhere"), trust: "restricted" }),
    ]);
    ({ window: ada } = host);
    ({ window: ben } = guest);
    mount = guestMount(guest, "ada", "app");
  });

  it("is shared and joined by the palette; the guest's window opens the mount restricted, too", async () => {
    await ada.statusBar.item("Restricted Mode").waitFor();
    await share(host);
    await joinBoth(host, guest);
    await ben.statusBar.item("Restricted Mode").waitFor();
    await ben.screenshot("trust-1-joined");
  });

  it("shows edits and commits of the other, and the change of one", async () => {
    await ada.views.open("Explorer");
    writeFileSync(join(mount, "new.txt"), "from ben\n");
    await ada.explorer.open("new.txt");
    await vi.waitFor(async () => expect(await ada.editor.text("new.txt")).toBe("from ben\n"), soon);
    const at = { root: mount, name: "ben" };
    await mustGit(at, ["add", "new.txt"]);
    await mustGit(at, ["commit", "-q", "-m", "Add a file"]);
    await mustGit(at, ["commit", "-q", "--allow-empty", "-m", "And nothing"]);
    await ada.views.open("Pairmount");
    await ada.views.tree("Commits").row("Add a file").click();
    await vi.waitFor(async () => expect(await ada.page.title()).toContain("Add a file"), soon);
  });

  it.each(["Check Out", "Cherry-Pick"])("asks to trust the folder before %s, which runs its hooks", async (entry) => {
    await ada.views.tree("Commits").choose("Add a file", entry);
    await ada.notifications
      .one(/Trust this folder first/)
      .first()
      .waitFor();
    await ada.screenshot(`trust-2-${entry.toLowerCase().replace(" ", "-")}`);
    await ada.run("Notifications: Clear All Notifications");
    expect(await mustGit({ root: folder, name: "ada" }, ["log", "-1", "--format=%s"])).toBe("And nothing\n");
  });

  it("has Source Control, and checks out, once it is trusted, in the same session", async () => {
    await ada.trustFolder();
    await ada.statusBar.item(/in sync/).waitFor();
    await ada.sourceControl.open();
    writeFileSync(join(mount, "staged.txt"), "");
    await mustGit({ root: mount, name: "ben" }, ["add", "staged.txt"]);
    await ada.page.locator(".part.sidebar").getByText("Staged Changes").waitFor();
    await ada.screenshot("trust-3-source-control");
    await mustGit({ root: mount, name: "ben" }, ["commit", "-q", "-m", "Staged by ben"]);
    await ada.views.open("Pairmount");
    await ada.views.tree("Commits").row("Staged by ben").waitFor();
    await ada.views.tree("Commits").choose("Add a file", "Check Out");
    await ada.dialog.click("Check Out");
    await vi.waitFor(
      async () =>
        expect(await mustGit({ root: mount, name: "ben" }, ["log", "-1", "--format=%s"])).toBe("Add a file\n"),
      soon,
    );
    await ada.screenshot("trust-4-checked-out");
  });
});
