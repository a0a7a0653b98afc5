/** Which of the sessions already running a command is about. */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { openRegistry, type RegisteredSession } from "../session/registry.ts";
import { exit } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";

export async function sessions(ports: CliPorts): Promise<readonly RegisteredSession[]> {
  return await (await openRegistry(ports.env, ports.uid)).sessions();
}

/** The sessions of this mount, or of this shared folder. */
export async function matching(
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
export function around(all: readonly RegisteredSession[], cwd: string | undefined): readonly RegisteredSession[] {
  const inside = all.filter(({ mount }) => cwd === mount || cwd?.startsWith(`${mount}/`));
  const [innermost] = inside.toSorted((a, b) => b.mount.length - a.mount.length);
  return innermost === undefined ? all : [innermost];
}

/** `line`: the command that names one. */
export function tellToChoose(
  ports: CliPorts,
  chosen: readonly RegisteredSession[],
  line: (mount: string) => string,
): number {
  const lines = chosen.map(({ mount }) => `  pairmount ${line(mount)}\n`).join("");
  ports.terminal.err(`pairmount: there are several sessions; name one:\n${lines}`);
  return exit.usage;
}
