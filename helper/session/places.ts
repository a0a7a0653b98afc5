/** Where a helper keeps what is its own, and who it says it is. */
import { mkdirSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { homedir, networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "../peer/address.ts";
import { registryFolder } from "./registry.ts";

/** `$XDG_STATE_HOME/pairmount` (default `~/.local/state/pairmount`): the key, recovered versions. Made 0700. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return made(join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "pairmount"));
}

/** Real paths of all folders that helpers of this user keep their own files in. */
export function ownFolders(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  return [stateFolder(env), made(cacheHome(env)), made(registryFolder(env, process.getuid?.() ?? 0))].map((path) =>
    realpathSync(path),
  );
}

function cacheHome(env: NodeJS.ProcessEnv): string {
  return join(env["XDG_CACHE_HOME"] || join(homedir() || tmpdir(), ".cache"), "pairmount");
}

/**
 * A folder of this process alone below `$XDG_CACHE_HOME/pairmount` (default `~/.cache/pairmount`). What helpers left there
 * that were killed goes first: a cache is worth nothing without its process.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const all = made(cacheHome(env));
  for (const name of readdirSync(all)) {
    if (/^\d+$/.test(name) && !isAlive(Number(name))) rmSync(join(all, name), { recursive: true, force: true });
  }
  return made(join(all, String(process.pid)));
}

/** EPERM: alive, and somebody else's. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A name from elsewhere as one of a file: without separators, never hidden, never empty. */
export function safeName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "") || "x";
}

function made(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Where guests may find this machine: itself first (two helpers on one machine), then its networks; eight at most. */
export function ownAddresses(port: number): Address[] {
  const networks = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, address, scopeid }) => !internal && !(address.startsWith("fe80") && scopeid !== 0));
  return ["127.0.0.1", ...networks.map(({ address }) => address)].slice(0, 8).map((host) => ({ host, port }));
}
