/** Git as this program runs it: in no repository but the one named, and without programs that a config names. */
import { execFile } from "node:child_process";

export interface Said {
  /** 0: fine. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface GitOptions {
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  /** Beside the cleaned environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of what it says: bytes (latin1) or text. */
  readonly encoding?: "latin1" | "utf8";
}

const longest = 64 * 1024 * 1024;
const calm = ["core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.directory=*"].flatMap((each) => ["-c", each]);

/** Rejects when git cannot be run, says more than 64 MiB, and on abort. */
export async function git(args: readonly string[], options: GitOptions = {}): Promise<Said> {
  const { signal, cwd, encoding = "utf8" } = options;
  const env = { ...cleanEnvironment(), ...options.env };
  const running = { env, encoding, maxBuffer: longest, ...(signal && { signal }), ...(cwd !== undefined && { cwd }) };
  return await new Promise((resolve, reject) => {
    execFile("git", [...calm, ...args], running, (error, out, err) => {
      if (error === null) resolve({ code: 0, out, err });
      else if (typeof error.code === "number") resolve({ code: error.code, out, err });
      else reject(error);
    });
  });
}

/** Variables that name a repository, or its parts, are somebody else's. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_") || isKept(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0", GIT_NO_LAZY_FETCH: "1" };
}

/** Where git itself and its user's settings are. */
function isKept(name: string): boolean {
  return name === "GIT_EXEC_PATH" || name === "GIT_CONFIG_GLOBAL" || name === "GIT_CONFIG_NOSYSTEM";
}
