import { Disposable, window, workspace } from "vscode";
import { pathInMount } from "../in-mount.ts";
import { plain } from "../plain-text.ts";
import type { Session } from "../session.ts";
import type { People } from "./people-shell.ts";
import { stillUnsaved, type Told, typedIn, unsavedWords } from "./unsaved.ts";

/** Says so when one begins to type where somebody else has unsaved changes. */
export function warnOfUnsaved(session: Session, people: People): Disposable {
  let told: Told = new Set();
  return Disposable.from(
    people.onChanged((list) => (told = stillUnsaved(list, told))),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      // A file that was read anew changes, too, and is clean.
      const path = document.isDirty && contentChanges.length > 0 ? pathInMount(session.model, document.uri) : undefined;
      if (path === undefined) return;
      const { told: now, news } = typedIn(path, people.list, told);
      told = now;
      if (news.length > 0) void window.showWarningMessage(plain(unsavedWords(news, path)));
    }),
  );
}
