/** A mount beside the shared folder, as the setting names it: opened as the workspace, lost with its helper, and back by one click; joined by a link. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it, vi } from "vitest";
import { isMounted } from "../harness/helper.ts";
import { soon } from "../harness/workbench/pair.ts";
import {
  acceptInWindow,
  guestMount,
  type Peer,
  repositoryOf,
  sessionOf,
  startPeer,
} from "../harness/workbench/peers.ts";
import { describeInWorkbench } from "../harness/workbench/programs.ts";
import { useWorkbenches } from "../harness/workbench/workbenches.ts";

/** An extension whose command puts in place of the link on the clipboard the address at which VS Code hears of a click on it. */
function writeLinker(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const commands = [{ command: "linker.address", category: "Linker", title: "Address" }];
  const manifest = { name: "linker", publisher: "pairmount-test", version: "0.0.1", engines: { vscode: "^1.100.0" } };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({
      ...manifest,
      main: "./linker.js",
      activationEvents: ["onStartupFinished"],
      contributes: { commands },
    }),
  );
  writeFileSync(
    join(folder, "linker.js"),
    `const { commands, env, Uri } = require("vscode");
exports.activate = ({ subscriptions }) => {
  subscriptions.push(commands.registerCommand("linker.address", async () => {
    const address = await env.asExternalUri(Uri.parse(await env.clipboard.readText()));
    await env.clipboard.writeText(address.toString(true));
  }));
};
`,
  );
  return folder;
}

describeInWorkbench("a mount beside the shared folder", () => {
  const workbenches = useWorkbenches();
  let folder: string;
  let beside: string;
  let host: Peer;
  let guest: Peer;

  beforeAll(async () => {
    folder = workbenches.folder("app");
    beside = join(workbenches.folder("mounts"), "app");
    await repositoryOf(folder, { "readme.txt": "one\n" });
    host = await startPeer(workbenches, { name: "ada", folder, settings: { "pairmount.mountPoint": beside } });
    const extensions = [writeLinker(workbenches.folder("linker"))];
    guest = await startPeer(workbenches, { name: "ben", folder: workbenches.folder("elsewhere"), extensions });
  });

  it("is made and opened as the workspace", async () => {
    const { window } = host;
    await window.run("Pairmount: Share Workspace");
    await window.dialog.click("Share");
    await window.page.waitForURL((url) => url.searchParams.get("folder") === beside);
    await window.statusBar.item(/sharing$/).waitFor();
    await window.explorer.row("readme.txt").waitFor();
    expect([isMounted(folder), isMounted(beside)]).toEqual([false, true]);
  });

  it("is shared again at the same place by one click when its helper was killed", async () => {
    const { window, workbench } = host;
    process.kill(sessionOf(workbench).pid, "SIGKILL");
    await window.notifications.one(/helper ended\. The plain folder is/).waitFor();
    await window.screenshot("beside-1-killed");
    const begun = window.page.waitForEvent("load", { timeout: soon.timeout });
    await window.notifications.click(/helper ended/, "Share Again");
    await begun;
    await window.statusBar.item(/sharing$/).waitFor();
    await vi.waitFor(() => expect(readdirSync(beside)).toContain("readme.txt"), soon);
  });

  it("is joined by a link, which shows its invite first, and whose workspace it is while the guest waits", async () => {
    const { window } = guest;
    const link = `code-oss://pairmount.pairmount/join?invite=${sessionOf(host.workbench).invite}`;
    await window.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(link)})`);
    await window.run("Linker: Address");
    const clipboard = async (): Promise<string> => await window.page.evaluate<string>("navigator.clipboard.readText()");
    await vi.waitFor(async () => expect(await clipboard()).toMatch(/^http.*\/callback\?/), soon);
    const click = await window.page.context().newPage();
    await click.goto(await clipboard());
    await window.quickInput.widget.getByText("Join the workspace of this invite?").waitFor();
    await click.close();
    await window.screenshot("beside-2-link");
    await window.quickInput.input.press("Enter");
    await window.notifications.one(/waiting for ada to let you in to app\. Your fingerprint/).waitFor();
    await window.screenshot("beside-3-lobby");
    await acceptInWindow(host, guest);
    await window.page.waitForURL((url) => url.searchParams.get("folder") === guestMount(guest.workbench, "ada", "app"));
    await window.statusBar.item(/in sync/).waitFor();
  });
});
