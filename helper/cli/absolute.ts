import { isAbsolute, resolve } from "node:path";
import { SessionError } from "../session/errors.ts";
import type { CliPorts } from "./ports.ts";

export function absolute({ cwd }: Pick<CliPorts, "cwd">, path: string): string {
  if (cwd === undefined && !isAbsolute(path)) throw new SessionError("folder-missing", "the current folder is gone");
  return resolve(cwd ?? "/", path);
}
