/** Where what nobody watches is written down. */
import { mkdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** A log file of its own for each process; its folder exists afterwards. */
export function logFileFor(env: NodeJS.ProcessEnv, what: string, at: Date): string {
  const folder = logFolder(env);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${at.toISOString().replaceAll(":", "-")}-${what}.log`);
}

/** The paths of so many logs, the newest first; none where there is no folder. */
export async function newestLogs(env: NodeJS.ProcessEnv, count: number): Promise<readonly string[]> {
  const folder = logFolder(env);
  const names = await readdir(folder).catch(() => []);
  const logs = names.filter((name) => /^\d{4}-.*\.log$/.test(name));
  return logs
    .toSorted()
    .toReversed()
    .slice(0, count)
    .map((name) => join(folder, name));
}

function logFolder(env: NodeJS.ProcessEnv): string {
  const state = env["XDG_STATE_HOME"];
  const base = state !== undefined && state !== "" ? state : join(homedir(), ".local", "state");
  return join(base, "pairmount");
}
