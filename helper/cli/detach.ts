/** `--detach`: the same command again in a process of its own session, its lines in a log; this one reports the first. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { exit } from "./exit-codes.ts";
import { logFileFor } from "./log-folder.ts";
import type { CliPorts } from "./ports.ts";

const lookEveryMs = 50;

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
  const ended = once(child, "exit").then(([code]) => (code as number | null) ?? exit.unexpected);
  const stopListening = ports.onSignal(() => child.kill("SIGTERM"));
  try {
    for (;;) {
      const code = await Promise.race([ended, sleep(lookEveryMs)]);
      const said = await readFile(log, "utf8");
      const first = said.split("\n").find((line) => /^\{"event":"(?:shared|joined)",.*\}$/.test(line));
      if (first !== undefined && said.includes(`${first}\n`)) {
        ports.terminal.out(`${first}\n`);
        child.unref();
        return exit.fine;
      }
      if (code === undefined) continue;
      ports.terminal.err(said);
      return code;
    }
  } finally {
    stopListening();
  }
}
