/**
 * The helper's program: copied out of the extension's folder first, so that an update of the extension does not pull the ground
 * from under a helper that is running, and run by the editor's own runtime (never by a `node` on PATH).
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { figure, fromJson, oneOf, type Progress, record, text } from "./helper-edge.ts";

export interface Started {
  readonly mount: string;
  readonly socket: string;
}

/** What the helper could not do, in its own words. */
export class HelperFailed extends Error {
  /** One of the helper's codes (helper/session/errors.ts), or `unexpected`. */
  readonly code: string;
  constructor(message: string, code = "unexpected") {
    super(message.replace(/^pairmount: /, ""));
    this.code = code;
  }
  get cancelled(): boolean {
    return this.code === "cancelled";
  }
}

/** `dist` has what the bundle requires beside it (scripts/run-time-packages.mjs). */
const parts = ["package.json", "dist"] as const;
const parseTag = record<{ readonly event: string }>({ event: text });
const parseFailed = record<{ readonly code: string; readonly text: string }>({ code: text, text });
const parseStarted = record<Started>({ mount: text, socket: text });
const parseProgress = record<Progress>(
  {
    step: oneOf("scan", "mount", "connect", "lobby", "snapshot", "unmount"),
    done: figure,
    total: figure,
    lobby: record<NonNullable<Progress["lobby"]>>({ host: text, repository: text, fingerprint: text }),
  },
  ["lobby"],
);

/** The script to run. A copy that was broken off is never taken for a whole one. */
export function installHelper(options: {
  readonly from: string;
  readonly storage: string;
  readonly version: string;
}): string {
  // A build of the same version is another helper all the same.
  const { size, mtimeMs } = statSync(join(options.from, "dist", "pairmount.mjs"));
  const place = join(options.storage, `helper-${options.version}-${size}-${Math.floor(mtimeMs)}`);
  if (!existsSync(place)) {
    const unfinished = `${place}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    for (const part of parts.filter((name) => existsSync(join(options.from, name))))
      cpSync(join(options.from, part), join(unfinished, part), { recursive: true });
    try {
      renameSync(unfinished, place);
    } catch (error) {
      // Another window was faster.
      rmSync(unfinished, { recursive: true, force: true });
      if (!existsSync(place)) throw error;
    }
  }
  return join(place, "dist", "pairmount.mjs");
}

/**
 * Runs `share` or `join` in the background and resolves with the session's socket. Rejects with HelperFailed. `cancelled` ends
 * what has begun: no mount stays.
 */
export function startHelper(options: {
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly onProgress: (progress: Progress) => void;
  readonly onCancel: (call: () => void) => void;
}): Promise<Started> {
  return new Promise((resolve, reject) => {
    const args = [...options.args, "--detach", "--json", "--progress"];
    const child = spawnHelper({ script: options.script, args, cwd: options.cwd });
    let errors = "";
    child.stderr.on("data", (bytes: Buffer) => (errors = `${errors}${bytes.toString()}`.slice(-4000)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      switch (fromJson(line, parseTag)?.event) {
        case "progress": {
          const progress = fromJson(line, parseProgress);
          if (progress !== undefined) options.onProgress(progress);
          break;
        }
        case "failed": {
          const failed = fromJson(line, parseFailed);
          return reject(new HelperFailed(failed?.text ?? line, failed?.code));
        }
        case "shared":
        case "joined": {
          const started = fromJson(line, parseStarted);
          if (started !== undefined) resolve(started);
          break;
        }
        default:
          break;
      }
    });
    child.on("error", (error) => reject(new HelperFailed(error.message)));
    child.on("close", (code) =>
      reject(new HelperFailed(errors.trim() || `the helper ended (${code ?? "by a signal"})`)),
    );
    options.onCancel(() => child.kill("SIGTERM"));
  });
}

/** A helper that does not answer is ended. */
const answerMs = 20_000;

/** Runs a command that answers at once, and resolves with what it printed. */
export function runHelper(script: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawnHelper({ script, args, cwd: "/", timeout: answerMs });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (out += bytes.toString()));
    child.on("error", reject);
    child.on("close", () => resolve(out));
  });
}

function spawnHelper(options: {
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly timeout?: number;
}) {
  return spawn(process.execPath, [options.script, ...options.args], {
    cwd: options.cwd,
    timeout: options.timeout,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
