/** Copies of a guest's mount, each made by a program of its own: the thread that serves the mount never reads it. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Disposable } from "../base/disposable.ts";
import { type KeepMessage, parseKeepMessage } from "../keep/messages.ts";
import { fromJson } from "../rpc/parse.ts";
import type { Kept, Progress, Session } from "./api.ts";
import { SessionError } from "./errors.ts";

export interface CopyKeeper extends Disposable {
  readonly keepCopy: Session["keepCopy"];
  /** Resolves once no copy is being made. */
  idle(): Promise<void>;
  /** Cancels what is being made, and waits until nothing is left of it. */
  dispose(): Promise<void>;
}

/** So many reads wait for the host at once: Node's own four would take one file after the other over a slow link. */
const readers = "16";

export function createCopyKeeper(mount: string): CopyKeeper {
  const program = fileURLToPath(new URL("./keep-program.mjs", import.meta.url));
  const running = new Set<Promise<unknown>>();
  const over = new AbortController();

  async function idle(): Promise<void> {
    await Promise.allSettled(running);
  }

  return {
    async keepCopy(folder, { signal, onProgress }) {
      const stop = AbortSignal.any([signal, over.signal]);
      const copy = runProgram([program, mount, folder], stop, onProgress);
      running.add(copy);
      return await copy.finally(() => running.delete(copy));
    },
    idle,
    async dispose() {
      over.abort();
      await idle();
    },
  };
}

/** Settles when the program has ended. */
async function runProgram(
  args: readonly string[],
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<Kept> {
  const child = spawn(process.execPath, args, {
    cwd: "/",
    env: { ...process.env, UV_THREADPOOL_SIZE: readers },
    // Its input is the line that tells it of this helper's end.
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stop = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  let outcome: Exclude<KeepMessage, { t: "progress" }> | undefined;
  let errors = "";
  child.stdin.on("error", () => undefined);
  child.stderr.on("data", (bytes: Buffer) => (errors = `${errors}${bytes.toString()}`.slice(-4000)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = fromJson(line, parseKeepMessage);
    if (message?.t === "progress") onProgress(message.progress);
    else if (message !== undefined) outcome = message;
  });
  try {
    await new Promise<void>((resolve, reject) => child.on("close", () => resolve()).on("error", reject));
  } finally {
    signal.removeEventListener("abort", stop);
  }
  switch (outcome?.t) {
    case "kept":
      return outcome.kept;
    case "failed":
      throw new SessionError(outcome.code, outcome.detail);
    case "unexpected":
      throw new Error(outcome.text);
    case undefined:
      // Before it could say so: it had made nothing yet.
      if (signal.aborted) throw new SessionError("cancelled", "no copy was kept");
      throw new Error(`the copying program ended without a word: ${errors.trim()}`);
  }
}
