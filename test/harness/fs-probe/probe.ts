/**
 * Runs a few lines of Python where Node lacks the system call (mmap, renameat2, utimensat, signal timers, inotify), as
 * root or as another user. The helpers a body may use are in probe.py.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repositoryRoot } from "../place.ts";

export interface ProbeOptions {
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** `{ value }` what the body left in R, or `{ errno }` the name of the error that ended it. */
export type Probed = { readonly value: unknown } | { readonly errno: string };

// The system's own Python: another user can run it, which a version manager's in root's home does not allow.
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const prelude = readFileSync(join(repositoryRoot, "test/harness/fs-probe/probe.py"), "utf8");

/** Waits for the body on this thread: for mounts that another process serves. */
export function probe(body: string, args: readonly unknown[] = [], options: ProbeOptions = {}): Probed {
  const ran = spawnSync(python, ["-B", "-c", program(body), JSON.stringify(args)], {
    cwd: options.cwd ?? "/",
    encoding: "utf8",
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
    maxBuffer: 1 << 28,
    ...identity(options),
  });
  if (ran.error !== undefined) throw new Error(`probe: ${ran.error.message}\n${body}`);
  if (ran.status !== 0) throw new Error(`probe: exit ${ran.status} ${ran.signal ?? ""}\n${ran.stderr}\n${body}`);
  return parseProbed(ran.stdout.trim().split("\n").at(-1) ?? "");
}

/** The value of a probe that must not fail. */
export function mustProbe(body: string, args: readonly unknown[] = [], options: ProbeOptions = {}): unknown {
  return probedValue(probe(body, args, options));
}

/** `ok`, or the errno's name. */
export function probeWord(body: string, args: readonly unknown[] = [], options: ProbeOptions = {}): string {
  const probed = probe(body, args, options);
  return "errno" in probed ? probed.errno : "ok";
}

export interface RunningProbe {
  /** Resolves with the body's answer. */
  readonly done: Promise<unknown>;
  /** The next line the body printed by `say(...)`. */
  heard(): Promise<unknown>;
  /** A line for the body's `hear()`. */
  tell(line: string): void;
  readonly pid: number;
  kill(signal?: NodeJS.Signals): void;
}

/** The same beside this thread. Killed when it does not end in time; a body can `say(value)` and `hear()` lines. */
export function startProbe(body: string, args: readonly unknown[] = [], options: ProbeOptions = {}): RunningProbe {
  const child = spawn(python, ["-B", "-c", program(body), JSON.stringify(args)], {
    cwd: options.cwd ?? "/",
    stdio: ["pipe", "pipe", "pipe"],
    ...identity(options),
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 120_000);
  const ended = onEnd(child);
  const waiting: ((value: unknown) => void)[] = [];
  const said: unknown[] = [];
  let last = "";
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    if (!line.startsWith(">")) {
      last = line;
      return;
    }
    const value: unknown = JSON.parse(line.slice(1));
    const listener = waiting.shift();
    if (listener === undefined) said.push(value);
    else listener(value);
  });
  child.stdin.on("error", () => undefined);
  const done = ended.then(({ code, errors }) => {
    clearTimeout(timer);
    if (code !== 0) throw new Error(`probe: exit ${code}\n${errors}\n${body}`);
    return probedValue(parseProbed(last));
  });
  // A probe that was killed on purpose has no one waiting for it.
  done.catch(() => undefined);
  return {
    done,
    heard: async () =>
      await (said.length > 0
        ? Promise.resolve(said.shift())
        : Promise.race([new Promise((resolve) => waiting.push(resolve)), done])),
    tell: (line) => void child.stdin.write(`${line}\n`),
    pid: child.pid ?? 0,
    kill: (signal = "SIGKILL") => void child.kill(signal),
  };
}

async function onEnd(child: ChildProcess): Promise<{ readonly code: number | null; readonly errors: string }> {
  let errors = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    errors += bytes.toString();
  });
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, errors }));
  });
}

function program(body: string): string {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const margin = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  const indented = lines.map((line) => `    ${line.slice(margin)}`).join("\n");
  return `${prelude}
def say(value):
    sys.stdout.write(">" + json.dumps(value) + "\\n"); sys.stdout.flush()
def hear():
    return sys.stdin.readline().strip()
A = json.loads(sys.argv[1])
def main():
    R = None
${indented}
    return R
answer(main)
`;
}

function identity(options: ProbeOptions): { uid?: number; gid?: number } {
  return {
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  };
}

function parseProbed(line: string): Probed {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed === "object" && parsed !== null) {
    if ("errno" in parsed && typeof parsed.errno === "string") return { errno: parsed.errno };
    if ("value" in parsed) return { value: parsed.value };
  }
  throw new Error(`probe said ${line}`);
}

function probedValue(probed: Probed): unknown {
  if ("errno" in probed) throw new Error(`probe: ${probed.errno}`);
  return probed.value;
}
