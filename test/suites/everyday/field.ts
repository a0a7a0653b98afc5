/** Where everyday git happens: a shared folder on several peers, and an ordinary folder outside of it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeRepository, type GitAt } from "../../harness/git.ts";
import { startSession } from "../../harness/peers.ts";
import { residentMegabytes } from "../../harness/resident.ts";

export interface EverydayField {
  /** The host first. */
  readonly peers: readonly GitAt[];
  /** Not shared. */
  readonly outside: string;
  /** Bytes this peer received over its link so far, where that can be told. */
  readonly received: (peer: GitAt) => number | undefined;
  /** Resident memory of each helper, in MB. */
  readonly memory: () => readonly number[];
  readonly close: () => Promise<void>;
}

export type OpenEveryday = () => Promise<EverydayField>;

/** The control: two names for one plain directory. */
export async function plainEveryday(): Promise<EverydayField> {
  const { folder, outside, remove } = await makeFolders();
  const peers = ["ada", "ben"].map((name) => ({ name, root: join(outside, `mount-${name}`) }));
  for (const { root } of peers) symlinkSync(folder, root);
  const close = async (): Promise<void> => await Promise.resolve(remove());
  return { peers, outside, received: () => undefined, memory: () => [], close };
}

/** A host and a guest, with a proxy between that counts bytes. */
export async function sessionEveryday(): Promise<EverydayField> {
  const { folder, outside, remove } = await makeFolders();
  try {
    const session = await startSession({ folder, guests: 1, proxy: { seed: 1 } });
    const received = (peer: GitAt): number | undefined =>
      session.guests.find(({ name }) => name === peer.name)?.proxy?.bytes("toGuest");
    const close = async (): Promise<void> => {
      await session.close();
      remove();
    };
    const memory = (): readonly number[] =>
      session.peers.map(({ helper }) => Math.round(residentMegabytes(helper.pid)));
    return { peers: session.peers, outside, received, memory, close };
  } catch (error) {
    remove();
    throw error;
  }
}

async function makeFolders(): Promise<{ folder: string; outside: string; remove: () => void }> {
  const outside = mkdtempSync(join(tmpdir(), "pairmount-everyday-"));
  const folder = join(outside, "shared");
  const at = { root: folder, name: "ada" };
  mkdirSync(folder);
  writeFileSync(join(folder, "README.md"), "# Shared\n");
  await makeRepository(at);
  return { folder, outside, remove: () => rmSync(outside, { recursive: true, force: true }) };
}
