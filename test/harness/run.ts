/**
 * Runs programs in mounts without entering one: the child's working directory is `/`, so a mount that hangs can hang
 * the child (which is then killed) but never the test that started it.
 */
import { spawn } from "node:child_process";

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Killed because it did not return in time. */
  readonly timedOut: boolean;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  readonly timeoutMs?: number;
}

export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: "/", env: { ...process.env, ...options.env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, options.timeoutMs ?? 120_000);
    child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString(), timedOut });
    });
    // A child may end without reading its input; what it says then is in `code` and `err`.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);
  });
}

/** Like `run`, and anything but exit code 0 throws what the program said. */
export async function mustRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const ran = await run(command, args, options);
  if (ran.code === 0) return ran.out;
  const why = ran.timedOut ? "did not return in time" : `exit ${ran.code}`;
  throw new Error(`${command} ${args.join(" ")}: ${why}\n${ran.out}${ran.err}`);
}
