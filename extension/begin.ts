import { homedir } from "node:os";
import { type Progress as ProgressBar, workspace } from "vscode";
import type { Apart } from "./consent.ts";
import { hiddenByDefault, type Progress } from "./helper-edge.ts";
import type { HelperFailed } from "./helper-program.ts";
import { plain } from "./plain-text.ts";
import type { Session } from "./session.ts";

export interface Begun {
  readonly session: Session;
  readonly what: "share" | "join";
  readonly title: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Instead of telling the user that it came to nothing. */
  readonly onFailed?: (failed: HelperFailed) => void;
}

/** The user's settings, as the helper's options. */
export function settings(): {
  readonly mountPoint: string;
  readonly port: number;
  readonly apart: Apart;
  readonly common: readonly string[];
} {
  const configured = workspace.getConfiguration("pairmount");
  const mountPoint = configured.get<string>("mountPoint", "cover").trim() || "cover";
  const name = configured.get<string>("name", "").trim();
  return {
    mountPoint: mountPoint.replace(/^~(?=\/|$)/, homedir()),
    port: configured.get<number>("port", 0),
    apart: {
      hide: patternsOf(configured.get<unknown>("hide", hiddenByDefault)),
      shareIgnored: configured.get<boolean>("shareIgnored", false),
    },
    common: [
      "--driver",
      configured.get<string>("driver", "auto"),
      "--idle",
      String(configured.get<number>("idleMinutes", 10)),
      ...(name === "" ? [] : ["--name", name]),
    ],
  };
}

/** A setting that is no list of texts hides what is hidden by default. */
function patternsOf(setting: unknown): readonly string[] {
  const texts = Array.isArray(setting) ? setting.filter((each) => typeof each === "string" && each !== "") : undefined;
  return (texts as readonly string[] | undefined) ?? hiddenByDefault;
}

/** Whether the others are told where this user is. */
export function sharesPresence(): boolean {
  const configured = workspace.getConfiguration("pairmount");
  return configured.get<boolean>("presence", true);
}

const words: { readonly [S in Progress["step"]]: string } = {
  scan: "reading the folder",
  mount: "mounting",
  connect: "connecting",
  lobby: "waiting for the host to let you in",
  snapshot: "receiving the tree",
  unmount: "unmounting",
  copy: "copying",
  verify: "checking the copy",
};

export function progressTo(
  session: Session,
  bar: ProgressBar<{ readonly message: string }>,
): (progress: Progress) => void {
  return (progress) => {
    session.take({ t: "progress", progress });
    bar.report({ message: progressWords(progress) });
  };
}

/** `copying (12.3 of 40.0 MB)`, `reading the folder (5/10)`. */
export function progressWords({ step, done, total, lobby }: Progress): string {
  if (lobby !== undefined)
    return plain(
      `waiting for ${lobby.host} to let you in to ${lobby.repository}. Your fingerprint, which ${lobby.host} sees, is ${lobby.fingerprint}.`,
    );
  if (total <= 0) return words[step];
  if (step !== "copy") return `${words[step]} (${done}/${total})`;
  return `${words[step]} (${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB)`;
}
