/** Remembers between windows where sessions were mounted, and by which invite. */
import { type ExtensionContext, workspace } from "vscode";
import { type Place, placeOf, placesFromJson, placesToJson, remember } from "./places.ts";
import type { Session } from "./session.ts";

const key = "pairmount.places";

export interface Places {
  /** The mount that this window's folder is, or lies in, whether it lives or not. */
  here(): Place | undefined;
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
  let noted = "";
  const listening = session.onChanged((model) => {
    if (model.t !== "attached" || model.state.status.mount === noted) return;
    noted = model.state.status.mount;
    void globalState.update(key, placesToJson(remember(known(), model.state.status)));
  });
  return {
    here: () => placeOf(known(), openFolders()),
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
