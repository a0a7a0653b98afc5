/** Git on the copy: of no repository but the one named, and without programs that a config names. */
import { execFile } from "node:child_process";

export interface Said {
  /** 0: fine. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const longest = 64 * 1024 * 1024;

/** Rejects when git cannot be run, and on abort. */
export async function git(args: readonly string[], signal: AbortSignal): Promise<Said> {
  const calm = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];
  return await new Promise((resolve, reject) => {
    execFile("git", [...calm, ...args], { env: cleanEnvironment(), signal, maxBuffer: longest }, (error, out, err) => {
      if (error === null) resolve({ code: 0, out, err });
      else if (typeof error.code === "number") resolve({ code: error.code, out, err });
      else reject(error);
    });
  });
}

/** Variables that name a repository, or its parts, are somebody else's. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_") || name === "GIT_EXEC_PATH");
  return { ...Object.fromEntries(kept), LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0", GIT_NO_LAZY_FETCH: "1" };
}
