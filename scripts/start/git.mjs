// Runs git for `npm start`: a name of its own, none of the user's configuration, never waiting for an editor or for ever.
import { execFile } from "node:child_process";

const limitMs = 60_000;

export function gitEnvironment(who) {
  return {
    ...process.env,
    GIT_AUTHOR_NAME: who,
    GIT_AUTHOR_EMAIL: `${who}@example.invalid`,
    GIT_COMMITTER_NAME: who,
    GIT_COMMITTER_EMAIL: `${who}@example.invalid`,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_EDITOR: "true",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
  };
}

/** The output, trimmed; throws what git said. The process sits in /, so a mount that hangs can hang only git. */
export function git(who, folder, ...args) {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: "/",
      env: gitEnvironment(who),
      timeout: limitMs,
      killSignal: "SIGKILL",
      maxBuffer: 64 << 20,
    };
    execFile("git", ["-C", folder, ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.trim());
      const why = error.killed ? `did not return in ${limitMs / 1000} s` : `${stderr}${stdout}`.trim();
      reject(new Error(`git ${args.join(" ")} (${who}): ${why}`));
    });
  });
}
