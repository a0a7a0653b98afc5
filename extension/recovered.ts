/** Versions that lost a race: compared, put back, or let go of. */
import { relative } from "node:path";
import { commands, Uri, window, workspace } from "vscode";
import { plain } from "./plain-text.ts";
import type { About } from "./rows.ts";
import type { Session } from "./session.ts";

type Version = Extract<About, { t: "recovered" }>;

export async function compareRecovered(session: Session, { id, path }: Version): Promise<void> {
  const { file, current } = await session.request("recovered", { id });
  if (file === null)
    return void (await window.showWarningMessage(plain(`The kept version of ${path} is not there any more.`)));
  const title = `${path}: recovered ↔ current`;
  if (current === null) await commands.executeCommand("vscode.open", Uri.file(file));
  else await commands.executeCommand("vscode.diff", Uri.file(file), Uri.file(current), title);
}

/** The kept bytes become the file's content, and what it held is kept in their place: its user need not have seen that. */
export async function restoreRecovered(session: Session, version: Version, mount: string): Promise<void> {
  const { id, path } = version;
  const { file, current } = await session.request("recovered", { id });
  if (file === null)
    return void (await window.showWarningMessage(plain(`The kept version of ${path} is not there any more.`)));
  const target = current === null ? Uri.joinPath(Uri.file(mount), path) : Uri.file(current);
  const kept = await workspace.fs.readFile(Uri.file(file));
  const held = current === null ? kept : await workspace.fs.readFile(target);
  const differs = !Buffer.from(held).equals(kept);
  if (differs) {
    const bytes = Buffer.from(held).toString("base64");
    const { id: other } = await session.request("keep", { path: relative(mount, target.fsPath), bytes });
    if (other === null)
      return void (await window.showErrorMessage(
        plain(`${path} stays as it is: what it holds could not be kept. The log says why.`),
      ));
  }
  await workspace.fs.writeFile(target, kept);
  await session.request("discard", { id });
  if (differs) void window.showInformationMessage(plain(`${path} is restored; what it held is kept in its place.`));
}

export async function discardRecovered(session: Session, { id, path }: Version): Promise<void> {
  const picked = await window.showWarningMessage(
    `Discard the recovered version of ${path}?`,
    { modal: true, detail: "It is nowhere else." },
    "Discard",
  );
  if (picked === "Discard") await session.request("discard", { id });
}

/** One of all, picked from a list. */
export async function showRecovered(session: Session): Promise<void> {
  const { model } = session;
  const versions = model.t === "attached" ? model.state.status.recovered : [];
  if (versions.length === 0) return void (await window.showInformationMessage("No version waits to be recovered."));
  const picked = await window.showQuickPick(
    versions.map(({ id, path, when, reason }) => ({ label: path, description: `${when}, ${reason}`, id, path })),
    { title: "Recovered Versions" },
  );
  if (picked !== undefined) await compareRecovered(session, { t: "recovered", id: picked.id, path: picked.path });
}
