/** A window whose mount is gone shows a dead folder: it is told so once, with what can be done. */
import { commands, type Disposable, Uri, window } from "vscode";
import { askForInvite, type JoinParts, joinBy } from "./joining.ts";
import { type Place, waysOn } from "./places.ts";
import { plain } from "./plain-text.ts";
import { openHere } from "./sharing.ts";

/** A helper that went without a word. */
export function watchLoss(parts: JoinParts): Disposable {
  return parts.session.onChanged((model) => {
    if (model.t === "lost") offerWaysOn(parts, "Pairmount's helper ended. What was not sent is in its recovery store.");
  });
}

/** False: this window is on no such mount, and nothing is told. */
export function offerWaysOn(parts: JoinParts, text: string): boolean {
  const place = parts.places.here();
  if (place !== undefined) void ask(parts, place, text);
  return place !== undefined;
}

async function ask(parts: JoinParts, place: Place, text: string): Promise<void> {
  const { mount, folder } = place;
  const picked = await window.showWarningMessage(plain(text), ...waysOn(place));
  switch (picked) {
    case "Close Folder":
      return void (await commands.executeCommand("workbench.action.closeFolder"));
    case "Open Real Folder":
      return void (await commands.executeCommand("vscode.openFolder", Uri.file(folder ?? mount), openHere));
    case "Rejoin": {
      const invite = (await parts.places.inviteOf(mount)) ?? (await askForInvite());
      return invite === undefined || invite === "" ? undefined : await joinBy(parts, { invite, mount });
    }
    case undefined:
      return;
  }
}
