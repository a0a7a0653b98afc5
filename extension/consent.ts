/** What is asked before a folder is shared: says what goes to guests, what stays, and which files are hidden now. */
import { commands, ProgressLocation, window } from "vscode";
import { fromJson, list, oneOf, record, text } from "./helper-edge.ts";
import { runHelper } from "./helper-program.ts";
import { plain } from "./plain-text.ts";

export interface Apart {
  /** Names that are hidden; `*` and `?` as in a shell. */
  readonly hide: readonly string[];
  readonly shareIgnored: boolean;
}

export const edit = "Edit Hidden Files…";
const share = "Share";
/** How many hidden files are named. */
const named = 8;

const parseHidden = record<{ readonly event: "hidden"; readonly files: readonly string[] }>({
  event: oneOf("hidden"),
  files: list(text),
});

/** The helper's options. */
export function apartArguments({ hide, shareIgnored }: Apart): readonly string[] {
  return [...hideArguments(hide), ...(shareIgnored ? ["--share-ignored"] : [])];
}

function hideArguments(hide: readonly string[]): readonly string[] {
  return hide.length === 0 ? ["--hide-none"] : hide.map((pattern) => `--hide=${pattern}`);
}

export async function consents(folder: string, script: string, apart: Apart): Promise<boolean> {
  const hidden = await window.withProgress(
    { location: ProgressLocation.Window, title: "Pairmount: looking for hidden files" },
    async () => await hiddenIn(folder, script, apart),
  );
  const detail = consentText(apart, hidden);
  const agreed = await window.showWarningMessage(plain(`Share ${folder}?`), { modal: true, detail }, share, edit);
  if (agreed === edit) await commands.executeCommand("workbench.action.openSettings", "pairmount.hide");
  return agreed === share;
}

/** Undefined: the helper did not say. */
async function hiddenIn(folder: string, script: string, { hide }: Apart): Promise<readonly string[] | undefined> {
  const said = await runHelper(script, ["hidden", folder, "--json", ...hideArguments(hide)]);
  const answers = said.split("\n").map((line) => fromJson(line, parseHidden)?.files);
  return answers.find((files) => files !== undefined);
}

/** `hidden`: paths of what is there now; undefined: not known. */
export function consentText({ hide, shareIgnored }: Apart, hidden: readonly string[] | undefined): string {
  const ignored = shareIgnored
    ? "What git ignores, such as build output, is shared like everything else."
    : "What git ignores, such as build output, guests can read too; what one of them writes there stays with that guest.";
  return `The whole folder is shared, .git included, with whoever has the invite and is let in by you. A guest who may write can \
change files that run code here.

${ignored}

${hiddenText(hide, hidden)}

.git/config and .git/hooks stay with you as well. The plain folder is back when sharing ends.`;
}

function hiddenText(hide: readonly string[], hidden: readonly string[] | undefined): string {
  if (hide.length === 0) return "Nothing is hidden: files such as .env and keys are shared, too.";
  if (hidden === undefined)
    return `Hidden are files named ${hide.join(", ")}. Which of them are here could not be told.`;
  if (hidden.length === 0) return `Nothing here is hidden: no file has such a name as ${hide.slice(0, 3).join(", ")}.`;
  const more = hidden.length > named ? ` and ${hidden.length - named} more` : "";
  return plain(
    `Hidden, for you alone: ${hidden.slice(0, named).join(", ")}${more}. Everything else can be read by guests.`,
  );
}
