/** The Git extension looks late (seconds) at what others committed or staged: it is asked to look, at most twice a second. */
import { type Disposable, extensions, type LogOutputChannel } from "vscode";
import type { Session } from "./session.ts";

interface GitApi {
  readonly repositories: readonly { status(): Promise<void> }[];
}

const betweenMs = 500;

export function refreshGitView(session: Session, log: LogOutputChannel): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  const look = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (again) look();
      again = false;
    }, betweenMs);
    for (const repository of gitApi()?.repositories ?? [])
      repository.status().catch((error: unknown) => log.warn(`the Git extension: ${String(error)}`));
  };
  const listening = session.onEvent((event) => {
    if ((event.event !== "git" && event.event !== "commit") || event.own) return;
    if (timer === undefined) look();
    else again = true;
  });
  return {
    dispose() {
      listening.dispose();
      clearTimeout(timer);
    },
  };
}

/** Undefined where the Git extension is off, as in Restricted Mode, or has not begun. */
function gitApi(): GitApi | undefined {
  const git = extensions.getExtension<{ readonly enabled: boolean; getAPI(version: 1): GitApi }>("vscode.git");
  return git?.isActive === true && git.exports.enabled ? git.exports.getAPI(1) : undefined;
}
