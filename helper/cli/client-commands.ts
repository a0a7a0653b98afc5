/** `status` and `leave`: clients of the sessions already running. */
import { connectRpc, type RpcClient } from "../rpc/client.ts";
import type { SessionEvent } from "../session/api.ts";
import { SessionError } from "../session/errors.ts";
import type { RegisteredSession } from "../session/registry.ts";
import type { LeaveCommand, StatusCommand } from "./arguments.ts";
import { exit } from "./exit-codes.ts";
import { around, matching, sessions, tellToChoose } from "./find-session.ts";
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
  if (command.watch) return tellToChoose(ports, chosen, (mount) => `status --watch ${mount}`);
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
  if (more.length > 0) return tellToChoose(ports, chosen, (mount) => `leave ${mount}`);
  const client = await connectRpc(entry.socket);
  try {
    if (command.grace !== undefined)
      return await giveTime(ports, { client, grace: command.grace, mount: entry.mount, json: command.json });
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

async function giveTime(
  { terminal }: CliPorts,
  given: { readonly client: RpcClient; readonly grace: number; readonly mount: string; readonly json: boolean },
): Promise<number> {
  const { mount, grace: seconds } = given;
  const { settled } = await given.client.request("endSoon", { seconds });
  if (!settled) {
    terminal.err("pairmount: --grace is for a host: a guest leaves at once\n");
    return exit.usage;
  }
  const told = `The guests are told; ${mount} is unmounted in ${seconds} s, or when what they still fetch has come.\n`;
  terminal.out(given.json ? `${JSON.stringify({ event: "ending", mount, seconds })}\n` : told);
  return exit.fine;
}
