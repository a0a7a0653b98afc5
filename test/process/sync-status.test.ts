/** What the Sync view is drawn from, at real helpers with a slow road between them. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Delta, SessionStatus } from "../../helper/api.ts";
import { connectRpc, type RpcClient } from "../../helper/rpc/client.ts";
import { mustRun } from "../harness/run.ts";
import { type Peer, type Session, startSession } from "../harness/peers.ts";

let folder: string;
let session: Session | undefined;
const clients: RpcClient[] = [];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "pm-sync-")));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  await session?.close();
  rmSync(folder, { recursive: true });
});

/** Every status this peer tells, the first included. */
async function follow(peer: Peer): Promise<SessionStatus[]> {
  const told: SessionStatus[] = [];
  const onChanged = ({ status }: Delta): void => void (status !== undefined && told.push(status));
  const client = await connectRpc(String(peer.helper.first["socket"]), { onChanged });
  clients.push(client);
  told.push((await client.request("attach", {})).state.status);
  return told;
}
const read = async (path: string): Promise<string> => await mustRun("cat", [path]);
const soon = { timeout: 10_000, interval: 20 };

test("a file that a guest reads is a transfer on both sides, with progress, and is none when it has arrived", async () => {
  const total = 6 * 2 ** 20;
  writeFileSync(join(folder, "large.bin"), Buffer.alloc(total, 7));
  session = await startSession({ folder, guests: 1, proxy: { seed: 1, toGuest: { ms: 60, jitter: 0 } } });
  const [ben] = session.guests as [Peer];
  const atBen = await follow(ben);
  const atAda = await follow(session.host);
  await mustRun("sh", ["-c", 'cat "$1" > /dev/null', "sh", join(ben.root, "large.bin")]);
  const seen = (all: readonly SessionStatus[]) => all.flatMap(({ transfers }) => transfers);
  const isUnderWay = ({ done }: { readonly done: number }): boolean => done > 0 && done < total;
  expect(seen(atBen).find(isUnderWay)).toMatchObject({ what: "fetch", path: "large.bin", peer: "ada", total });
  expect(seen(atAda).find(isUnderWay)).toMatchObject({ what: "serve", path: "large.bin", peer: "ben", total });
  await vi.waitFor(() => expect([atBen.at(-1)?.transfers, atAda.at(-1)?.transfers]).toEqual([[], []]), soon);
  const dones = seen(atBen).map(({ done }) => done);
  expect(dones).toEqual(dones.toSorted((a, b) => a - b));
  // A look now and then, not one for each piece.
  expect(atBen.length).toBeLessThan(60);
});

test("a guest is in sync only when the host has all of its own, and all that it knows of is applied here", async () => {
  writeFileSync(join(folder, "a.txt"), "old\n");
  session = await startSession({ folder, guests: 1, proxy: { seed: 2 } });
  const [ben] = session.guests as [Peer];
  const atBen = await follow(ben);
  const atAda = await follow(session.host);
  await vi.waitFor(() => expect(atBen.at(-1)?.state).toBe("in sync"), soon);

  // The host's word does not arrive: what was written here is on its way out.
  ben.proxy?.stall("toGuest", 0);
  await mustRun("sh", ["-c", 'echo mine > "$1"', "sh", join(ben.root, "b.txt")]);
  await vi.waitFor(() => expect(atBen.at(-1)).toMatchObject({ state: "pending", incoming: { operations: 0 } }), soon);
  expect(atBen.at(-1)?.pending.operations).toBeGreaterThan(0);
  await vi.waitFor(() => expect(readFileSync(join(folder, "b.txt"), "utf8")).toBe("mine\n"), soon);
  await vi.waitFor(() => expect(atAda.at(-1)?.pending.operations).toBeGreaterThan(0), soon);
  ben.proxy?.resume("toGuest", 0);
  await vi.waitFor(() => expect(atBen.at(-1)).toMatchObject({ state: "in sync", pending: { operations: 0 } }), soon);
  await vi.waitFor(() => expect(atAda.at(-1)?.state).toBe("in sync"), soon);

  // The order stands still, and an answer with content speaks of what it has not brought yet.
  ben.proxy?.stall("toGuest", 0);
  await mustRun("sh", ["-c", 'echo new >> "$1"', "sh", join(session.host.root, "a.txt")]);
  const reading = read(join(ben.root, "a.txt"));
  await vi.waitFor(() => expect(atBen.at(-1)).toMatchObject({ state: "pending", pending: { operations: 0 } }), soon);
  expect(atBen.at(-1)?.incoming.operations).toBeGreaterThan(0);
  ben.proxy?.resume("toGuest", 0);
  expect(await reading).toMatch(/^old\n/);
  await vi.waitFor(() => expect(atBen.at(-1)).toMatchObject({ state: "in sync", incoming: { operations: 0 } }), soon);
  expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("old\nnew\n");
});
