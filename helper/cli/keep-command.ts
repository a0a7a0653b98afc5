/** `keep`: a client that asks the session's helper for a copy, and waits. */
import { resolve } from "node:path";
import { connectRpc } from "../rpc/client.ts";
import type { Kept } from "../session/api.ts";
import type { RegisteredSession } from "../session/registry.ts";
import type { KeepCommand } from "./arguments.ts";
import { createBar } from "./bar.ts";
import { exit } from "./exit-codes.ts";
import { around, matching, sessions, tellToChoose } from "./find-session.ts";
import { bytes, printable } from "./format.ts";
import type { CliPorts } from "./ports.ts";

export async function runKeep(ports: CliPorts, command: KeepCommand): Promise<number> {
  const { terminal } = ports;
  const [entry, ...more] = await chosenFor(ports, command);
  if (entry === undefined) {
    terminal.err(
      `pairmount: you have joined nothing${command.session === undefined ? "" : ` at ${command.session}`}\n`,
    );
    return exit.noSession;
  }
  if (more.length > 0)
    return tellToChoose(ports, [entry, ...more], (mount) => `keep ${command.folder} --session ${mount}`);
  const bar = createBar(ports);
  const cancel = new AbortController();
  const stopListening = ports.onSignal(() => cancel.abort());
  const client = await connectRpc(entry.socket);
  try {
    const kept = await client.request(
      "keepCopy",
      { folder: resolve(ports.cwd ?? "/", command.folder) },
      {
        signal: cancel.signal,
        onProgress(progress) {
          if (!command.json) bar.show(progress);
          else if (command.progress) terminal.out(`${JSON.stringify({ event: "progress", ...progress })}\n`);
        },
      },
    );
    bar.end("erased");
    terminal.out(command.json ? `${JSON.stringify({ event: "kept", ...kept })}\n` : keptText(kept));
    return exit.fine;
  } finally {
    bar.end("stays");
    stopListening();
    client.dispose();
  }
}

async function chosenFor(ports: CliPorts, { session }: KeepCommand): Promise<readonly RegisteredSession[]> {
  const all = await sessions(ports);
  // A host that is named hears from its helper why there is nothing to keep.
  if (session !== undefined) return await matching(ports, all, session);
  return around(
    all.filter(({ role }) => role === "guest"),
    ports.cwd,
  );
}

function keptText({ folder, files, bytes: size, commits, note }: Kept): string {
  const checked = commits === 0 ? "" : `, ${commits} commits, checked by git`;
  const about = note === null ? "" : `git's strict rules say of its history: ${printable(note)}\n`;
  return `Kept in ${folder}: ${files} files, ${bytes(size)}${checked}.\n${about}`;
}
