/** `status` and `leave`: clients of the sessions already running. */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { connectRpc } from "../rpc/client.ts";
import type { SessionEvent } from "../session/api.ts";
import { SessionError } from "../session/errors.ts";
import { openRegistry, type RegisteredSession } from "../session/registry.ts";
import type { LeaveCommand, StatusCommand } from "./arguments.ts";
import { exit } from "./exit-codes.ts";
import { eventLine, isForPeople } from "./format.ts";
import type { CliPorts } from "./ports.ts";
import { statusText } from "./status-text.ts";

export async function runStatus(ports: CliPorts, command: StatusCommand): Promise<number> {
  const all = await sessions(ports);
  const chosen = command.mount === undefined ? all : await matching(ports, all, command.mount);
  if (chosen.length === 0) {
    if (!command.json) ports.terminal.out("No session. `pairmount share <folder>` begins one.\n");
    return command.mount === undefined && !command.watch ? exit.fine : exit.noSession;
  }
  const [first, ...more] = chosen;
  if (command.watch && first !== undefined && more.length === 0) return await watch(ports, command, first);
  if (command.watch) return tellToChoose(ports, chosen, "status --watch");
  for (const entry of chosen) {
    const client = await connectRpc(entry.socket);
    try {
      const status = await client.request("status", {});
      ports.terminal.out(command.json ? `${JSON.stringify(status)}\n` : statusText(status));
    } finally {
      client.dispose();
    }
  }
  return exit.fine;
}

async function watch(ports: CliPorts, command: StatusCommand, entry: RegisteredSession): Promise<number> {
  const { terminal } = ports;
  const say = (event: SessionEvent): void => {
    if (command.json) terminal.out(`${JSON.stringify(event)}\n`);
    else if (isForPeople(event)) terminal.out(`${eventLine(event, ports.now(), { columns: terminal.columns })}\n`);
  };
  // Events that come before the status was printed wait for it.
  let early: SessionEvent[] | undefined = [];
  const client = await connectRpc(entry.socket, {
    onEvent(event) {
      if (early === undefined) say(event);
      else early.push(event);
    },
  });
  const stopListening = ports.onSignal(() => client.dispose());
  try {
    await client.request("attach", {});
    const status = await client.request("status", {});
    terminal.out(command.json ? `${JSON.stringify(status)}\n` : `${statusText(status)}\n`);
    early.forEach(say);
    early = undefined;
    await client.closed;
    return exit.fine;
  } finally {
    stopListening();
    client.dispose();
  }
}

export async function runLeave(ports: CliPorts, command: LeaveCommand): Promise<number> {
  const all = await sessions(ports);
  const chosen = command.mount === undefined ? around(all, ports.cwd) : await matching(ports, all, command.mount);
  const [entry, ...more] = chosen;
  if (entry === undefined) {
    const where = command.mount === undefined ? "" : ` at ${command.mount}`;
    ports.terminal.err(`pairmount: there is no session${where}\n`);
    return exit.noSession;
  }
  if (more.length > 0) return tellToChoose(ports, chosen, "leave");
  const client = await connectRpc(entry.socket);
  try {
    await client.request("leave", {});
  } catch (error) {
    // A helper that ends before its answer arrived has been left, too.
    if (!(error instanceof SessionError && error.code === "host-gone")) throw error;
  } finally {
    client.dispose();
  }
  const { mount } = entry;
  ports.terminal.out(command.json ? `${JSON.stringify({ event: "left", mount })}\n` : `Left; ${mount} is unmounted.\n`);
  return exit.fine;
}

async function sessions(ports: CliPorts): Promise<readonly RegisteredSession[]> {
  return await (await openRegistry(ports.env, ports.uid)).sessions();
}

async function matching(
  ports: CliPorts,
  all: readonly RegisteredSession[],
  given: string,
): Promise<readonly RegisteredSession[]> {
  const path = resolve(ports.cwd ?? "/", given);
  // A mount that hangs or died cannot be resolved; its plain path still names it.
  const real = await realpath(path).catch(() => path);
  return all.filter((entry) => [entry.mount, entry.folder].some((known) => known === path || known === real));
}

/** The sessions whose mount holds `cwd`, the innermost alone; all when it is in none. */
function around(all: readonly RegisteredSession[], cwd: string | undefined): readonly RegisteredSession[] {
  const inside = all.filter(({ mount }) => cwd === mount || cwd?.startsWith(`${mount}/`));
  const [innermost] = inside.toSorted((a, b) => b.mount.length - a.mount.length);
  return innermost === undefined ? all : [innermost];
}

function tellToChoose(ports: CliPorts, chosen: readonly RegisteredSession[], command: string): number {
  const mounts = chosen.map(({ mount }) => `  pairmount ${command} ${mount}\n`).join("");
  ports.terminal.err(`pairmount: there are several sessions; name one:\n${mounts}`);
  return exit.usage;
}
