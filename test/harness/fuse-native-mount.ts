/** Starts fuse-native-server.ts on a fresh folder and ends it and its mount, whatever happened to them. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { build } from "esbuild";
import { topmostMount } from "../../helper/mountstep/mountinfo.ts";
import type { Call } from "./fuse-native-server.ts";

const run = promisify(execFile);

export interface NativeServer {
  readonly child: ChildProcess;
  readonly dir: string;
  /** `mounted`, or why not. */
  readonly told: string;
  /** Resolves when the process ended; null by a signal. */
  readonly exitCode: Promise<number | null>;
  ask(call: Call): Promise<unknown>;
  /** Ends process, mount and folder. */
  end(): Promise<void>;
}

export async function startNativeServer(...flags: readonly string[]): Promise<NativeServer> {
  const base = mkdtempSync(join(tmpdir(), "pm-native-"));
  // Beside node_modules, where the bundle finds the package it does not hold.
  const bundle = resolve("node_modules", ".cache", `fuse-native-server-${process.pid}-${Date.now()}.mjs`);
  await build({
    entryPoints: [resolve("test/harness/fuse-native-server.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["fuse-native"],
    outfile: bundle,
    logLevel: "error",
  });
  const dir = join(base, "a $(folder)");
  chmodSync(base, 0o755);
  mkdirSync(dir);
  writeFileSync(join(dir, "below"), "untouched");
  const child = spawn(process.execPath, [bundle, dir, ...flags], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => {
    const first = waiting.shift();
    if (first === undefined) lines.push(line);
    else first(line);
  });
  const nextLine = (): Promise<string> =>
    new Promise((told, failed) => {
      const line = lines.shift();
      if (line !== undefined) return told(line);
      waiting.push(told);
      void exited.then(() => failed(new Error("the server has ended")));
    });
  return {
    child,
    dir,
    told: await nextLine(),
    exitCode: exited,
    async ask(call) {
      child.stdin?.write(`${JSON.stringify(call)}\n`);
      return JSON.parse(await nextLine()) as unknown;
    },
    async end() {
      child.kill("SIGKILL");
      await exited;
      await until(() => topmostMount(dir) === undefined).catch(() => undefined);
      for (let tries = 0; tries < 5 && topmostMount(dir) !== undefined; tries++) await run("umount", ["-l", dir]);
      rmSync(bundle, { force: true });
      rmSync(base, { recursive: true, force: true });
    },
  };
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`still not: ${holds.toString()}`);
    await new Promise((wake) => setTimeout(wake, 10));
  }
}
