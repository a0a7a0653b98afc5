/** What most tests in workbenches begin with: ada shares her folder `app`, ben joins it, each in a workbench of their own. */
import { beforeAll, it as test } from "vitest";
import type { Proxy } from "../proxy.ts";
import type { Workbenches } from "./opened.ts";
import {
  guestMount,
  joinBoth,
  leaveAll,
  type Peer,
  type PeerOptions,
  repositoryOf,
  share,
  shareAndJoin,
  startPeer,
  startRoad,
} from "./peers.ts";
import { describeInWorkbench } from "./programs.ts";
import type { Window } from "./window.ts";
import { useWorkbenches } from "./workbenches.ts";

export interface Pair {
  readonly workbenches: Workbenches;
  /** The host's: a repository, covered by its mount while it is shared. */
  readonly folder: string;
  /** The guest's mount, while it has joined. */
  readonly mount: string;
  readonly host: Peer;
  readonly guest: Peer;
  /** The host's window, on the folder. */
  readonly ada: Window;
  /** The guest's. */
  readonly ben: Window;
}

export interface PairOptions extends Pick<PeerOptions, "trust" | "settings"> {
  /** What the repository's one commit holds, by path. Default: `readme.txt`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** How the two begin; once, before the first test. */
export type Beginning<P extends Pair = Pair> = (workbenches: Workbenches) => Promise<P>;

/** Like `it`; each test is handed the pair as the tests before it left it. */
export type PairTest<P extends Pair> = (title: string, body: (pair: P) => Promise<void>) => void;

/** What a window shows a while after its cause, on two busy cores: for `vi.waitFor`. */
export const soon = { timeout: 60_000, interval: 50 };

export function describePair<P extends Pair>(
  title: string,
  begin: Beginning<P>,
  body: (it: PairTest<P>) => void,
): void {
  describeInWorkbench(title, () => {
    const workbenches = useWorkbenches();
    let pair: P | undefined;
    beforeAll(async () => {
      pair = await begin(workbenches);
    });
    body((name, run) => {
      test(name, async () => {
        if (pair === undefined) throw new Error("the pair has not begun");
        await run(pair);
      });
    });
  });
}

/** Neither shares; the guest's window shows an empty folder. */
export function apart(options: PairOptions = {}): Beginning {
  return async (workbenches) => {
    const folder = await makeFolder(workbenches, options);
    const [host, guest] = await Promise.all([
      startPeer(workbenches, { ...options, name: "ada", folder }),
      startPeer(workbenches, { ...options, name: "ben", folder: workbenches.folder("elsewhere") }),
    ]);
    return pairOf(workbenches, { folder, host, guest });
  };
}

/** Shared and joined from the command line before the windows open, the guest's on its mount. */
export function attached(options: PairOptions = {}): Beginning {
  return async (workbenches) => {
    const folder = await makeFolder(workbenches, options);
    const [adas, bens] = [{ home: workbenches.folder("ada") }, { home: workbenches.folder("ben") }];
    for (const home of [adas, bens]) workbenches.owns(async () => await Promise.resolve(leaveAll(home)));
    shareAndJoin({ host: adas, guest: bens, folder });
    const [host, guest] = await Promise.all([
      startPeer(workbenches, { ...options, name: "ada", folder }),
      startPeer(workbenches, { ...options, name: "ben", folder: guestMount(bens, "ada", "app") }),
    ]);
    await Promise.all([host, guest].map(async ({ window }) => await window.statusBar.item(/in sync/).waitFor()));
    return pairOf(workbenches, { folder, host, guest });
  };
}

/** Shared and joined by the palettes; the guest's road to the host can be closed. */
export function onRoad(options: PairOptions = {}): Beginning<Pair & { readonly proxy: Proxy }> {
  return async (workbenches) => {
    const folder = await makeFolder(workbenches, options);
    const host = await startPeer(workbenches, { ...options, name: "ada", folder });
    await share(host);
    const { proxy, env } = await startRoad(workbenches, host, { seed: 1 });
    const elsewhere = workbenches.folder("elsewhere");
    const guest = await startPeer(workbenches, { ...options, name: "ben", folder: elsewhere, env });
    await joinBoth(host, guest);
    return { ...pairOf(workbenches, { folder, host, guest }), proxy };
  };
}

async function makeFolder(workbenches: Workbenches, { files }: PairOptions): Promise<string> {
  const folder = workbenches.folder("app");
  await repositoryOf(folder, files ?? { "readme.txt": "one\n" });
  return folder;
}

function pairOf(workbenches: Workbenches, begun: Pick<Pair, "folder" | "host" | "guest">): Pair {
  const { host, guest } = begun;
  const mount = guestMount(guest.workbench, "ada", "app");
  return { ...begun, workbenches, mount, ada: host.window, ben: guest.window };
}
