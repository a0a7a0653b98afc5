// The two helpers of `npm start`: the built program, each in a process group of its own (so that Ctrl-C reaches only
// `npm start`, which ends them in order), with runtime, state and cache folders of its own.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { isMounted } from "../mountinfo.mjs";
import { NotReady, root } from "../setup.mjs";

const startMs = 60_000;
const stopMs = 20_000;

/** Resolves once the session stands. `onEvent` is given every later line, `onEnd` the exit code if it ends by itself. */
export async function startHelper({ home, name, args, onEvent, onEnd }) {
  const env = { ...process.env };
  for (const [variable, folder] of [
    ["XDG_RUNTIME_DIR", "run"],
    ["XDG_STATE_HOME", "state"],
    ["XDG_CACHE_HOME", "cache"],
  ]) {
    env[variable] = join(home, folder);
    mkdirSync(env[variable], { recursive: true, mode: 0o700 });
  }
  const program = join(root, "dist/pairmount.mjs");
  const child = spawn(process.execPath, [program, ...args, "--name", name, "--json"], {
    cwd: "/",
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (bytes) => {
    errors = `${errors}${bytes}`.slice(-4000);
  });
  let stopping = false;
  const ended = once(child, "exit").then(([code, signal]) => code ?? signal);
  const first = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event = JSON.parse(line);
      if (event.event === "shared" || event.event === "joined") resolve(event);
      else onEvent(event);
    });
  });
  const stop = async () => {
    stopping = true;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
    const code = await ended;
    clearTimeout(timer);
    return code;
  };
  const timer = setTimeout(() => child.kill("SIGKILL"), startMs);
  const started = await Promise.race([first, ended.then(() => undefined)]);
  clearTimeout(timer);
  if (started === undefined) throw new NotReady(`the ${name} did not start (exit ${await ended})\n${errors.trim()}`);
  void ended.then((code) => {
    if (!stopping) onEnd(code, errors.trim());
  });
  return { ...started, name, env, runtime: env.XDG_RUNTIME_DIR, stop };
}

/** After a helper ended its mount goes by itself; true when it is gone in time, or could be removed. */
export async function unmounted(path) {
  for (const deadline = Date.now() + 5000; Date.now() < deadline; ) {
    if (!isMounted(path)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  spawnSync("umount", ["-l", path]);
  return !isMounted(path);
}
