/** One built helper as a child process: its first event, its later ones, its end; never a mount left behind. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repositoryRoot } from "./place.ts";

export type HelperEvent = Readonly<Record<string, unknown>>;

export interface Helper {
  readonly pid: number;
  /** `shared` or `joined`. */
  readonly first: HelperEvent;
  /** Everything said so far, the first event included. */
  readonly events: readonly HelperEvent[];
  readonly errors: () => string;
  /** Asks it to end, waits, kills it if it must, and removes its mount if it is still there. Returns the exit code. */
  stop(): Promise<number | null>;
}

export interface HelperOptions {
  /** Becomes HOME and holds the XDG folders. */
  readonly home: string;
  readonly args: readonly string[];
  readonly mount: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: `helperProgram`. */
  readonly program?: string;
}

/** `PAIRMOUNT_DIST` names another build, so that two people (or suites) on one machine do not pull the ground from under each other. */
export const helperProgram: string = join(
  process.env["PAIRMOUNT_DIST"] ?? join(repositoryRoot, "dist"),
  "pairmount.mjs",
);
const startMs = 30_000;
const stopMs = 15_000;

/** What a helper of this home gets to know of it; its folders are made. */
export function homeEnvironment(home: string): Record<string, string> {
  const env: Record<string, string> = { HOME: home };
  for (const [name, folder] of [
    ["RUNTIME_DIR", "run"],
    ["STATE_HOME", "state"],
    ["CACHE_HOME", "cache"],
  ] as const) {
    env[`XDG_${name}`] = join(home, folder);
    mkdirSync(join(home, folder), { recursive: true, mode: 0o700 });
  }
  return env;
}

export async function startHelper(options: HelperOptions): Promise<Helper> {
  const { program = helperProgram } = options;
  if (!existsSync(program)) throw new Error(`${program} is not built: npm run build`);
  const child = spawn(process.execPath, [program, ...options.args, "--json"], {
    cwd: "/",
    env: { ...process.env, ...homeEnvironment(options.home), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killed = (): void => void child.kill("SIGKILL");
  process.on("exit", killed);
  const ended = once(child, "exit").then(([code]) => code as number | null);
  let errors = "";
  child.stderr.on("data", (bytes: Buffer) => {
    errors += bytes.toString();
  });
  const events: HelperEvent[] = [];
  const lines = createInterface({ input: child.stdout });
  const heard = once(lines, "line");
  lines.on("line", (line) => events.push(JSON.parse(line) as HelperEvent));

  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    const timer = setTimeout(killed, stopMs);
    const code = await ended;
    clearTimeout(timer);
    process.off("exit", killed);
    unmount(options.mount);
    return code;
  };
  const timer = setTimeout(killed, startMs);
  await Promise.race([heard, ended]);
  clearTimeout(timer);
  const first = events[0];
  if (first !== undefined && (first["event"] === "shared" || first["event"] === "joined") && child.pid !== undefined) {
    return { pid: child.pid, first, events, errors: () => errors, stop };
  }
  const code = await stop();
  throw new Error(`pairmount ${options.args.join(" ")}: exit ${code}, said ${JSON.stringify(first)}\n${errors}`);
}

export function isMounted(path: string): boolean {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .some((line) => line.split(" ")[4] === path);
}

function unmount(path: string): void {
  while (isMounted(path)) {
    // The helper's own mount step may be faster.
    if (spawnSync("umount", ["-l", path]).status !== 0 && isMounted(path)) throw new Error(`${path} stays mounted`);
  }
}
