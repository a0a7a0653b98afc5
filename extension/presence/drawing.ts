/** The others' cursors and selections in the editors that are open. */
import {
  Disposable,
  MarkdownString,
  OverviewRulerLane,
  Range,
  type TextEditor,
  type TextEditorDecorationType,
  ThemeColor,
  window,
  workspace,
} from "vscode";
import { pathInMount } from "../in-mount.ts";
import type { Session } from "../session.ts";
import { type Mark, marksIn, type Position } from "./marks.ts";
import type { People } from "./people-shell.ts";

/** Of one colour. */
interface Pens {
  readonly selection: TextEditorDecorationType;
  readonly cursor: TextEditorDecorationType;
  readonly label: TextEditorDecorationType;
}

export function drawPeople(session: Session, people: People): Disposable {
  const pens = new Map<number, Pens>();

  function draw(): void {
    const used = new Set(people.list.map(({ colour }) => colour));
    for (const [colour, each] of pens) {
      if (used.has(colour)) continue;
      for (const type of Object.values(each) as TextEditorDecorationType[]) type.dispose();
      pens.delete(colour);
    }
    for (const colour of used) if (!pens.has(colour)) pens.set(colour, pensOf(colour));
    for (const editor of window.visibleTextEditors) drawIn(editor);
  }

  function drawIn(editor: TextEditor): void {
    const { document } = editor;
    const path = pathInMount(session.model, document.uri);
    const lines = { count: document.lineCount, lengthOf: (line: number) => document.lineAt(line).text.length };
    const marks = path === undefined ? [] : marksIn(people.list, path, lines);
    for (const [colour, { selection, cursor, label }] of pens) {
      const own = marks.filter((mark) => mark.colour === colour);
      editor.setDecorations(
        selection,
        own.flatMap(({ selected, name }) =>
          selected.map(({ start, end }) => ({ range: range(start, end), hoverMessage: hover(name) })),
        ),
      );
      editor.setDecorations(
        cursor,
        own.flatMap(({ cursors, name }) => cursors.map((at) => ({ range: range(at, at), hoverMessage: hover(name) }))),
      );
      editor.setDecorations(label, own.map(labelOf));
    }
  }

  const drawn = Disposable.from(
    people.onChanged(draw),
    window.onDidChangeVisibleTextEditors(draw),
    // While one types, the editor itself moves what is drawn; a text that was read anew may have the places it lacked.
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document.isDirty) return;
      for (const editor of window.visibleTextEditors) if (editor.document === document) drawIn(editor);
    }),
  );
  return new Disposable(() => {
    drawn.dispose();
    for (const each of pens.values())
      for (const type of Object.values(each) as TextEditorDecorationType[]) type.dispose();
  });
}

function pensOf(colour: number): Pens {
  const own = new ThemeColor(`pairmount.peer${colour}`);
  return {
    selection: window.createTextEditorDecorationType({
      backgroundColor: new ThemeColor(`pairmount.peer${colour}Selection`),
      overviewRulerColor: own,
      overviewRulerLane: OverviewRulerLane.Right,
    }),
    // As wide as it takes away from its neighbours: the text does not move.
    cursor: window.createTextEditorDecorationType({
      before: { contentText: "\u200b", width: "2px", margin: "0 -1px", backgroundColor: own },
      overviewRulerColor: own,
      overviewRulerLane: OverviewRulerLane.Right,
    }),
    label: window.createTextEditorDecorationType({
      after: { margin: "0 0 0 1ch", backgroundColor: own, color: new ThemeColor("editor.background") },
    }),
  };
}

function labelOf({ name, label }: Mark): { readonly range: Range; readonly renderOptions: object } {
  return { range: range(label, label), renderOptions: { after: { contentText: `\u00a0${name}\u00a0` } } };
}

/** A name is text, whatever it looks like. */
function hover(name: string): MarkdownString {
  return new MarkdownString().appendText(name);
}

function range(start: Position, end: Position): Range {
  return new Range(start.line, start.character, end.line, end.character);
}
