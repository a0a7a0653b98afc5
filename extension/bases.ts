/**
 * A save never overwrites what its user has not seen: each open document has a base, the file's bytes when the document was
 * last clean. If the file holds something else when it is saved, that is kept first, as a recovered version. VS Code itself asks
 * only where the size differs, and one click overwrites then, too. Unsaved changes outlive the window, and their bases with them.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Disposable, type ExtensionContext, type LogOutputChannel, type TextDocument, workspace } from "vscode";
import { rememberedBases } from "./remembered-bases.ts";
import { pathInMount } from "./in-mount.ts";
import type { Session } from "./session.ts";

/** Larger files are not read for it: an editor has them for reading. */
const largest = 16 * 1024 * 1024;

export function guardSaves(
  session: Session,
  log: LogOutputChannel,
  { workspaceState }: Pick<ExtensionContext, "workspaceState">,
): Disposable {
  const bases = new Map<string, string>();
  const unsaved = rememberedBases(workspaceState);
  const kept = new Map<string, string>();

  function pathIn(document: TextDocument): string | undefined {
    return pathInMount(session.model, document.uri);
  }

  async function noteBase(document: TextDocument): Promise<void> {
    const { fsPath } = document.uri;
    if (pathIn(document) === undefined) return;
    if (document.isDirty) return await noteUnsaved(document);
    const bytes = await bytesOf(document);
    if (bytes === undefined || document.isDirty) return;
    bases.set(fsPath, hashOf(bytes));
    unsaved.forget(fsPath);
  }

  /** A document that was never seen clean here was that in the window before, or before there was a session. */
  async function noteUnsaved(document: TextDocument): Promise<void> {
    const { fsPath } = document.uri;
    if (!bases.has(fsPath)) {
      const known = unsaved.get(fsPath);
      const bytes = known === undefined ? await bytesOf(document) : undefined;
      const base = known ?? (bytes === undefined ? undefined : hashOf(bytes));
      if (base !== undefined && !bases.has(fsPath)) bases.set(fsPath, base);
    }
    const base = bases.get(fsPath);
    if (base !== undefined && document.isDirty) unsaved.set(fsPath, base);
  }

  async function beforeSave(document: TextDocument): Promise<void> {
    const { fsPath } = document.uri;
    const base = bases.get(fsPath) ?? unsaved.get(fsPath);
    const path = pathIn(document);
    const bytes = base === undefined || path === undefined ? undefined : await bytesOf(document);
    if (path === undefined || bytes === undefined) return;
    const now = hashOf(bytes);
    // Asked again for the same bytes, as after VS Code's own question, they are kept already.
    if (now === base || now === kept.get(fsPath)) return;
    const { id } = await session.request("keep", { path, bytes: bytes.toString("base64") });
    if (id === null) log.warn(`what ${path} held before the save could not be kept`);
    else kept.set(fsPath, now);
  }

  const noteAll = (): void => {
    for (const document of workspace.textDocuments) void noteBase(document);
  };
  noteAll();
  return Disposable.from(
    session.onChanged(({ t }) => {
      if (t === "attached" && bases.size === 0) noteAll();
    }),
    workspace.onDidOpenTextDocument((document) => void noteBase(document)),
    workspace.onDidSaveTextDocument((document) => void noteBase(document)),
    workspace.onDidChangeTextDocument(({ document }) => void noteBase(document)),
    workspace.onDidCloseTextDocument(({ uri }) => {
      bases.delete(uri.fsPath);
      unsaved.forget(uri.fsPath);
      kept.delete(uri.fsPath);
    }),
    workspace.onWillSaveTextDocument((event) => event.waitUntil(beforeSave(event.document))),
  );
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

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
