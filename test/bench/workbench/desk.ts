/** What the figures of the workbench are measured on: 5,000 files shared by one, joined by another over a road of its own. */
import { join } from "node:path";
import { createWorkbenches, type OwnedWorkbenches } from "../../harness/workbench/opened.ts";
import {
  acceptInWindow,
  askToJoin,
  guestMount,
  leaveAll,
  startPeer,
  startRoad,
  type Peer,
} from "../../harness/workbench/peers.ts";
import type { Proxy } from "../../harness/proxy.ts";
import { clone } from "../throughput.ts";
import { writeStopwatch } from "./stopwatch.ts";

export interface Desk {
  readonly workbenches: OwnedWorkbenches;
  readonly host: Peer;
  /** Shared, then covered by the host's mount. */
  readonly folder: string;
  /** The same files on the disk's own file system. */
  readonly plain: string;
  /** Empty. */
  readonly elsewhere: string;
}

export interface Pair extends Desk {
  readonly guest: Peer;
  /** The guest's mount, while it has joined. */
  readonly mount: string;
  readonly proxy: Proxy;
}

/** The last name in the root: once it is shown, the Explorer is filled. */
export const lastRow = "state";

export async function openDesk(fixture: string): Promise<Desk> {
  const workbenches = createWorkbenches();
  try {
    const at = workbenches.folder("files");
    const [folder, plain] = [join(at, "app"), join(at, "plain")] as const;
    for (const target of [folder, plain]) await clone(fixture, target);
    const extensions = [writeStopwatch(workbenches.folder("stopwatch"))];
    const host = await startPeer(workbenches, { name: "ada", folder, extensions, env: counting(workbenches, "ada") });
    return { workbenches, host, folder, plain, elsewhere: workbenches.folder("elsewhere") };
  } catch (error) {
    await workbenches.close();
    throw error;
  }
}

/** The host shares already. The guest has not joined yet. */
export async function addGuest(desk: Desk): Promise<Pair> {
  const { workbenches, host, elsewhere } = desk;
  const { proxy, env } = await startRoad(workbenches, host, { seed: 1 });
  const options = { name: "ben", folder: elsewhere, env: { ...env, ...counting(workbenches, "ben") } };
  const guest = await startPeer(workbenches, options);
  return { ...desk, guest, proxy, mount: guestMount(guest.workbench, "ada", "app") };
}

/** From the host's click until the guest's Explorer is filled, in milliseconds. */
export async function joinTimed({ host, guest }: Pair): Promise<number> {
  await askToJoin(host, guest);
  const from = performance.now();
  await acceptInWindow(host, guest);
  await guest.window.explorer.row(lastRow).waitFor();
  return performance.now() - from;
}

/** The guest leaves; its window shows an empty folder. */
export async function leave({ guest, elsewhere }: Pair): Promise<void> {
  leaveAll(guest.workbench);
  await guest.window.go(elsewhere);
}

export function countersFile(workbenches: OwnedWorkbenches, name: string): string {
  return join(workbenches.folder("counters"), `${name}.json`);
}

function counting(workbenches: OwnedWorkbenches, name: string): Readonly<Record<string, string>> {
  return { PAIRMOUNT_TEST_COUNTERS: countersFile(workbenches, name) };
}
