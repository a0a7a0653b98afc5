/** `hidden`: what `share` would keep here. */
import { realpath } from "node:fs/promises";
import { SessionError } from "../session/errors.ts";
import { absolute } from "./absolute.ts";
import type { HiddenCommand } from "./arguments.ts";
import { exit } from "./exit-codes.ts";
import { printable } from "./format.ts";
import type { CliPorts } from "./ports.ts";

export async function runHidden(ports: CliPorts, { folder, hide, json }: HiddenCommand): Promise<number> {
  const path = absolute(ports, folder);
  const real = await realpath(path).catch((error: Error) => {
    throw new SessionError("folder-missing", `${path} (${error.message})`);
  });
  const files = await ports.hiddenIn(real, hide);
  if (json) ports.terminal.out(`${JSON.stringify({ event: "hidden", files })}\n`);
  else ports.terminal.out(files.length === 0 ? "Nothing would be hidden.\n" : `${files.map(printable).join("\n")}\n`);
  return exit.fine;
}
