/** Open files of the fake editor: texts, cursors, what is drawn in them, and badges. `desk` is the side of the user and of the tests. */
import { Disposable, EventEmitter, Uri } from "./fake-basics.ts";

export const OverviewRulerLane = { Right: 4 };
export const TextEditorRevealType = { InCenterIfOutsideViewport: 2 };
export const TextEditorSelectionChangeKind = { Keyboard: 1, Mouse: 2, Command: 3 };

export const EndOfLine = { LF: 1, CRLF: 2 };

/** Text alone. */
export class MarkdownString {
  value = "";
  appendText(text: string): this {
    this.value += text;
    return this;
  }
}

export interface Position {
  readonly line: number;
  readonly character: number;
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(line: number, character: number, endLine: number, endCharacter: number) {
    this.start = { line, character };
    this.end = { line: endLine, character: endCharacter };
  }
}

/** A decoration type, by what it looks like. */
export interface Pen {
  readonly look: Readonly<Record<string, unknown>>;
  disposed: boolean;
  dispose(): void;
}

class Document {
  readonly uri: Uri;
  lines: readonly string[] = [""];
  isDirty = false;
  readonly eol = EndOfLine.LF;
  readonly encoding = "utf8";
  constructor(uri: Uri) {
    this.uri = uri;
  }
  getText(): string {
    return this.lines.join("\n");
  }
  get lineCount(): number {
    return this.lines.length;
  }
  lineAt(line: number): { readonly text: string } {
    const text = this.lines[line];
    if (text === undefined) throw new Error(`no line ${line}`);
    return { text };
  }
  validateRange({ start }: Range): Range {
    const line = Math.min(start.line, this.lineCount - 1);
    const character = Math.min(start.character, this.lineAt(line).text.length);
    return new Range(line, character, line, character);
  }
}

class Editor {
  readonly document: Document;
  selections: readonly { readonly anchor: Position; readonly active: Position }[] = [];
  readonly drawn = new Map<Pen, readonly unknown[]>();
  readonly revealed: Position[] = [];
  constructor(document: Document) {
    this.document = document;
  }
  setDecorations(pen: Pen, ranges: readonly unknown[]): void {
    if (pen.disposed) throw new Error("drawn with a pen that is gone");
    this.drawn.set(pen, ranges);
  }
  revealRange(range: Range): void {
    this.revealed.push(range.start);
  }
}

type Badges = {
  readonly onDidChangeFileDecorations: (call: (uris: readonly Uri[]) => void) => Disposable;
  provideFileDecoration(uri: Uri): { readonly badge: string; readonly tooltip: string } | undefined;
};

const emitters = () => ({
  active: new EventEmitter<Editor | undefined>(),
  visible: new EventEmitter<readonly Editor[]>(),
  selection: new EventEmitter<{ readonly textEditor: Editor; readonly kind: number | undefined }>(),
  state: new EventEmitter<{ readonly focused: boolean }>(),
  changed: new EventEmitter<{ readonly document: Document; readonly contentChanges: readonly unknown[] }>(),
  opened: new EventEmitter<Document>(),
  saves: new EventEmitter<{ readonly document: Document; readonly waitUntil: (what: Promise<void>) => void }>(),
  saved: new EventEmitter<Document>(),
  configured: new EventEmitter<undefined>(),
});

const blank = () => ({
  focused: true,
  active: undefined as Editor | undefined,
  visible: [] as Editor[],
  documents: [] as Document[],
  badges: undefined as Badges | undefined,
  /** Files whose badge was said to be another. */
  redrawn: [] as string[],
});

export const desk = {
  ...blank(),
  events: emitters(),
  reset(): void {
    Object.assign(desk, blank());
  },
  /** Brings a file to the front, as a click in the Explorer does. */
  show(uri: Uri, text?: string): Editor {
    const known = desk.visible.find(({ document }) => document.uri.fsPath === uri.fsPath);
    const editor = known ?? new Editor(new Document(uri));
    if (text !== undefined) editor.document.lines = text.split("\n");
    if (known === undefined) {
      desk.documents.push(editor.document);
      desk.events.opened.fire(editor.document);
      desk.visible.push(editor);
      desk.events.visible.fire(desk.visible);
    }
    desk.active = editor;
    desk.events.active.fire(editor);
    return editor;
  },
  /** Moves the cursor of the editor in front, by hand. */
  select(anchor: Position, active: Position, kind: number | undefined = TextEditorSelectionChangeKind.Keyboard): void {
    const textEditor = desk.active as Editor;
    textEditor.selections = [{ anchor, active }];
    desk.events.selection.fire({ textEditor, kind });
  },
  type(text: string): void {
    const { document } = desk.active as Editor;
    document.lines = text.split("\n");
    document.isDirty = true;
    desk.events.changed.fire({ document, contentChanges: [text] });
  },
  /** The file in front was changed on disk, and is read anew. */
  readAnew(text: string): void {
    const { document } = desk.active as Editor;
    document.lines = text.split("\n");
    desk.events.changed.fire({ document, contentChanges: [text] });
  },
  /** What listens to saves says what the editor waits for before it writes. */
  async save(write: (text: string) => void = () => undefined): Promise<void> {
    const { document } = desk.active as Editor;
    const awaited: Promise<void>[] = [];
    desk.events.saves.fire({ document, waitUntil: (what) => void awaited.push(what) });
    await Promise.all(awaited);
    write(document.getText());
    document.isDirty = false;
    desk.events.saved.fire(document);
  },
  /** What is drawn in an editor now, by the look's own words. */
  drawn(editor: Editor): readonly (readonly [unknown, readonly unknown[]])[] {
    return [...editor.drawn]
      .filter(([{ disposed }, ranges]) => !disposed && ranges.length > 0)
      .map(([{ look }, ranges]) => [look, ranges]);
  },
  pen(look: Pen["look"]): Pen {
    const pen: Pen = { look, disposed: false, dispose: () => void (pen.disposed = true) };
    return pen;
  },
  decorate(badges: Badges): Disposable {
    desk.badges = badges;
    const listening = badges.onDidChangeFileDecorations((uris) =>
      desk.redrawn.push(...uris.map(({ fsPath }) => fsPath)),
    );
    return new Disposable(() => {
      listening.dispose();
      desk.badges = undefined;
    });
  },
  badge(path: string): string | undefined {
    const shown = desk.badges?.provideFileDecoration(Uri.file(path));
    return shown === undefined ? undefined : `${shown.badge}: ${shown.tooltip}`;
  },
};
