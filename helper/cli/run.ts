/** One command line from words to exit code. */
import { appendFileSync } from "node:fs";
import { SessionError } from "../session/errors.ts";
import { type Command, parseCommandLine } from "./arguments.ts";
import { runLeave, runStatus } from "./client-commands.ts";
import { runDetached } from "./detach.ts";
import { runDoctor } from "./doctor-command.ts";
import { exit } from "./exit-codes.ts";
import { failedLine } from "./failed.ts";
import { helpText } from "./help.ts";
import { runHidden } from "./hidden-command.ts";
import { runKeep } from "./keep-command.ts";
import { logFileFor } from "./log-folder.ts";
import type { CliPorts } from "./ports.ts";
import { runJoin, runShare } from "./session-commands.ts";

/** Never rejects. */
export async function runCli(ports: CliPorts, argv: readonly string[]): Promise<number> {
  const { terminal } = ports;
  const command = parseCommandLine(argv);
  if (command.command === "misuse") {
    const about = command.about === undefined ? "" : ` ${command.about}`;
    terminal.err(`pairmount: ${command.text}\n\`pairmount help${about}\` explains.\n`);
    return exit.usage;
  }
  try {
    return await dispatch(ports, command, argv);
  } catch (error) {
    const known = error instanceof SessionError ? error : undefined;
    const says = known?.message ?? unexpected(ports, error, "debug" in command && command.debug);
    if ("json" in command && command.json) terminal.out(failedLine(known?.code ?? "unexpected", says));
    terminal.err(`pairmount: ${says}\n`);
    return known?.exitCode ?? exit.unexpected;
  }
}

async function dispatch(ports: CliPorts, command: Command, argv: readonly string[]): Promise<number> {
  switch (command.command) {
    case "help":
      ports.terminal.out(helpText(command.about));
      return exit.fine;
    case "version":
      ports.terminal.out(`${ports.version}\n`);
      return exit.fine;
    case "share":
      return await (command.detach ? runDetached(ports, argv) : runShare(ports, command));
    case "hidden":
      return await runHidden(ports, command);
    case "join":
      return await (command.detach ? runDetached(ports, argv) : runJoin(ports, command));
    case "status":
      return await runStatus(ports, command);
    case "keep":
      return await runKeep(ports, command);
    case "leave":
      return await runLeave(ports, command);
    case "doctor":
      return await runDoctor(ports, command);
  }
}

/** One sentence, and where the rest is. */
export function unexpected(ports: Pick<CliPorts, "env" | "now" | "pid">, error: unknown, debug: boolean): string {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const sentence = error instanceof Error ? error.message : String(error);
  if (debug) return trace;
  try {
    const log = logFileFor(ports.env, `failure-${ports.pid}`, ports.now());
    appendFileSync(log, `${trace}\n`, { mode: 0o600 });
    return `something unexpected: ${sentence}\nThe log is ${log}`;
  } catch {
    // No place to write: the sentence alone is better than a second failure instead of it.
    return `something unexpected: ${sentence}\nNo log could be written; --debug shows more.`;
  }
}
