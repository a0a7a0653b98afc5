/**
 * The copying program, `keep-program.mjs MOUNT FOLDER`: an ordinary reader of the mount in a process of its own, since the
 * thread that serves the mount never touches it. SIGTERM, or the end of its input (its helper is gone), cancels.
 */
import { SessionError } from "../session/errors.ts";
import { keepCopy } from "./keep-copy.ts";
import type { KeepMessage } from "./messages.ts";

const progressMs = 100;

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
process.stdin.on("end", () => stop.abort()).resume();
process.stdout.on("error", () => stop.abort());

function say(message: KeepMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

let told = Number.NEGATIVE_INFINITY;
let step = "";
try {
  const [mount = "", folder = ""] = process.argv.slice(2);
  const kept = await keepCopy({
    mount,
    folder,
    signal: stop.signal,
    onProgress(progress) {
      if (progress.step === step && performance.now() - told < progressMs) return;
      [told, step] = [performance.now(), progress.step];
      say({ t: "progress", progress });
    },
  });
  say({ t: "kept", kept });
} catch (error) {
  if (error instanceof SessionError) say({ t: "failed", code: error.code, detail: error.detail });
  else say({ t: "unexpected", text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
// Reads of a mount that does not answer must not keep it.
process.stdout.write("", () => process.exit());
