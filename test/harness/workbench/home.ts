/** A peer's home: its profile, its extensions, the environment of its programs. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

export function extensionsFolder(home: string): string {
  return join(home, "extensions");
}

export function foldersOf(home: string): readonly string[] {
  return ["--user-data-dir", join(home, "data"), "--extensions-dir", extensionsFolder(home)];
}

/** This process's environment without what would steer another editor, test runner or npm. */
export function peerEnvironment(home: string): Record<string, string> {
  const foreign =
    /^(npm_|VSCODE_|CODE_SERVER_|VITEST|XDG_|NODE_|PORT$|PASSWORD$|HASHED_PASSWORD$|TEST$|DEV$|PROD$|MODE$)/;
  const env: Record<string, string> = { HOME: home };
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !foreign.test(name) && name !== "HOME") env[name] = value;
  }
  for (const [name, folder] of xdgFolders) {
    env[`XDG_${name}`] = join(home, folder);
    mkdirSync(join(home, folder), { recursive: true, mode: 0o700 });
  }
  return env;
}

const xdgFolders = [
  ["RUNTIME_DIR", "run"],
  ["STATE_HOME", "state"],
  ["CACHE_HOME", "cache"],
  ["CONFIG_HOME", "config"],
  ["DATA_HOME", "share"],
] as const;
