/** The smallest extension that shows something everywhere the tests look: a command, a status item, a tree, a notification. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function writeFixtureExtension(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  writeFileSync(join(folder, "extension.js"), program);
  writeFileSync(
    join(folder, "icon.svg"),
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M4 4h16v16H4z"/></svg>',
  );
  return folder;
}

const manifest = {
  name: "fixture",
  displayName: "Fixture",
  publisher: "pairmount-test",
  version: "0.0.1",
  engines: { vscode: "^1.100.0" },
  main: "./extension.js",
  activationEvents: ["onStartupFinished"],
  capabilities: { untrustedWorkspaces: { supported: true } },
  contributes: {
    commands: [
      { command: "fixture.greet", category: "Fixture", title: "Greet" },
      { command: "fixture.pick", category: "Fixture", title: "Pick a Fruit" },
      { command: "fixture.eat", category: "Fixture", title: "Eat", icon: "$(trash)" },
    ],
    viewsContainers: {
      activitybar: [
        { id: "fixture", title: "Fixture", icon: "icon.svg" },
        { id: "alone", title: "Alone", icon: "icon.svg" },
      ],
    },
    views: {
      fixture: [
        { id: "fixture.fruits", name: "Fruits" },
        { id: "fixture.empty", name: "Nothing" },
      ],
      alone: [{ id: "fixture.alone", name: "Only One" }],
    },
    viewsWelcome: [{ view: "fixture.empty", contents: "Nothing here.\n[Say Hello](command:fixture.greet)" }],
    menus: { "view/item/context": [{ command: "fixture.eat", when: "view == fixture.fruits", group: "inline" }] },
  },
};

const program = `
const vscode = require("vscode");
exports.activate = (context) => {
  const status = vscode.window.createStatusBarItem("fixture.status", vscode.StatusBarAlignment.Left, 100);
  status.name = "Fixture";
  status.text = "$(zap) fixture ready";
  status.command = "fixture.greet";
  status.show();
  let greeted = 0;
  const changed = new vscode.EventEmitter();
  const children = { "": ["apple", "pear"], pear: ["stalk"] };
  const tree = {
    onDidChangeTreeData: changed.event,
    getChildren: (name = "") => children[name] ?? [],
    getTreeItem(name) {
      const state = children[name] ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None;
      const item = new vscode.TreeItem(name, state);
      item.description = name.length + " letters";
      return item;
    },
  };
  context.subscriptions.push(
    status,
    vscode.window.registerTreeDataProvider("fixture.fruits", tree),
    vscode.window.registerTreeDataProvider("fixture.alone", tree),
    vscode.window.registerTreeDataProvider("fixture.empty", { getChildren: () => [], getTreeItem: () => undefined }),
    vscode.commands.registerCommand("fixture.greet", async () => {
      greeted += 1;
      status.text = "$(zap) greeted " + greeted;
      const answer = await vscode.window.showInformationMessage("Hello from the fixture", "Again", "Enough");
      if (answer !== undefined) status.text = "$(zap) answered " + answer;
    }),
    vscode.commands.registerCommand("fixture.eat", async (name) => {
      const answer = await vscode.window.showWarningMessage("Eat the " + name + "?", { modal: true }, "Eat It");
      if (answer === undefined) return;
      children[""] = children[""].filter((each) => each !== name);
      changed.fire();
    }),
    vscode.commands.registerCommand("fixture.pick", async () => {
      const name = await vscode.window.showQuickPick(["cherry", "plum"], { placeHolder: "Which fruit?" });
      const more = await vscode.window.showInputBox({ prompt: "Another fruit?" });
      children[""].push(name, more);
      changed.fire();
    }),
  );
};
`;
