/**
 * The sessions of this user on this machine: one folder of their own, in it for each session a socket and a small JSON
 * file of the same name. Whoever lists clears what dead helpers left behind.
 */
import { once } from "node:events";
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Disposable } from "../base/disposable.ts";
import { figure, fromJson, oneOf, orNull, type Parser, record, text } from "../rpc/parse.ts";

export interface SessionEntry {
  readonly role: "host" | "guest";
  readonly mount: string;
  /** Host only. */
  readonly folder: string | null;
  readonly pid: number;
}
export interface RegisteredSession extends SessionEntry {
  readonly socket: string;
}

export interface Registry {
  /** A socket path for a session about to begin; nothing is there yet. */
  socketFor(pid: number): string;
  /** Makes the session findable. The socket already listens. */
  register(socket: string, entry: SessionEntry): Promise<Disposable>;
  /** Those that answer, by pid. */
  sessions(): Promise<readonly RegisteredSession[]>;
}

const parseEntry: Parser<SessionEntry> = record<SessionEntry>({
  role: oneOf("host", "guest"),
  mount: text,
  folder: orNull(text),
  pid: figure,
});

/** sun_path holds 108 bytes with its NUL (unix(7)). */
const longestSocketPath = 107;

/** `$XDG_RUNTIME_DIR/pairmount`, else `/tmp/pairmount-UID`. Throws when somebody else could have made or could write it. */
export async function openRegistry(env: NodeJS.ProcessEnv, uid: number): Promise<Registry> {
  const folder = registryFolder(env, uid);
  await mkdir(folder, { mode: 0o700, recursive: folder !== sharedTmp(uid) }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== uid) throw new Error(`${folder} is not a folder of this user: remove it`);
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
  return createRegistry(folder);
}

export function registryFolder(env: NodeJS.ProcessEnv, uid: number): string {
  const runtime = env["XDG_RUNTIME_DIR"];
  return runtime !== undefined && runtime !== "" ? join(runtime, "pairmount") : sharedTmp(uid);
}

/** In a folder that everybody can write. */
function sharedTmp(uid: number): string {
  return `/tmp/pairmount-${uid}`;
}

function createRegistry(folder: string): Registry {
  let made = 0;
  const registry: Registry = {
    socketFor(pid) {
      const socket = join(folder, `${pid}-${(made += 1)}.sock`);
      if (Buffer.byteLength(socket) > longestSocketPath) {
        throw new Error(`${socket} is too long for a socket: set XDG_RUNTIME_DIR to a shorter folder`);
      }
      return socket;
    },
    async register(socket, entry) {
      const file = fileOf(socket);
      await writeFile(`${file}.new`, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      await rename(`${file}.new`, file);
      return { dispose: () => clear(socket) };
    },
    async sessions() {
      const files = (await readdir(folder)).filter((name) => name.endsWith(".json"));
      const entries = await Promise.all(files.map((name) => load(join(folder, name))));
      return entries.filter((entry) => entry !== undefined).sort((a, b) => a.pid - b.pid);
    },
  };
  return registry;
}

async function load(file: string): Promise<RegisteredSession | undefined> {
  const socket = file.replace(/\.json$/, ".sock");
  const json = await readFile(file, "utf8").catch(() => undefined);
  const entry = json === undefined ? undefined : fromJson(json, parseEntry);
  if (entry !== undefined && isAlive(entry.pid) && (await listens(socket))) return { ...entry, socket };
  await clear(socket);
  return undefined;
}

function fileOf(socket: string): string {
  return socket.replace(/\.sock$/, ".json");
}

async function clear(socket: string): Promise<void> {
  await rm(fileOf(socket), { force: true });
  await rm(socket, { force: true });
}

/** EPERM: alive, and somebody else's. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A pid may have been given anew; only a live helper accepts. */
async function listens(socket: string): Promise<boolean> {
  const stream = connect(socket);
  try {
    await once(stream, "connect");
    return true;
  } catch {
    // ENOENT, ECONNREFUSED: nobody is there, which is the answer.
    return false;
  } finally {
    stream.destroy();
  }
}
