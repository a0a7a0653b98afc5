/** `--detach`: the same command again in a process of its own session, its lines in a log; this one reports the first, and what comes before it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { exit } from "./exit-codes.ts";
import { failedLine } from "./failed.ts";
import { fromJson, record, text } from "../rpc/parse.ts";
import { logFileFor } from "./log-folder.ts";
import type { CliPorts } from "./ports.ts";

const lookEveryMs = 50;
const parseTagged = record<{ readonly event: string }>({ event: text });

export async function runDetached(ports: CliPorts, argv: readonly string[]): Promise<number> {
  const log = logFileFor(ports.env, `${argv[0] ?? "helper"}-${ports.pid}`, ports.now());
  const file = openSync(log, "ax", 0o600);
  const args = [...argv.filter((argument) => argument !== "--detach" && argument !== "--json"), "--json"];
  const child = spawn(process.execPath, [ports.program, ...args], {
    detached: true,
    stdio: ["ignore", file, file],
    cwd: ports.cwd ?? "/",
    env: ports.env,
  });
  closeSync(file);
  const json = argv.includes("--json");
  const ended = once(child, "exit").then(([code]) => (code as number | null) ?? exit.unexpected);
  const stopListening = ports.onSignal(() => child.kill("SIGTERM"));
  let told = 0;
  let failed: string | undefined;
  try {
    for (;;) {
      const code = await Promise.race([ended, sleep(lookEveryMs)]);
      const lines = (await readFile(log, "utf8")).split("\n");
      for (const line of lines.slice(told, -1)) {
        told += 1;
        const event = fromJson(line, parseTagged)?.event;
        if (event === "failed") failed = `${line}\n`;
        if (event === "progress") ports.terminal.out(`${line}\n`);
        if (event !== "shared" && event !== "joined") continue;
        ports.terminal.out(`${line}\n`);
        child.unref();
        return exit.fine;
      }
      if (code === undefined) continue;
      const why = lines.filter((line) => !line.startsWith("{")).join("\n");
      if (json) ports.terminal.out(failed ?? failedLine("unexpected", why.trim() || `the helper ended (${code})`));
      ports.terminal.err(why);
      return code;
    }
  } finally {
    stopListening();
  }
}
