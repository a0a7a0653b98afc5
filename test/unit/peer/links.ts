import { randomBytes } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";
import type { NodeId } from "../../../helper/replica/ids.ts";
import type { Down } from "../../../helper/replica/api.ts";
import type { Submitted } from "../../../helper/replica/op.ts";
import type { PathRulesData } from "../../../helper/replica/path-rules-data.ts";
import type { Address } from "../../../helper/peer/address.ts";
import type {
  Admission,
  FetchAnswer,
  FetchRequest,
  GuestConnection,
  GuestEvents,
  HostEvents,
  JoinRequest,
  LinkState,
  PeerStatus,
  Presence,
} from "../../../helper/peer/api.ts";
import { linkError } from "../../../helper/peer/errors.ts";
import { connectGuest, type ConnectOptions } from "../../../helper/peer/guest-link.ts";
import { type HostLink, type HostOptions, listenHost } from "../../../helper/peer/host-link.ts";
import { createIdentity } from "../../../helper/peer/identity.ts";
import type { Invite } from "../../../helper/peer/invite.ts";

export const hostIdentity = createIdentity();
export const guestIdentity = createIdentity();

const endings: (() => unknown)[] = [];
export async function endAll(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
}
export function atEnd(call: () => unknown): void {
  endings.push(call);
}

/** Polls until `holds`, for ten seconds. */
export async function until(holds: () => unknown, what = holds.toString()): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface TestHost {
  readonly link: HostLink;
  readonly invite: Invite;
  readonly requests: JoinRequest[];
  readonly guests: GuestConnection[];
  readonly log: {
    readonly submitted: Submitted[];
    readonly acknowledged: number[];
    readonly held: Set<NodeId>;
    readonly states: LinkState[];
    readonly ended: string[];
    readonly fetched: FetchRequest[];
    readonly presents: Presence[];
    snapshotsWanted: number;
    rangesWanted: number;
  };
}

export async function startHost(
  options: Partial<HostOptions> & {
    readonly admit?: (request: JoinRequest) => Admission | Promise<Admission>;
    readonly serve?: (request: FetchRequest) => Promise<FetchAnswer>;
    readonly guestEvents?: Partial<GuestEvents>;
    readonly welcomeGuest?: (guest: GuestConnection) => void;
    readonly expires?: number;
  } = {},
): Promise<TestHost> {
  const secret = randomBytes(16);
  const requests: JoinRequest[] = [];
  const guests: GuestConnection[] = [];
  const log = {
    submitted: [] as Submitted[],
    acknowledged: [] as number[],
    held: new Set<NodeId>(),
    states: [] as LinkState[],
    ended: [] as string[],
    fetched: [] as FetchRequest[],
    presents: [] as Presence[],
    snapshotsWanted: 0,
    rangesWanted: 0,
  };
  let range = 2 ** 40;
  const link = await listenHost({
    identity: hostIdentity,
    listen: { host: "127.0.0.1", port: 0 },
    invites: () => [{ secret, expires: options.expires ?? 0, role: "read-write" }],
    about: { hostName: "Host", repository: "demo", workspace: "ab".repeat(16), uid: 1000, gid: 100 },
    nextRange: () => (range += 2 ** 20) as NodeId,
    onRequest: async (request) => {
      requests.push(request);
      return (await options.admit?.(request)) ?? { accept: true, role: "read-write" };
    },
    onGuest: (guest) => {
      guests.push(guest);
      options.welcomeGuest?.(guest);
      return {
        submitted: (batch) => void log.submitted.push(...batch),
        acknowledged: (index) => void log.acknowledged.push(index),
        fetch: (request) => {
          log.fetched.push(request);
          return options.serve?.(request) ?? Promise.resolve({ ok: false, errno: 5 as never });
        },
        hold: (node) => void log.held.add(node),
        drop: (node) => void log.held.delete(node),
        rangeWanted: () => void log.rangesWanted++,
        present: (presence) => void log.presents.push(presence),
        snapshotWanted: () => void log.snapshotsWanted++,
        state: (state) => void log.states.push(state),
        ended: (error) => void log.ended.push(error.code),
        ...options.guestEvents,
      };
    },
    ...options,
  });
  atEnd(() => link.close());
  const invite: Invite = {
    host: hostIdentity.fingerprint,
    secret,
    expires: 0,
    role: "read-write",
    addresses: [{ host: "127.0.0.1", port: link.port }],
  };
  return { link, invite, requests, guests, log };
}

export interface GuestLog {
  readonly downs: Down[];
  readonly progress: string[];
  readonly ranges: NodeId[];
  readonly states: string[];
  readonly endings: number[];
  readonly rules: PathRulesData[];
  readonly presences: (readonly [number, Presence])[];
  peers: readonly PeerStatus[];
}

export async function join(
  host: TestHost,
  options: Partial<ConnectOptions> & { readonly hear?: Partial<HostEvents> } = {},
) {
  const log: GuestLog = {
    downs: [],
    progress: [],
    ranges: [],
    states: [],
    endings: [],
    rules: [],
    presences: [],
    peers: [],
  };
  const joined = await connectGuest({
    invite: host.invite,
    identity: guestIdentity,
    name: "Guest",
    onWelcome: () => ({
      down: (down) => void log.downs.push(down),
      progress: (nodes, of) => void log.progress.push(`${nodes}/${of}`),
      range: (first) => void log.ranges.push(first),
      peers: (peers) => void (log.peers = peers),
      space: () => {},
      rules: (rules) => void log.rules.push(rules),
      ending: (seconds) => void log.endings.push(seconds),
      presence: (peer, presence) => void log.presences.push([peer, presence]),
      state: (state, error) => void log.states.push(error === undefined ? state : `${state} ${error.code}`),
      ...options.hear,
    }),
    ...options,
  });
  if (joined.ok) atEnd(() => joined.connection.leave());
  return { joined, log };
}

export async function mustJoin(host: TestHost, options: Parameters<typeof join>[1] = {}) {
  const { joined, log } = await join(host, options);
  if (!joined.ok) throw new Error(linkError(joined.error.code, joined.error.detail).code);
  return { connection: joined.connection, log, guest: host.guests.at(-1) as GuestConnection };
}

/** A TCP proxy whose connections can be cut, held still and refused. */
export interface Proxy {
  readonly address: Address;
  /** Ends every connection that is open now, or one of them by the order of arrival. */
  cut(which?: number): void;
  /** On the connections that are open now nothing passes until told otherwise, not even an end. */
  hang(hung: boolean): void;
  refuse(refused: boolean): void;
  readonly connections: number;
}

export async function startProxy(to: number): Promise<Proxy> {
  let pairs: { readonly near: Socket; readonly far: Socket; hung: boolean }[] = [];
  let refused = false;
  let connections = 0;
  const server = createServer((near) => {
    if (refused) return void near.destroy();
    connections++;
    const far = connect(to, "127.0.0.1");
    const pair = { near, far, hung: false };
    pairs.push(pair);
    for (const [a, b] of [
      [near, far],
      [far, near],
    ] as const) {
      a.on("data", (bytes) => {
        if (!b.write(bytes)) a.pause();
      });
      b.on("drain", () => !pair.hung && a.resume());
      a.on("error", () => {});
      a.on("close", () => {
        if (!pair.hung || b.destroyed) pairs = pairs.filter((each) => each !== pair);
        if (!pair.hung) b.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (which?: number) => {
    for (const { near, far } of which === undefined ? pairs : pairs.slice(which, which + 1)) {
      near.destroy();
      far.destroy();
    }
  };
  atEnd(() => {
    server.close();
    cut();
  });
  const address = server.address();
  return {
    address: { host: "127.0.0.1", port: typeof address === "object" && address !== null ? address.port : 0 },
    cut,
    hang(hung) {
      for (const pair of pairs) {
        pair.hung = hung;
        const ended = !hung && (pair.near.destroyed || pair.far.destroyed);
        for (const socket of [pair.near, pair.far]) {
          if (ended) socket.destroy();
          else socket[hung ? "pause" : "resume"]();
        }
      }
    },
    refuse: (value) => void (refused = value),
    get connections() {
      return connections;
    },
  };
}
