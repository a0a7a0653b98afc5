/** Pairmount as its users meet it: a host and a guest, each in a workbench of their own, on one repository. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { mustGit } from "../harness/git.ts";
import { isMounted } from "../harness/helper.ts";
import { apart, describePair, soon } from "../harness/workbench/pair.ts";
import { sessionOf } from "../harness/workbench/peers.ts";

const begin = apart({ files: { "readme.txt": "one\n", ".gitignore": ".env\n", ".env": "TOKEN=1\n" } });

describePair("a shared workspace in two windows", begin, (it) => {
  it("is shared by the palette, in the same window", async ({ folder, ada }) => {
    await ada.views.open("Pairmount");
    await ada.views.tree("Peers").pane.getByText("Share Workspace").first().waitFor();
    await ada.screenshot("pairmount-1-welcome");
    await ada.run("Pairmount: Share Workspace");
    expect(await ada.dialog.text()).toMatch(/\.git included.*Hidden, for you alone: \.env\./s);
    await ada.screenshot("pairmount-2-consent");
    await ada.dialog.click("Share");
    await ada.statusBar.item(/sharing$/).waitFor();
    await vi.waitFor(() => expect(isMounted(folder)).toBe(true), soon);
    await ada.views.tree("Peers").row("ada").waitFor();
    await ada.screenshot("pairmount-3-sharing");
  });

  it("is joined by the palette; the host's window asks, and one click lets in", async ({ mount, host, ada, ben }) => {
    const { invite } = sessionOf(host.workbench);
    await ben.run("Pairmount: Join Workspace");
    await ben.quickInput.input.waitFor();
    await ben.quickInput.answer(invite);
    await ben.statusBar.item(/waiting for the host/).waitFor();
    await ben.screenshot("pairmount-4-lobby");
    await ada.statusBar.item(/ben asks to join/).waitFor();
    await ada.views.tree("Peers").row("ben").waitFor();
    await ada.screenshot("pairmount-5-asked");
    await ada.notifications.click(/ben asks to join/, "Accept");
    await ben.page.waitForURL((url) => url.searchParams.get("folder") === mount);
    await ben.statusBar.item(/in sync/).waitFor();
    await ada.statusBar.item(/in sync/).waitFor();
    await ben.explorer.row("readme.txt").waitFor();
    await ben.views.open("Pairmount");
    await ben.views.tree("Peers").row("ada").waitFor();
    await ben.screenshot("pairmount-6-joined");
  });

  it("shows a file that one makes and edits in the other's explorer and open editor", async ({ mount, ada, ben }) => {
    await Promise.all([ada.views.open("Explorer"), ben.views.open("Explorer")]);
    writeFileSync(join(mount, "new.txt"), "from ben\n");
    await ada.explorer.open("new.txt");
    await vi.waitFor(async () => expect(await ada.editor.text("new.txt")).toBe("from ben\n"), soon);
    await ben.explorer.open("new.txt");
    await ben.editor.replace("new.txt", "changed by ben\n");
    await ben.editor.save("new.txt");
    await vi.waitFor(async () => expect(await ada.editor.text("new.txt")).toBe("changed by ben\n"), soon);
    await ada.editor.replace("new.txt", "changed by ada\n");
    await ada.editor.save("new.txt");
    await vi.waitFor(async () => expect(await ben.editor.text("new.txt")).toBe("changed by ada\n"), soon);
    expect(await ada.notifications.texts()).not.toContainEqual(expect.stringContaining("newer"));
    expect(readFileSync(join(mount, "new.txt"), "utf8")).toBe("changed by ada\n");
  });

  it("shows what one stages in the other's Source Control, and a commit from there in everybody's tree", async ({
    folder,
    mount,
    ada,
    ben,
  }) => {
    await ada.sourceControl.open();
    await ben.sourceControl.open();
    await mustGit({ root: mount, name: "ben" }, ["add", "new.txt"]);
    for (const { page } of [ada, ben]) await page.locator(".part.sidebar").getByText("Staged Changes").waitFor();
    await ada.screenshot("pairmount-6-staged");
    await ben.sourceControl.commit("Add a file");
    await ada.page.locator('.activitybar .action-label[aria-label*="1 new commit"]').waitFor();
    await ada.views.open("Pairmount");
    await ada.views.tree("Commits").row("Add a file").waitFor();
    const [row] = await ada.views.tree("Commits").read();
    expect(row).toMatchObject({
      label: "Add a file",
      description: expect.stringMatching(/^new · ben · main/) as string,
    });
    expect(await mustGit({ root: folder, name: "ada" }, ["log", "-1", "--format=%an: %s"])).toBe("ben: Add a file\n");
    await mustGit({ root: folder, name: "ada" }, ["commit", "-q", "--allow-empty", "-m", "From a terminal"]);
    await ben.views.open("Pairmount");
    await ben.views.tree("Commits").row("From a terminal").waitFor();
    await ben.screenshot("pairmount-7-commits");
    await ben.views.tree("Commits").row("Add a file").click();
    await vi.waitFor(async () => expect(await ben.page.title()).toContain("Add a file"), soon);
    await ben.screenshot("pairmount-8-change");
  });

  it("keeps what a save has not seen: of the same size, of another, and where Overwrite is pressed", async ({
    folder,
    mount,
    ada,
    ben,
  }) => {
    await Promise.all([ben.views.open("Explorer"), ada.views.open("Explorer")]);
    await ben.explorer.open("new.txt");
    await ben.editor.replace("new.txt", "typed by ben ..\n");
    writeFileSync(join(folder, "new.txt"), "unseen by ada.\n");
    await vi.waitFor(() => expect(readFileSync(join(mount, "new.txt"), "utf8")).toBe("unseen by ada.\n"), soon);
    await ben.editor.save("new.txt");
    await vi.waitFor(() => expect(readFileSync(join(folder, "new.txt"), "utf8")).toBe("typed by ben ..\n"), soon);
    await ben.statusBar.item(/needs attention/).waitFor();
    await ben.views.open("Pairmount");
    await ben.views.tree("Recovered").row("new.txt").click();
    await vi.waitFor(async () => expect(await ben.page.title()).toContain("recovered ↔ current"), soon);
    await ben.screenshot("pairmount-8-recovered");
    await ben.views.tree("Recovered").press("new.txt", "Restore");
    await vi.waitFor(() => expect(readFileSync(join(folder, "new.txt"), "utf8")).toBe("unseen by ada.\n"), soon);
    await ben.notifications.one(/is restored; what it held is kept/).waitFor();
    await vi.waitFor(async () => expect(await ben.views.tree("Recovered").read()).toHaveLength(1), soon);
    await ben.views.tree("Recovered").press("new.txt", "Discard");
    await ben.dialog.click("Discard");
    await ben.statusBar.item(/in sync/).waitFor();

    await ben.views.open("Explorer");
    await ben.explorer.open("new.txt");
    await vi.waitFor(async () => expect(await ben.editor.text("new.txt")).toBe("unseen by ada.\n"), soon);
    await ben.editor.replace("new.txt", "ben again\n");
    writeFileSync(join(folder, "new.txt"), "ada again, and longer\n");
    await vi.waitFor(() => expect(readFileSync(join(mount, "new.txt"), "utf8")).toContain("longer"), soon);
    await ben.page.keyboard.press("Control+S");
    await ben.notifications.click(/is newer/, "Overwrite");
    await vi.waitFor(() => expect(readFileSync(join(folder, "new.txt"), "utf8")).toBe("ben again\n"), soon);
    await ben.views.open("Pairmount");
    await ben.views.tree("Recovered").row("new.txt").waitFor();
    expect(await ben.views.tree("Recovered").read()).toHaveLength(1);
    await ben.views.tree("Recovered").press("new.txt", "Discard");
    await ben.dialog.click("Discard");
    await ben.statusBar.item(/in sync/).waitFor();
    writeFileSync(join(folder, "new.txt"), "changed by ada\n");
  });

  it("is found again after a reload", async ({ ada, ben }) => {
    await ben.reload();
    await ben.statusBar.item(/in sync/).waitFor();
    await ben.views.open("Pairmount");
    await ben.views.tree("Commits").row("From a terminal").waitFor();
    await ada.reload();
    await ada.statusBar.item(/in sync/).waitFor();
  });

  it("shows by the reload nothing as new again that was seen, and in sync where nothing is on its way", async ({
    ben,
  }) => {
    const rows = await ben.views.tree("Commits").read();
    expect(rows.filter(({ description }) => description.startsWith("new"))).toEqual([]);
    expect(await ben.views.tree("Sync").read()).toMatchObject([{ label: "in sync" }, { label: "mount" }]);
  });

  it("collects diagnostics as a document that has no secret in it", async ({ host, ada }) => {
    const { invite } = sessionOf(host.workbench);
    await ada.run("Pairmount: Collect Diagnostics");
    const lines = ada.page.locator('.editor-instance .monaco-editor[data-uri^="untitled:"] .view-lines');
    await lines.getByText("Pairmount diagnostics").waitFor();
    await lines.click();
    await ada.page.keyboard.press("Control+A");
    await ada.page.keyboard.press("Control+C");
    const text = await ada.page.evaluate<string>("navigator.clipboard.readText()");
    for (const part of ["## Doctor", "right to mount", '"role": "host"', "(shared, in sync)", '"event":"shared"'])
      expect(text).toContain(part);
    expect(text).not.toContain(invite.slice(0, 30));
    await ada.screenshot("pairmount-8-diagnostics");
    await ada.run("View: Revert and Close Editor");
  });

  it("lets the host take the right to write and give it back", async ({ folder, mount, ada, ben }) => {
    await Promise.all([ada.views.open("Pairmount"), ben.views.open("Pairmount")]);
    const benIs = async (description: string): Promise<void> =>
      await vi.waitFor(async () => {
        const rows = await ben.views.tree("Peers").read();
        expect(rows.find(({ label }) => label === "ben")?.description).toBe(description);
      }, soon);
    await ada.views.tree("Peers").press("ben", "Make Guest Read-Only");
    await benIs("you · reads only");
    expect(() => writeFileSync(join(mount, "no.txt"), "")).toThrow("EROFS");
    await ada.screenshot("pairmount-9-read-only");
    await ada.views.tree("Peers").press("ben", "Allow Guest to Write");
    await benIs("you");
    writeFileSync(join(mount, "yes.txt"), "");
    await vi.waitFor(() => expect(existsSync(join(folder, "yes.txt"))).toBe(true), soon);
    expect(existsSync(join(folder, "no.txt"))).toBe(false);
  });

  it("ends by the palette; the plain folder is back in the same window, and the guest is told", async ({
    folder,
    mount,
    ada,
    ben,
  }) => {
    await ada.run("Pairmount: Stop Sharing");
    await ada.dialog.click("Stop Sharing");
    await ada.statusBar.item(/Pairmount$/).waitFor();
    await vi.waitFor(() => expect([isMounted(folder), isMounted(mount)]).toEqual([false, false]), soon);
    await ben.notifications
      .one(/The session has ended/)
      .first()
      .waitFor();
    await ben.screenshot("pairmount-10-ended");
    expect(readFileSync(join(folder, "new.txt"), "utf8")).toBe("changed by ada\n");
    expect(await mustGit({ root: folder, name: "ada" }, ["fsck", "--full", "--strict"])).toBe("");
  });

  it("says so when its helper crashes; the plain folder is back, and the status item offers to share again", async ({
    folder,
    host,
    ada,
  }) => {
    await ada.run("Pairmount: Share Workspace");
    await ada.dialog.click("Share");
    const { pid } = await vi.waitFor(() => sessionOf(host.workbench), soon);
    await ada.views.tree("Peers").row("ada").waitFor();
    process.kill(pid, "SIGKILL");
    await ada.statusBar.item(/helper ended/).waitFor();
    await vi.waitFor(() => expect(isMounted(folder)).toBe(false), soon);
    expect(readFileSync(join(folder, "new.txt"), "utf8")).toBe("changed by ada\n");
    await ada.statusBar.item(/helper ended/).click();
    await ada.screenshot("pairmount-11-crashed");
    await ada.quickInput.row(/Share Workspace/).waitFor();
    await ada.quickInput.answer("Share Workspace");
    await ada.dialog.click("Share");
    await ada.statusBar.item(/sharing$/).waitFor();
    await vi.waitFor(() => expect(isMounted(folder)).toBe(true), soon);
  });
});
