/**
 * An extension that says how long VS Code took to load and to activate another in the same extension host, from the marks that
 * VS Code itself sets there. Running Extensions counts from the moment at which all that begin together are asked for: it adds
 * the loading of those that come first.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Window } from "../../harness/workbench/window.ts";

/** Returns `folder`, in which it is written. */
export function writeStopwatch(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "extension.js"), program);
  return folder;
}

/** Milliseconds of Pairmount's require and activate since the window was loaded. It must be active. */
export async function readStopwatch({ quickInput, statusBar }: Window): Promise<number> {
  await quickInput.run("Stopwatch: Read");
  const item = statusBar.item(/^took \d+ ms$/);
  return Number(/\d+/.exec(await item.innerText())?.[0]);
}

/** Nothing begins it but its command: it takes no part in what is measured. */
const manifest = {
  name: "stopwatch",
  publisher: "pairmount-test",
  version: "0.0.1",
  engines: { vscode: "^1.100.0" },
  main: "./extension.js",
  activationEvents: [],
  capabilities: { untrustedWorkspaces: { supported: true } },
  contributes: { commands: [{ command: "stopwatch.read", category: "Stopwatch", title: "Read" }] },
};

const program = `
const { commands, window } = require("vscode");
exports.activate = ({ subscriptions }) => {
  const item = window.createStatusBarItem("stopwatch");
  const at = (name) => {
    const mark = globalThis.MonacoPerformanceMarks.getMarks().find((each) => each.name === "code/extHost/" + name + "/pairmount.pairmount");
    if (mark === undefined) throw new Error("no mark " + name);
    return mark.startTime;
  };
  const read = () => {
    const loaded = at("didLoadExtensionCode") - at("willLoadExtensionCode");
    item.text = "took " + (loaded + at("didActivateExtension") - at("willActivateExtension")) + " ms";
    item.show();
  };
  subscriptions.push(item, commands.registerCommand("stopwatch.read", read));
};
`;
