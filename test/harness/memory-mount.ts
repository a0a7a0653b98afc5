/** Starts memory-mount-main.ts on a fresh folder and talks to it. Its end unmounts. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { repositoryRoot } from "./place.ts";

export interface MemoryMount {
  readonly dir: string;
  readonly process: ChildProcess;
  readonly defects: string[];
  /** One command of the peer; its result. */
  peer(...command: string[]): Promise<unknown>;
  /** Ends the server properly; resolves with its exit code. */
  end(): Promise<number | null>;
}

export async function startMemoryMount(...args: string[]): Promise<MemoryMount> {
  const base = mkdtempSync(join(tmpdir(), "pairmount-mount-test-"));
  const dir = join(base, "mnt");
  mkdirSync(dir);
  await bundle(join(base, "bin"));
  const child = spawn(process.execPath, [join(base, "bin", "server.mjs"), dir, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const waiting: ((line: { result?: unknown }) => void)[] = [];
  const defects: string[] = [];
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as { defect?: string; result?: unknown };
    if (line.defect === undefined) waiting.shift()?.(line);
    else defects.push(line.defect);
  });
  const next = (): Promise<{ result?: unknown }> =>
    new Promise((resolve, reject) => {
      waiting.push(resolve);
      void exited.then(() => reject(new Error("the server ended")));
    });
  await next();
  return {
    dir,
    process: child,
    defects,
    async peer(...command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return (await next()).result;
    },
    async end() {
      child.stdin.end();
      const code = await exited;
      rmSync(base, { recursive: true, force: true });
      return code;
    },
  };
}

async function bundle(outdir: string): Promise<void> {
  await build({
    entryPoints: {
      server: join(repositoryRoot, "test/harness/memory-mount-main.ts"),
      "invalidate-worker": join(repositoryRoot, "helper/mount/invalidate-worker.ts"),
      "echo-worker": join(repositoryRoot, "helper/mount/echo-worker.ts"),
    },
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "warning",
  });
}
