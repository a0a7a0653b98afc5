/** A window whose mount is gone shows a dead folder: it is told so, with what can be done, until something is done. */
import { commands, type Disposable, type LogOutputChannel, Uri, window } from "vscode";
import type { HelperFailed } from "./helper-program.ts";
import { askForInvite, joinAt, joinBy, type JoinParts } from "./joining.ts";
import { keepThenLeave } from "./keeping-gone.ts";
import { askForParent } from "./keeping.ts";
import type { NoticeBoard } from "./notice-board.ts";
import { isCovered, type Loss, type Place, waysOn } from "./places.ts";
import { plain } from "./plain-text.ts";
import { openHere } from "./sharing.ts";
import { tellFailure } from "./tell-failure.ts";

export interface WaysOnParts extends JoinParts {
  readonly log: LogOutputChannel;
  readonly notices: NoticeBoard;
}

interface Offer {
  readonly loss: Loss;
  readonly text: string;
  /** An invite that led nowhere: the next one is asked for. */
  readonly tried?: string;
}

/** A helper that went without a word. */
export function watchLoss(parts: WaysOnParts): Disposable {
  return parts.session.onChanged((model) => {
    if (model.t === "lost")
      offerWaysOn(parts, { loss: "lost", text: `Pairmount's helper ended. ${afterLoss(parts.places.here())}` });
  });
}

function afterLoss(place: Place | undefined): string {
  if (place?.role !== "host") return "Everything is with the host, but for what was still on its way there.";
  return isCovered(place) ? "The plain folder is back." : `The plain folder is ${place.folder ?? "where it was"}.`;
}

/** Without a session, and on a mount that needs a way on. */
export function hasWaysOn({ session, places }: JoinParts): boolean {
  const { t } = session.model;
  const place = t === "none" || t === "lost" ? places.here() : undefined;
  return place !== undefined && waysOn(place, t === "lost" ? "lost" : "ended").length > 0;
}

/** False: this window is on no mount that needs a way on, and nothing is told. */
export function offerWaysOn(parts: WaysOnParts, offer: Offer): boolean {
  const place = parts.places.here();
  if (place === undefined || waysOn(place, offer.loss).length === 0) return false;
  void tellFailure(parts.log, async () => await ask(parts, place, offer));
  return true;
}

async function ask(parts: WaysOnParts, place: Place, offer: Offer): Promise<void> {
  const { mount, folder } = place;
  // VS Code leaves an error with buttons where it is; a session that ended with a word is none.
  const show = offer.loss === "ended" ? window.showWarningMessage : window.showErrorMessage;
  const ways = waysOn(place, offer.loss);
  const picked = await parts.notices.need(() => show(plain(offer.text), ...ways));
  switch (picked) {
    case "Close Folder":
      return void (await commands.executeCommand("workbench.action.closeFolder"));
    case "Open Real Folder":
      return void (await commands.executeCommand("vscode.openFolder", Uri.file(folder ?? mount), openHere));
    case "Share Again":
      return void (await commands.executeCommand("pairmount.share"));
    case "Rejoin":
      return await again(parts, place, offer, async (by) => await joinBy(parts, by));
    case "Keep a Copy…": {
      if (parts.session.model.t === "attached")
        throw new Error("This window has a session again: Keep a Copy is there.");
      const parent = await askForParent();
      if (parent === undefined) return await ask(parts, place, offer);
      return await again(parts, place, offer, async (by) => {
        if ((await joinAt(parts, by)) !== undefined) await keepThenLeave(parts, parent);
      });
    }
    case undefined:
      return;
  }
}

/** Joins at the same place by the invite that is known; where that comes to nothing, the ways on are offered anew, with the reason. */
async function again(
  parts: WaysOnParts,
  place: Place,
  offer: Offer,
  join: (by: Parameters<typeof joinAt>[1]) => Promise<void>,
): Promise<void> {
  const { mount } = place;
  const invite =
    offer.tried === undefined
      ? ((await parts.places.inviteOf(mount)) ?? (await askForInvite()))
      : await askForInvite(undefined, offer.tried);
  if (invite === undefined || invite === "") return await ask(parts, place, offer);
  const failures: HelperFailed[] = [];
  await join({ invite, mount, onFailed: (failed) => void failures.push(failed) });
  const [failed] = failures;
  if (failed === undefined) return;
  await ask(parts, place, failed.cancelled ? offer : { loss: "lost", text: adviceOn(failed), tried: invite });
}

/** Failures of the helper that say: this host, by this invite, is not to be had now. */
const hostIsAway: ReadonlySet<string> = new Set(["bad-invite", "unreachable", "host-gone"]);

function adviceOn({ code, message }: HelperFailed): string {
  if (!hostIsAway.has(code)) return message;
  return `${message} Without the host nothing can be joined or copied: ask for the workspace to be shared again, then try again; after a crash its invite is the same, after an orderly end a new one.`;
}
