/** What changes everybody's work tree is asked for first, and runs the folder's hooks: only in a folder that is trusted. */
import { window, workspace } from "vscode";
import { git } from "./commit-text.ts";
import type { SessionCommit } from "./helper-edge.ts";

export async function checkOut(folder: string, { hash, subject }: SessionCommit): Promise<void> {
  mustTrust();
  const picked = await window.showWarningMessage(
    `Check out "${subject}" for everybody?`,
    { modal: true, detail: "All peers share one work tree. HEAD is then on no branch." },
    "Check Out",
  );
  if (picked === "Check Out") await git(folder, ["checkout", "--quiet", hash, "--"]);
}

export async function cherryPick(folder: string, { hash }: SessionCommit): Promise<void> {
  mustTrust();
  await git(folder, ["cherry-pick", hash]);
}

function mustTrust(): void {
  if (!workspace.isTrusted) throw new Error("Trust this folder first: git runs its hooks.");
}
