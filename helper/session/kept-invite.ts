/**
 * The invite of a session whose helper died leads to the next session that shares the same folder, so that its guests join again
 * by what they have; the host lets them in as before. Who ends a session in order voids its invite.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Disposable } from "../base/disposable.ts";
import type { Timers } from "../base/ports.ts";
import type { Access } from "./api.ts";

export interface KeptInvite {
  /** 16 bytes. */
  readonly secret: Uint8Array;
  readonly port: number;
  readonly access: Access;
}

/** An invite leads nowhere once its session is dead for this long. ms */
const longest = 12 * 3_600_000;
/** How often a session says that it lives. ms */
const beat = 600_000;

/** What a dead session left in `file`, if it gave the same access and lived until lately. `now`: ms since 1970. */
export function leftInvite(file: string, access: Access, now: number): KeptInvite | undefined {
  const left = readLeft(file, now);
  return left?.access === access ? left : undefined;
}

/** From now on a death leaves this one. The end removes it. Throws where it cannot be written. */
export function keepInvite(file: string, { secret, port, access }: KeptInvite, timers: Timers): Disposable {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ secret: Buffer.from(secret).toString("hex"), port, access });
  writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  let timer = timers.after(beat, live);
  function live(): void {
    touch(file);
    timer = timers.after(beat, live);
  }
  return {
    dispose() {
      timer.cancel();
      rmSync(file, { force: true });
    },
  };
}

/** Removed by hand: then so be it. */
function touch(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function readLeft(file: string, now: number): KeptInvite | undefined {
  try {
    if (now - statSync(file).mtimeMs > longest) return undefined;
    return parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(value: unknown): KeptInvite | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { secret, port, access } = value as Record<string, unknown>;
  if (typeof secret !== "string" || !/^[0-9a-f]{32}$/.test(secret)) return undefined;
  if (!Number.isInteger(port) || (port as number) < 1 || (port as number) > 65535) return undefined;
  if (access !== "read-only" && access !== "read-write") return undefined;
  return { secret: Buffer.from(secret, "hex"), port: port as number, access };
}
