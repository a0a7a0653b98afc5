/** Where a duel is fought: a repository, and the peers that see it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeRepository, mustGit, type GitAt } from "../../harness/git.ts";
import { startSession, type SessionOptions } from "../../harness/peers.ts";
import { counterRef, ownFile, sharedFiles } from "./task.ts";

export interface DuelField {
  readonly peers: readonly GitAt[];
  /** One directory under several names: what each peer has alone in a session, these share. */
  readonly sharedMessage?: boolean;
  /** Ends the peers; afterwards the folder is an ordinary one. */
  readonly close: () => Promise<void>;
}

/** Makes peers for a folder that holds a prepared repository. */
export type OpenField = (folder: string) => Promise<DuelField>;

const writers = ["ada", "ben", "cleo", "dora", "raw"];

/** A repository with main, the shared files, a file for every writer, and the counter ref. */
export async function makeDuelRepository(): Promise<{ readonly folder: string; readonly remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "pairmount-duel-"));
  const at = { root: folder, name: "ada" };
  mkdirSync(join(folder, "own"));
  mkdirSync(join(folder, "shared"));
  for (const file of sharedFiles) writeFileSync(join(folder, file), `# ${file}\n`);
  for (const name of writers) writeFileSync(join(folder, ownFile(name)), `# ${name}\n`);
  await makeRepository(at);
  await mustGit(at, ["update-ref", counterRef, "HEAD"]);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The control: as many names for one plain directory. What fails here is a fault of the duel. */
export function plainField(count: number): OpenField {
  return async (folder) => {
    const links = mkdtempSync(join(tmpdir(), "pairmount-names-"));
    const peers = writers.slice(0, count).map((name) => ({ name, root: join(links, name) }));
    for (const { root } of peers) symlinkSync(folder, root);
    return await Promise.resolve({
      peers,
      sharedMessage: true,
      close: async () => {
        await Promise.resolve(rmSync(links, { recursive: true }));
      },
    });
  };
}

/** Real helpers, one mount each. With `rawWriter` one more peer works in the host's folder beside its mount. */
export function sessionField(options: Omit<SessionOptions, "folder">, rawWriter = false): OpenField {
  return async (folder) => {
    const session = await startSession({ ...options, separateMount: rawWriter, folder });
    const peers = rawWriter ? [...session.peers, { name: "raw", root: folder }] : session.peers;
    return { peers, close: session.close };
  };
}
