/** Sharing and joining as a user begins who has trusted nothing yet: what works in Restricted Mode, and what trust adds. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { mustGit } from "../harness/git.ts";
import { apart, describePair, soon } from "../harness/workbench/pair.ts";
import { joinBoth, share } from "../harness/workbench/peers.ts";

describePair("a shared workspace in Restricted Mode", apart({ trust: "restricted" }), (it) => {
  it("is shared and joined by the palette; the guest's window opens the mount restricted, too", async ({
    host,
    guest,
    ada,
    ben,
  }) => {
    await ada.statusBar.item("Restricted Mode").waitFor();
    await share(host);
    await joinBoth(host, guest);
    await ben.statusBar.item("Restricted Mode").waitFor();
    await ben.screenshot("trust-1-joined");
  });

  it("shows edits and commits of the other, and the change of one", async ({ mount, ada }) => {
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

  for (const entry of ["Check Out", "Cherry-Pick"])
    it(`asks to trust the folder before ${entry}, which runs its hooks`, async ({ folder, ada }) => {
      await ada.views.tree("Commits").choose("Add a file", entry);
      await ada.notifications
        .one(/Trust this folder first/)
        .first()
        .waitFor();
      await ada.screenshot(`trust-2-${entry.toLowerCase().replace(" ", "-")}`);
      await ada.run("Notifications: Clear All Notifications");
      expect(await mustGit({ root: folder, name: "ada" }, ["log", "-1", "--format=%s"])).toBe("And nothing\n");
    });

  it("has Source Control, and checks out, once it is trusted, in the same session", async ({ mount, ada }) => {
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
