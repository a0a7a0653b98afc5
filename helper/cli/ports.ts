/** What the command line needs from the world; main.ts gives the real thing, tests give their own. */
import type { JoinWorkspace, ShareWorkspace } from "../session/api.ts";

export interface Terminal {
  /** Never waits for the reader. */
  out(text: string): void;
  err(text: string): void;
  /** Somebody watches the output: colours no, bars and redrawing yes. */
  readonly watched: boolean;
  /** Somebody can be asked. */
  readonly asks: boolean;
  readonly columns: number;
  /** One line of input; undefined at its end, or when aborted. */
  readLine(signal: AbortSignal): Promise<string | undefined>;
}

/** One answer of `doctor`. */
export interface Check {
  readonly name: string;
  readonly state: "ok" | "warning" | "failed";
  readonly detail: string;
  /** The command or sentence that mends it. */
  readonly mend?: string | undefined;
}

export interface CliPorts {
  readonly share: ShareWorkspace;
  readonly join: JoinWorkspace;
  /** What of a folder (absolute) would be hidden by these patterns: paths for display. */
  readonly hiddenIn: (folder: string, hide: readonly string[]) => Promise<readonly string[]>;
  readonly diagnose: () => Promise<readonly Check[]>;
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** Where relative paths begin; undefined when that folder is gone. */
  readonly cwd: string | undefined;
  readonly pid: number;
  readonly uid: number;
  /** The program of this process, for `--detach`. */
  readonly program: string;
  readonly version: string;
  /** SIGINT, SIGTERM and SIGHUP; returns the end of listening. */
  readonly onSignal: (call: (signal: NodeJS.Signals) => void) => () => void;
  /** Ends the process at once. */
  readonly exitNow: (code: number) => void;
  readonly now: () => Date;
}
