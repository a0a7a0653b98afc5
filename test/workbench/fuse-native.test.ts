/** One pass with the other driver: libfuse 2, on the editor's own runtime, from the helper's copy outside the extension. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { mustGit } from "../harness/git.ts";
import { isMounted } from "../harness/helper.ts";
import { mustRun } from "../harness/run.ts";
import { apart, describePair, soon } from "../harness/workbench/pair.ts";
import { joinBoth, sessionOf, share } from "../harness/workbench/peers.ts";

const begin = apart({ settings: { "pairmount.driver": "fuse-native" } });

describePair("a shared workspace with the driver fuse-native", begin, (it) => {
  it("is shared and joined by the palette", async ({ host, guest, ben }) => {
    await share(host);
    await joinBoth(host, guest);
    expect([host, guest].map(({ workbench }) => sessionOf(workbench).driver)).toEqual(["fuse-native", "fuse-native"]);
    await ben.explorer.row("readme.txt").waitFor();
    await ben.screenshot("native-1-joined");
  });

  it("shows edits of both when they are looked at: libfuse 2 makes no watcher events of what others do", async ({
    folder,
    mount,
    ada,
    ben,
  }) => {
    await Promise.all([ada.views.open("Explorer"), ben.views.open("Explorer")]);
    await ben.explorer.open("readme.txt");
    await ben.editor.replace("readme.txt", "changed by ben\n");
    await ben.editor.save("readme.txt");
    await vi.waitFor(() => expect(readFileSync(join(folder, "readme.txt"), "utf8")).toBe("changed by ben\n"), soon);
    await ada.explorer.open("readme.txt");
    expect(await ada.editor.text("readme.txt")).toBe("changed by ben\n");
    await ada.editor.replace("readme.txt", "changed by ada\n");
    await ada.editor.save("readme.txt");
    await vi.waitFor(() => expect(readFileSync(join(mount, "readme.txt"), "utf8")).toBe("changed by ada\n"), soon);
    await ben.run("File: Revert File");
    await vi.waitFor(async () => expect(await ben.editor.text("readme.txt")).toBe("changed by ada\n"), soon);
    await ben.explorer.rename("readme.txt", "read-me.txt");
    await vi.waitFor(() => expect(existsSync(join(folder, "read-me.txt"))).toBe(true), soon);
    await ada.run("Refresh Explorer");
    await ada.explorer.row("read-me.txt").waitFor();
    await ada.explorer.row("readme.txt").waitFor({ state: "hidden" });
  });

  it("shows a commit from the guest's terminal in the host's tree", async ({ ada, ben }) => {
    await ben.terminal.run("git add --all && git commit --quiet -m 'By the other driver'");
    await ada.views.open("Pairmount");
    await ada.views.tree("Commits").row("By the other driver").waitFor();
    const [row] = await ada.views.tree("Commits").read();
    expect(row?.description).toContain("ben · main");
    await ada.screenshot("native-2-commit");
  });

  it("ends by the palette: both mounts are gone, the plain folder is whole", async ({ folder, mount, ada }) => {
    await ada.run("Pairmount: Stop Sharing");
    await ada.dialog.click("Stop Sharing");
    await ada.statusBar.item(/Pairmount$/).waitFor();
    await vi.waitFor(() => expect([isMounted(folder), isMounted(mount)]).toEqual([false, false]), soon);
    expect(readFileSync(join(folder, "read-me.txt"), "utf8")).toBe("changed by ada\n");
    expect(existsSync(join(folder, "readme.txt"))).toBe(false);
    expect(await mustGit({ root: folder, name: "ada" }, ["status", "--porcelain"])).toBe("");
    expect(await mustRun("git", ["-C", folder, "fsck", "--full", "--strict"])).toBe("");
  });
});
