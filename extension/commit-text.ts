/** A commit as a document of its own: works in every window, with or without the Git extension. */
import { execFile } from "node:child_process";
import { type Disposable, Uri, window, workspace } from "vscode";
import type { SessionCommit } from "./helper-edge.ts";
import type { Session } from "./session.ts";

const scheme = "pairmount-commit";
/** Runs no program that the folder names: it works in Restricted Mode, too. */
const showing = ["-c", "log.showSignature=false", "show", "--no-ext-diff", "--no-textconv", "--stat", "--patch"];
const longest = 16 * 1024 * 1024;

export function createCommitDocuments(session: Session): Disposable {
  return workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) => git(mountOf(session), [...showing, hashOf(uri)]),
  });
}

export async function openCommit({ hash, subject }: SessionCommit): Promise<void> {
  const name = `${hash.slice(0, 9)} ${subject.replaceAll(/[/\\?#]/g, " ")}.diff`;
  const document = await workspace.openTextDocument(Uri.from({ scheme, path: `/${name}`, query: hash }));
  await window.showTextDocument(document, { preview: true });
}

/** Rejects with what git said. */
export function git(folder: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("git", ["-C", folder, ...args], { maxBuffer: longest }, (error, out, err) => {
      if (error === null) resolve(out);
      else reject(new Error(err.trim() || error.message));
    });
  });
}

export function mountOf({ model }: Session): string {
  if (model.t !== "attached") throw new Error("There is no session in this window.");
  return model.state.status.mount;
}

function hashOf({ query }: Uri): string {
  if (!/^[0-9a-f]{40,64}$/.test(query)) throw new Error("This is no commit's address.");
  return query;
}
