/** Git as a peer's user runs it: an identity, no settings of this machine, full hashes in what it prints. */
import { mustRun, run, type Ran, type RunOptions } from "./run.ts";

const settings: readonly (readonly [string, string])[] = [
  ["core.abbrev", "40"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["protocol.file.allow", "always"],
  ["init.defaultBranch", "main"],
  ["advice.detachedHead", "false"],
];

export function gitEnvironment(name: string): Record<string, string> {
  const email = `${name}@example.invalid`;
  const env: Record<string, string> = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_EDITOR: "true",
    GIT_CONFIG_COUNT: String(settings.length),
    LC_ALL: "C",
  };
  settings.forEach(([key, value], i) => {
    env[`GIT_CONFIG_KEY_${i}`] = key;
    env[`GIT_CONFIG_VALUE_${i}`] = value;
  });
  return env;
}

export interface GitAt {
  readonly root: string;
  readonly name: string;
}

export async function git(at: GitAt, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return await run("git", ["-C", at.root, ...args], withIdentity(at, options));
}

export async function mustGit(at: GitAt, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return await mustRun("git", ["-C", at.root, ...args], withIdentity(at, options));
}

/** Makes a repository of the folder, with all that is in it as its one commit. */
export async function makeRepository(at: GitAt, message = "Start"): Promise<void> {
  await mustGit(at, ["init", "-q"]);
  await mustGit(at, ["add", "."]);
  await mustGit(at, ["commit", "-q", "--allow-empty", "-m", message]);
}

function withIdentity(at: GitAt, options: RunOptions): RunOptions {
  return { ...options, env: { ...gitEnvironment(at.name), ...options.env } };
}
