/** Where what nobody watches is written down. */
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A log file of its own for each process; its folder exists afterwards. */
export function logFileFor(env: NodeJS.ProcessEnv, what: string, at: Date): string {
  const state = env["XDG_STATE_HOME"];
  const base = state !== undefined && state !== "" ? state : join(homedir(), ".local", "state");
  const folder = join(base, "pairmount");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${at.toISOString().replaceAll(":", "-")}-${what}.log`);
}
