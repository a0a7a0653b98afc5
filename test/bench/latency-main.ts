/**
 * How long until B sees what A did, measured in one process that touches both mounts (others serve them), as JSON
 * milliseconds. argv: read | event | commit, root of A, root of B, how many. A sample that never arrived is -1.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, closeSync, openSync, readFileSync, watch, writeSync } from "node:fs";
import { join } from "node:path";
import { gitEnvironment } from "../harness/git.ts";

const [mode, a = "", b = "", many = "0"] = process.argv.slice(2);
const giveUpMs = 2000;
const cell = new Int32Array(new SharedArrayBuffer(4));
/** Leaves the core to the helpers in between. */
const rest = (ms: number): void => void Atomics.wait(cell, 0, 0, ms);
const file = "latency.txt";

const measure = { read: measureRead, event: measureEvent, commit: measureCommit }[mode ?? ""];
if (measure === undefined) throw new Error(`no measure ${mode}`);
const samples: number[] = [];
for (let n = 0; n < Number(many) && samples.slice(-3).filter((ms) => ms < 0).length < 3; n += 1) {
  samples.push(await measure(n));
  rest(10);
}
process.stdout.write(JSON.stringify(samples));
process.exit(0);

/** Rewrites the file at A, as an editor saves; when the last close returned, the clock starts. */
function save(text: string): number {
  const fd = openSync(join(a, file), "w");
  writeSync(fd, text);
  closeSync(fd);
  return performance.now();
}

function until(seen: () => boolean, started: number): number {
  while (!seen()) {
    if (performance.now() - started > giveUpMs) return -1;
    rest(0.1);
  }
  return performance.now() - started;
}

function measureRead(n: number): number {
  const text = `sample ${n} ${process.hrtime.bigint()}\n`;
  return until(() => readOr("", join(b, file)) === text, save(text));
}

async function measureEvent(n: number): Promise<number> {
  // The file exists and B knows it, so that the event is a change, not a creation.
  if (n === 0) until(() => readOr("", join(b, file)) === "before", save("before"));
  return await new Promise((resolve) => {
    const watcher = watch(b, (_, name) => {
      if (name === file && readOr("", join(b, file)) === text) settle(performance.now() - started);
    });
    const timer = setTimeout(() => settle(-1), giveUpMs);
    const settle = (ms: number): void => {
      clearTimeout(timer);
      watcher.close();
      resolve(ms);
    };
    const text = `event ${n}`;
    const started = save(text);
  });
}

function measureCommit(n: number): number {
  appendFileSync(join(a, "README.md"), `commit ${n}\n`);
  const args = ["-C", a, "commit", "-a", "-m", `Commit ${n}`];
  const ran = spawnSync("git", args, { cwd: "/", env: { ...process.env, ...gitEnvironment("bench") } });
  const started = performance.now();
  const hash = /[0-9a-f]{40}/.exec(ran.stdout.toString())?.[0];
  if (hash === undefined) throw new Error(`git commit: ${ran.stderr.toString()}`);
  const object = join(b, ".git/objects", hash.slice(0, 2), hash.slice(2));
  const known = (): boolean => readOr("", join(b, ".git/refs/heads/main")) === `${hash}\n`;
  return until(() => known() && readOr("", object) !== "", started);
}

function readOr(otherwise: string, path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return otherwise;
  }
}
