/** `share` and `join`. */
import { realpath } from "node:fs/promises";
import type { JoinDecision, JoinRequest } from "../session/api.ts";
import { exitCodeOf, SessionError } from "../session/errors.ts";
import { createLobby } from "../session/lobby.ts";
import { openRegistry, type Registry } from "../session/registry.ts";
import { absolute } from "./absolute.ts";
import type { ApprovalRule } from "./approval.ts";
import type { JoinCommand, ShareCommand } from "./arguments.ts";
import { displayName } from "./display-name.ts";
import { exit } from "./exit-codes.ts";
import { holdSession } from "./hold.ts";
import { createJsonView } from "./json-view.ts";
import type { CliPorts } from "./ports.ts";
import { createScreenView } from "./screen-view.ts";
import type { SessionView } from "./view.ts";

export async function runShare(ports: CliPorts, command: ShareCommand): Promise<number> {
  const registry = await openRegistry(ports.env, ports.uid);
  const folder = absolute(ports, command.folder);
  await refuseTwice(registry, folder);
  const name = command.name ?? (await displayName(folder));
  const view = viewOf(ports, command, { approve: command.approve, access: command.access });
  const { mount, access, port, driver, hide, shareIgnored } = command;
  const at = mount === undefined ? {} : { mount: absolute(ports, mount) };
  const lobby = createLobby();
  const decide = (request: JoinRequest): Promise<JoinDecision> =>
    lobby.ask(request, command.approve === "clients" ? undefined : (signal) => view.decide({ ...request, signal }));
  return await holdSession(ports, {
    registry,
    view,
    lobby,
    idleMinutes: command.idle,
    endedByItself: exit.unexpected,
    start: (tell) => ports.share({ name, driver, folder, ...at, access, port, hide, shareIgnored, decide, ...tell }),
  });
}

export async function runJoin(ports: CliPorts, command: JoinCommand): Promise<number> {
  const registry = await openRegistry(ports.env, ports.uid);
  const name = command.name ?? (await displayName(ports.cwd ?? "/"));
  const view = viewOf(ports, command, { approve: "terminal", access: "read-only" });
  const { mount, invite, driver, access } = command;
  const at = mount === undefined ? {} : { mount: absolute(ports, mount) };
  return await holdSession(ports, {
    registry,
    view,
    lobby: createLobby(),
    idleMinutes: command.idle,
    endedByItself: exitCodeOf("host-gone"),
    start: (tell) => ports.join({ name, driver, invite, access, ...at, ...tell }),
  });
}

function viewOf(ports: CliPorts, command: ShareCommand | JoinCommand, rule: ApprovalRule): SessionView {
  if (command.json) return createJsonView(ports.terminal, { ...rule, progress: command.progress });
  return createScreenView(ports, rule);
}

/** Two helpers over one folder would be two orders of one history. */
async function refuseTwice(registry: Registry, folder: string): Promise<void> {
  const real = await realpath(folder).catch(() => folder);
  const other = (await registry.sessions()).find((entry) => entry.folder === real || entry.mount === real);
  if (other !== undefined)
    throw new SessionError("already-shared", `by process ${other.pid}; \`pairmount leave ${real}\` ends it`);
}
