#!/usr/bin/env node
/** Composition root of the helper: the command line, wired to the real machine. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CliPorts } from "./cli/ports.ts";
import { runCli, unexpected } from "./cli/run.ts";
import { createTerminal } from "./cli/terminal.ts";

const ports: CliPorts = {
  // Loaded when needed: `status` and `leave` are to be quick, and need no mount.
  share: async (options) => (await import("./session/share.ts")).shareWorkspace(options),
  join: async (options) => (await import("./session/join.ts")).joinWorkspace(options),
  hiddenIn: async (folder, hide) => (await import("./session/read-folder.ts")).hiddenIn(folder, hide),
  diagnose: async () => (await import("./mountstep/doctor.ts")).diagnose(),
  terminal: createTerminal(),
  env: process.env,
  cwd: currentFolder(),
  pid: process.pid,
  uid: process.getuid?.() ?? 0,
  program: fileURLToPath(import.meta.url),
  version: ownVersion(),
  onSignal(call) {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, call);
    return () => {
      for (const signal of signals) process.off(signal, call);
    };
  },
  exitNow: (code) => process.exit(code),
  now: () => new Date(),
};

const argv = process.argv.slice(2);
// The helper sits in no folder: not in the one it covers, nor in one somebody wants to unmount.
process.chdir("/");
// An invite is a secret, and the arguments of a process can be read by everybody on the machine.
if (argv[0] === "join") process.title = "pairmount join";
for (const failure of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(failure, (error: unknown) => {
    ports.terminal.err(`pairmount: ${unexpected(ports, error, argv.includes("--debug"))}\n`);
    process.exit(1);
  });
}
const code = await runCli(ports, argv);
process.exitCode = code;
// Whatever a session left running must not keep its helper alive; what was said is delivered first.
setTimeout(() => process.exit(code), 2000);
process.stdout.write("", () => process.exit(code));

/** Undefined when the folder was removed, or its mount died. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
