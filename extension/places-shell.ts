/** Remembers between windows where sessions were mounted, and by which invite. */
import { readdir } from "node:fs/promises";
import { type ExtensionContext, workspace } from "vscode";
import { isCovered, type Place, placeOf, placesFromJson, placesToJson, remember } from "./places.ts";
import type { Session } from "./session.ts";

const key = "pairmount.places";

export interface Places {
  /** The mount that this window's folder is, or lies in, whether it lives or not. */
  here(): Place | undefined;
  /** What it showed is not there: a mount that nobody serves, or the empty folder that was below it. */
  isGone(): Promise<boolean>;
  inviteOf(mount: string): Promise<string | undefined>;
  keepInvite(mount: string, invite: string): Promise<void>;
  dispose(): void;
}

/** Invites are secrets, and kept as such. */
export function createPlaces(
  { globalState, secrets }: Pick<ExtensionContext, "globalState" | "secrets">,
  session: Session,
): Places {
  const known = (): readonly Place[] => placesFromJson(globalState.get<string>(key, "[]"));
  const here = (): Place | undefined => placeOf(known(), openFolders());
  let noted = "";
  const listening = session.onChanged((model) => {
    if (model.t !== "attached" || model.state.status.mount === noted) return;
    noted = model.state.status.mount;
    void globalState.update(key, placesToJson(remember(known(), model.state.status)));
  });
  return {
    here,
    async isGone() {
      const place = here();
      if (place === undefined) return false;
      const names = await readdir(place.mount).catch(() => undefined);
      return names === undefined || (names.length === 0 && !isCovered(place));
    },
    inviteOf: async (mount) => await secrets.get(secretOf(mount)),
    keepInvite: async (mount, invite) => await secrets.store(secretOf(mount), invite),
    dispose: () => void listening.dispose(),
  };
}

/** Local folders of this window. */
export function openFolders(): readonly string[] {
  return (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath);
}

function secretOf(mount: string): string {
  return `pairmount.invite:${mount}`;
}
