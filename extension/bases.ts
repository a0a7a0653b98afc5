/**
 * A save never overwrites what its user has not seen: each open document has a base, its text when it was last clean. If the
 * file holds another when it is saved, that is kept first, as a recovered version. VS Code itself asks only where the size
 * differs, and one click overwrites then, too.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  Disposable,
  EndOfLine,
  type ExtensionContext,
  type LogOutputChannel,
  type TextDocument,
  workspace,
} from "vscode";
import { pathInMount } from "./in-mount.ts";
import { rememberedBases } from "./remembered-bases.ts";
import { isSeen, type SeenText, seenText } from "./seen-text.ts";
import type { Session } from "./session.ts";

/** Larger files are not read for it: an editor has them for reading. */
const largest = 16 * 1024 * 1024;

export function guardSaves(
  session: Session,
  log: LogOutputChannel,
  { workspaceState }: Pick<ExtensionContext, "workspaceState">,
): Disposable {
  /** Of documents with unsaved changes, which outlive the window. */
  const remembered = rememberedBases(workspaceState);
  /** By path, as they become known. */
  const bases = new Map<string, Promise<SeenText | undefined>>();
  const kept = new Map<string, string>();

  function pathIn(document: TextDocument): string | undefined {
    return pathInMount(session.model, document.uri);
  }

  function meet(document: TextDocument): void {
    if (pathIn(document) === undefined) return;
    const { fsPath } = document.uri;
    const before = bases.get(fsPath);
    const base = document.isDirty ? (before ?? firstBase(document)) : confirmed(document, before);
    bases.set(fsPath, base);
    void base.then((known) => {
      if (bases.get(fsPath) === base) remembered.set(fsPath, document.isDirty ? known : undefined);
    });
  }

  /** Of unsaved changes that no window before knew nobody knows what their user saw: what the file holds now counts. */
  async function firstBase(document: TextDocument): Promise<SeenText | undefined> {
    return remembered.get(document.uri.fsPath) ?? (await inFile(document));
  }

  async function beforeSave(document: TextDocument): Promise<void> {
    const { fsPath } = document.uri;
    const path = pathIn(document);
    const base = path === undefined ? undefined : await bases.get(fsPath);
    const bytes = base === undefined ? undefined : await bytesOf(document);
    if (base === undefined || path === undefined || bytes === undefined) return;
    if (isSeen(base, await textOf(bytes, base.encoding))) return;
    // Asked again for the same bytes, as after VS Code's own question, they are kept already.
    const now = createHash("sha256").update(bytes).digest("hex");
    if (now === kept.get(fsPath)) return;
    const { id } = await session.request("keep", { path, bytes: bytes.toString("base64") });
    if (id === null) log.warn(`what ${path} held before the save could not be kept`);
    else kept.set(fsPath, now);
  }

  const meetAll = (): void => workspace.textDocuments.forEach(meet);
  meetAll();
  return Disposable.from(
    session.onChanged(({ t }) => {
      if (t === "attached" && bases.size === 0) meetAll();
    }),
    workspace.onDidOpenTextDocument(meet),
    workspace.onDidSaveTextDocument(meet),
    workspace.onDidChangeTextDocument(({ document }) => meet(document)),
    workspace.onDidCloseTextDocument(({ uri }) => {
      bases.delete(uri.fsPath);
      remembered.set(uri.fsPath, undefined);
      kept.delete(uri.fsPath);
    }),
    workspace.onWillSaveTextDocument((event) => event.waitUntil(beforeSave(event.document))),
  );
}

/**
 * The text that is there now, if the file holds it: the first event of somebody's typing can still call a document clean, and a
 * peer may have been quicker than the editor. Its user may type on meanwhile. Else what was known before, or what the file holds.
 */
async function confirmed(
  document: TextDocument,
  before: Promise<SeenText | undefined> | undefined,
): Promise<SeenText | undefined> {
  const seen = seenOf(document, document.getText());
  const bytes = await bytesOf(document);
  const text = bytes && (await textOf(bytes, seen.encoding));
  if (text !== undefined && isSeen(seen, text)) return seen;
  return before === undefined && text !== undefined ? seenText(text, seen.eol, seen.encoding) : await before;
}

async function inFile(document: TextDocument): Promise<SeenText | undefined> {
  const bytes = await bytesOf(document);
  return bytes && seenOf(document, await textOf(bytes, document.encoding));
}

/** Undefined where there is no such file, or it is too large. */
async function bytesOf({ uri }: TextDocument): Promise<Buffer | undefined> {
  try {
    const bytes = await readFile(uri.fsPath);
    return bytes.length > largest ? undefined : bytes;
  } catch {
    return undefined;
  }
}

/** What no text of that encoding can be is read as UTF-8: it is not what the editor showed. */
async function textOf(bytes: Buffer, encoding: string): Promise<string> {
  if (encoding.startsWith("utf8")) return bytes.toString("utf8");
  return await workspace.decode(bytes, { encoding }).then(
    (text) => text,
    () => bytes.toString("utf8"),
  );
}

function seenOf({ eol, encoding }: TextDocument, text: string): SeenText {
  return seenText(text, eol === EndOfLine.CRLF ? "\r\n" : "\n", encoding);
}
