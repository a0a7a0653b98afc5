/** The terminal of this process. */
import { createInterface } from "node:readline";
import type { Terminal } from "./ports.ts";

/** A reader that does not read costs this much memory at most; then lines are left out. Pipes are asynchronous here. */
const backlogLimit = 32 << 20;

export function createTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  // EPIPE: nobody reads any more, which is no reason to end a session.
  stdout.on("error", () => undefined);
  stderr.on("error", () => undefined);
  let leftOut = 0;
  return {
    out(text) {
      if (stdout.writableLength > backlogLimit) {
        leftOut += 1;
        return;
      }
      if (leftOut > 0) stderr.write(`pairmount: ${leftOut} lines were left out because nobody read them\n`);
      leftOut = 0;
      stdout.write(text);
    },
    err: (text) => void stderr.write(text),
    watched: stdout.isTTY,
    asks: stdin.isTTY && stdout.isTTY,
    get columns() {
      return stdout.isTTY ? stdout.columns : 120;
    },
    readLine: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(undefined);
        // Not `terminal: true`: raw mode would swallow Ctrl-C.
        const lines = createInterface({ input: stdin, terminal: false });
        const abort = (): void => lines.close();
        signal.addEventListener("abort", abort, { once: true });
        lines.once("line", (line) => {
          resolve(line);
          lines.close();
        });
        lines.once("close", () => {
          signal.removeEventListener("abort", abort);
          resolve(undefined);
        });
      }),
  };
}
