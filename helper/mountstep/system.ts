import { execFile } from "node:child_process";
import { closeSync, constants, existsSync, openSync, readFileSync } from "node:fs";
import { release } from "node:os";

/** What the doctor looks at; a test gives it another machine. */
export interface System {
  readonly platform: string;
  readonly release: string;
  readonly uid: number;
  /** Undefined where it cannot be read. */
  read(path: string): string | undefined;
  exists(path: string): boolean;
  /** Opens for reading and writing and closes again: undefined, or the error's code. */
  openProblem(path: string): string | undefined;
  /** First line a command prints; undefined if it is missing, fails or takes over 5 s. */
  firstLine(command: string, args: readonly string[]): Promise<string | undefined>;
}

export function createSystem(): System {
  return {
    platform: process.platform,
    release: release(),
    uid: process.getuid?.() ?? -1,
    exists: existsSync,
    read(path) {
      try {
        return readFileSync(path, "latin1");
      } catch {
        return undefined; // Missing or forbidden: the check says what that means.
      }
    },
    openProblem(path) {
      try {
        closeSync(openSync(path, constants.O_RDWR));
        return undefined;
      } catch (error) {
        return codeOf(error);
      }
    },
    firstLine(command, args) {
      return new Promise((resolve) => {
        execFile(command, args, { timeout: 5000 }, (error, stdout) =>
          resolve(error === null ? stdout.split("\n")[0] : undefined),
        );
      });
    },
  };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
