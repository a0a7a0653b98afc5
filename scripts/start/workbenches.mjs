// Two workbenches in the browser, one beside each helper of `npm start`: code-server with the built extension, which finds its
// helper's session by the folder that is open. Only on 127.0.0.1, behind a password: who gets in has a terminal.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { NotReady } from "../setup.mjs";
import { stageExtension } from "../stage-extension.mjs";
import { ensureCodeServer } from "../workbench-setup.mjs";

const startMs = 60_000;
const stopMs = 15_000;
const settings = {
  "workbench.startupEditor": "none",
  "telemetry.telemetryLevel": "off",
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
};

/** Resolves once it can be opened, with its address (the folder in it), its password and its end. */
export async function startWorkbench({ home, env, folder }) {
  const programs = ensureCodeServer();
  const extensions = join(home, "extensions");
  const data = join(home, "data");
  mkdirSync(join(data, "User"), { recursive: true });
  stage(extensions);
  writeFileSync(join(data, "User/settings.json"), JSON.stringify(settings, null, 2));
  const password = randomBytes(9).toString("base64url");
  const config = join(home, "code-server.yaml");
  writeFileSync(config, `auth: password\npassword: ${password}\n`, { mode: 0o600 });
  const folders = ["--user-data-dir", data, "--extensions-dir", extensions];
  const flags = ["--disable-workspace-trust", "--disable-telemetry", "--disable-update-check"];
  const child = spawn(
    programs.node,
    [programs.codeServer, "--config", config, "--bind-addr", "127.0.0.1:0", ...folders, ...flags],
    { cwd: "/", env, detached: true, stdio: ["ignore", "pipe", openSync(join(home, "code-server.log"), "a")] },
  );
  const ended = once(child, "exit");
  const stop = async () => {
    // The whole group: terminals and language servers too.
    signalGroup(child.pid, "SIGTERM");
    const timer = setTimeout(() => signalGroup(child.pid, "SIGKILL"), stopMs);
    await ended;
    clearTimeout(timer);
  };
  const url = await Promise.race([addressOf(child), ended.then(() => undefined)]);
  if (url === undefined) {
    await stop();
    throw new NotReady(`code-server did not start: see ${join(home, "code-server.log")}`);
  }
  return { url: `${url}/?folder=${encodeURIComponent(folder)}`, password, stop };
}

function stage(extensions) {
  const place = join(extensions, "pairmount");
  const { id, version } = stageExtension(place);
  // The list that would hide an unpacked folder is written by VS Code itself: it names this one.
  const location = { $mid: 1, path: place, scheme: "file" };
  writeFileSync(
    join(extensions, "extensions.json"),
    JSON.stringify([{ identifier: { id }, version, location, relativeLocation: "pairmount" }]),
  );
}

function addressOf(child) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, startMs, undefined);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
