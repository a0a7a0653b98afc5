/** What changes everybody's work tree is asked for first, and runs the folder's hooks: only in a folder that is trusted. */
import { window, workspace } from "vscode";
import { git } from "./commit-text.ts";
import type { SessionCommit } from "./helper-edge.ts";
import { plain } from "./plain-text.ts";

export async function checkOut(folder: string, { hash, subject }: SessionCommit): Promise<void> {
  mustTrust();
  const picked = await window.showWarningMessage(
    `Check out "${subject}" for everybody?`,
    { modal: true, detail: "All peers share one work tree. HEAD is then on no branch." },
    "Check Out",
  );
  if (picked === "Check Out") await git(folder, ["checkout", "--quiet", hash, "--"]);
}

/** One that git cannot finish can be taken back: it would stay half done for everybody. */
export async function cherryPick(folder: string, { hash, subject }: SessionCommit): Promise<void> {
  mustTrust();
  const picked = await window.showWarningMessage(
    `Cherry-pick "${subject}" for everybody?`,
    { modal: true, detail: "All peers share one work tree: the commit is made on the branch that is checked out." },
    "Cherry-Pick",
  );
  if (picked !== "Cherry-Pick") return;
  try {
    await git(folder, ["cherry-pick", hash]);
  } catch (error) {
    if (!(await isHalfDone(folder))) throw error;
    await offerAbort(folder, error instanceof Error ? error.message : String(error));
  }
}

async function isHalfDone(folder: string): Promise<boolean> {
  return await git(folder, ["rev-parse", "--quiet", "--verify", "CHERRY_PICK_HEAD"]).then(
    () => true,
    () => false,
  );
}

async function offerAbort(folder: string, why: string): Promise<void> {
  // Git's hints are for a terminal.
  const [first = why] = why.split("\n");
  const text = `${first} The cherry-pick waits, for everybody, to be finished in Source Control or taken back.`;
  const picked = await window.showErrorMessage(plain(text), "Abort Cherry-Pick");
  if (picked !== undefined) await git(folder, ["cherry-pick", "--abort"]);
}

function mustTrust(): void {
  if (!workspace.isTrusted) throw new Error("Trust this folder first: git runs its hooks.");
}
