/**
 * The part of `vscode` that the extension uses, as an editor that draws nothing and remembers everything: unit tests import
 * it as `vscode` (vitest.config.ts). `fake` is the side of the user and of the tests.
 */
import { readFile, writeFile } from "node:fs/promises";
import { Disposable, EventEmitter, type Uri } from "./fake-basics.ts";
import { desk } from "./fake-editors.ts";

export { Disposable, EventEmitter, ThemeColor, ThemeIcon, Uri } from "./fake-basics.ts";
export {
  EndOfLine,
  MarkdownString,
  OverviewRulerLane,
  Range,
  TextEditorRevealType,
  TextEditorSelectionChangeKind,
} from "./fake-editors.ts";

type Handler = (...args: unknown[]) => unknown;

export interface Shown {
  readonly kind: "information" | "warning" | "error";
  readonly text: string;
  readonly buttons: readonly string[];
  /** Of a modal one. */
  readonly detail: string;
  /** As if the user pressed it; undefined: as if it was closed. */
  readonly press: (button: string | undefined) => void;
}
interface Tree {
  readonly provider: { getChildren(): readonly unknown[]; getTreeItem(row: unknown): TreeItem };
  badge: unknown;
  visible: boolean;
  readonly visibility: EventEmitter<unknown>;
}
interface StatusItem {
  text: string;
  tooltip: string;
  command: string;
  name: string;
  backgroundColor: unknown;
}

export class TreeItem {
  readonly label: string;
  id = "";
  description = "";
  contextValue = "";
  command: unknown;
  constructor(label: string) {
    this.label = label;
  }
}
export const TreeItemCollapsibleState = { None: 0 };
export const StatusBarAlignment = { Left: 1 };
export const ProgressLocation = { Notification: 15, Window: 10 };
export const version = "1.139.0";

const nothingHappens = new EventEmitter<never>();
const blank = () => ({
  commands: new Map<string, Handler>(),
  executed: [] as (readonly unknown[])[],
  shown: [] as Shown[],
  trees: new Map<string, Tree>(),
  statusItems: new Map<string, StatusItem>(),
  clipboard: "",
  input: undefined as ((options: { readonly value: string }) => string | undefined) | undefined,
  /** What an open dialog is answered with. */
  chosen: undefined as Uri | undefined,
  /** Presses Cancel of the progress that is shown. */
  cancelProgress: (): void => undefined,
  progress: [] as string[],
  folders: [] as { readonly uri: Uri }[],
  settings: new Map<string, unknown>(),
  documents: new Map<string, (uri: Uri) => unknown>(),
  uriHandler: undefined as ((uri: Uri) => unknown) | undefined,
  trusted: true,
  git: undefined as unknown,
  logged: [] as string[],
  /** Untitled ones that were shown. */
  texts: [] as string[],
});

export const fake = {
  ...blank(),
  /** The session's own item in the status bar. */
  get status(): StatusItem | undefined {
    return this.statusItems.get("pairmount.status");
  },
  reset(): void {
    Object.assign(fake, blank());
    desk.reset();
  },
  focus(focused: boolean): void {
    desk.focused = focused;
    desk.events.state.fire({ focused });
  },
  see(view: string, visible: boolean): void {
    const tree = this.trees.get(view);
    if (tree === undefined) throw new Error(`no view ${view}`);
    tree.visible = visible;
    tree.visibility.fire({ visible });
  },
  /** The labels of a view's rows now. */
  rows(view: string): readonly string[] {
    return this.items(view).map(({ label }) => label);
  },
  items(view: string): readonly TreeItem[] {
    const tree = this.trees.get(view);
    return tree === undefined ? [] : tree.provider.getChildren().map((row) => tree.provider.getTreeItem(row));
  },
  /** A row's button. */
  async press(command: string, view: string, label: string): Promise<void> {
    const tree = this.trees.get(view);
    const row = tree?.provider.getChildren().find((each) => (each as { readonly label: string }).label === label);
    if (row === undefined) throw new Error(`no row ${label} in ${view}`);
    await commands.executeCommand(command, row);
  },
};

export const commands = {
  registerCommand(id: string, handler: Handler): Disposable {
    if (fake.commands.has(id)) throw new Error(`${id} is registered twice`);
    fake.commands.set(id, handler);
    return new Disposable(() => void fake.commands.delete(id));
  },
  async executeCommand(id: string, ...args: unknown[]): Promise<unknown> {
    fake.executed.push([id, ...args]);
    return await fake.commands.get(id)?.(...args);
  },
};

function show(kind: Shown["kind"]) {
  return (text: string, ...rest: readonly unknown[]): Promise<string | undefined> =>
    new Promise((press) => {
      const { detail = "" } = (rest[0] ?? {}) as { readonly detail?: string };
      fake.shown.push({ kind, text, detail, buttons: rest.filter((item) => typeof item === "string"), press });
    });
}

const log = (text: unknown): void => void fake.logged.push(String(text));

export const window = {
  showInformationMessage: show("information"),
  showWarningMessage: show("warning"),
  showErrorMessage: show("error"),
  showInputBox: (options: { readonly value: string }) => Promise.resolve(fake.input?.(options)),
  showQuickPick: (items: readonly unknown[]) => Promise.resolve(items[0]),
  showWorkspaceFolderPick: () => Promise.resolve(fake.folders[0]),
  showOpenDialog: () => Promise.resolve(fake.chosen && [fake.chosen]),
  withProgress(_options: unknown, work: (bar: unknown, token: unknown) => Promise<unknown>) {
    const cancelled = new EventEmitter<void>();
    fake.cancelProgress = () => cancelled.fire();
    const report = ({ message }: { readonly message: string }): void => void fake.progress.push(message);
    return work({ report }, { onCancellationRequested: cancelled.event });
  },
  createOutputChannel: () => ({ info: log, warn: log, error: log, show: () => undefined, dispose: () => undefined }),
  createStatusBarItem(id: string) {
    const item = { text: "", tooltip: "", command: "", name: "", backgroundColor: undefined };
    fake.statusItems.set(id, item);
    return Object.assign(item, { show: () => undefined, dispose: () => void fake.statusItems.delete(id) });
  },
  createTreeView(id: string, { treeDataProvider }: { readonly treeDataProvider: Tree["provider"] }) {
    const visibility = new EventEmitter<unknown>();
    const tree = { provider: treeDataProvider, badge: undefined, visible: false, visibility };
    fake.trees.set(id, tree);
    return Object.assign(tree, { onDidChangeVisibility: visibility.event, dispose: () => undefined });
  },
  registerUriHandler({ handleUri }: { readonly handleUri: (uri: Uri) => unknown }): Disposable {
    fake.uriHandler = handleUri;
    return new Disposable(() => undefined);
  },
  showTextDocument(what: Uri | { readonly uri: Uri } | { readonly content: string }) {
    if ("content" in what) return Promise.resolve(void fake.texts.push(what.content));
    return Promise.resolve(desk.show("uri" in what ? what.uri : what));
  },
  get activeTextEditor() {
    return desk.active;
  },
  get visibleTextEditors() {
    return desk.visible;
  },
  get state() {
    return { focused: desk.focused };
  },
  createTextEditorDecorationType: desk.pen,
  registerFileDecorationProvider: desk.decorate,
  onDidChangeActiveTextEditor: desk.events.active.event,
  onDidChangeVisibleTextEditors: desk.events.visible.event,
  onDidChangeTextEditorSelection: desk.events.selection.event,
  onDidChangeWindowState: desk.events.state.event,
};

export const workspace = {
  get workspaceFolders() {
    return fake.folders;
  },
  get isTrusted() {
    return fake.trusted;
  },
  get textDocuments() {
    return desk.documents;
  },
  getConfiguration: (section: string) => ({
    get: (name: string, otherwise: unknown) => fake.settings.get(`${section}.${name}`) ?? otherwise,
  }),
  registerTextDocumentContentProvider(
    scheme: string,
    provider: { provideTextDocumentContent: (uri: Uri) => unknown },
  ): Disposable {
    fake.documents.set(scheme, provider.provideTextDocumentContent);
    return new Disposable(() => void fake.documents.delete(scheme));
  },
  openTextDocument: (what: Uri | { readonly content: string }) =>
    Promise.resolve("content" in what ? what : { uri: what }),
  fs: {
    readFile: ({ fsPath }: Uri) => readFile(fsPath),
    writeFile: ({ fsPath }: Uri, bytes: Uint8Array) => writeFile(fsPath, bytes),
  },
  onDidOpenTextDocument: desk.events.opened.event,
  onDidSaveTextDocument: desk.events.saved.event,
  onDidChangeTextDocument: desk.events.changed.event,
  onDidChangeConfiguration: desk.events.configured.event,
  onDidCloseTextDocument: nothingHappens.event,
  onWillSaveTextDocument: desk.events.saves.event,
};

export const env = {
  appName: "VSCodium",
  remoteName: undefined,
  uriScheme: "vscodium",
  clipboard: {
    readText: () => Promise.resolve(fake.clipboard),
    writeText(text: string) {
      fake.clipboard = text;
      return Promise.resolve();
    },
  },
};

export const extensions = { getExtension: () => fake.git };
