/**
 * A session of real helpers for a test: one host, some guests, each the built `dist/pairmount.mjs` in a process with its
 * own home and runtime folders, each with its own mount. `close` ends them all, whatever state they are in.
 */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHelper, type Helper } from "./helper.ts";
import type { LaneDelay } from "./lane.ts";
import { startProxy, type Proxy } from "./proxy.ts";

export interface Peer {
  readonly name: string;
  /** The mount point. */
  readonly root: string;
  readonly helper: Helper;
  /** Between this guest and the host, when the session was asked for one. */
  readonly proxy: Proxy | undefined;
}

export interface SessionOptions {
  /** An existing folder, covered by the host's mount unless `separateMount`. Default: an empty one that goes with the session. */
  readonly folder?: string;
  readonly guests: number;
  readonly separateMount?: boolean;
  readonly driver?: "kernel" | "fuse-native";
  /** Puts a proxy before every guest; no delays still counts bytes. */
  readonly proxy?: { readonly seed: number; readonly toHost?: LaneDelay; readonly toGuest?: LaneDelay };
  /** How far each guest's clock is off, first guest first. */
  readonly clocksMs?: readonly number[];
  readonly breakHost?: string;
  readonly breakGuests?: string;
  /** `uid:gid` shown at the guests' mounts; the host shows this process's. */
  readonly guestOwner?: string;
}

export interface Session {
  readonly folder: string;
  readonly host: Peer;
  readonly guests: readonly Peer[];
  readonly peers: readonly Peer[];
  /** A guest whose helper has ended joins again, at its mount and with its home. */
  readonly rejoin: (guest: number) => Promise<Helper>;
  readonly close: () => Promise<void>;
}

const names = ["ada", "ben", "cleo", "dora"];

export async function startSession(options: SessionOptions): Promise<Session> {
  const temporary = mkdtempSync(join(tmpdir(), "pairmount-session-"));
  // Other users must be able to walk to the mount points.
  chmodSync(temporary, 0o755);
  const ends: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
    rmSync(temporary, { recursive: true, force: true });
  };
  try {
    const folder = options.folder ?? join(temporary, "folder");
    mkdirSync(folder, { recursive: true });
    const driver = options.driver === undefined ? [] : ["--driver", options.driver];
    const hostMount = options.separateMount === true ? join(temporary, "host-mount") : undefined;
    if (hostMount !== undefined) mkdirSync(hostMount);
    const host = await startHelper({
      home: join(temporary, "host"),
      args: ["share", folder, "--accept", "--name", "ada", ...driver].concat(
        hostMount === undefined ? [] : ["--mount", hostMount],
      ),
      mount: hostMount ?? folder,
      env: options.breakHost === undefined ? {} : { PAIRMOUNT_TEST_BREAK: options.breakHost },
    });
    ends.push(() => host.stop());
    const { invite, port } = host.first;
    if (typeof invite !== "string" || typeof port !== "number") throw new Error("`shared` has no invite or port");

    const guests: Peer[] = [];
    const joins: (() => Promise<Helper>)[] = [];
    const rejoin = async (guest: number): Promise<Helper> => await (joins[guest] as () => Promise<Helper>)();
    for (let i = 0; i < options.guests; i += 1) {
      const proxy =
        options.proxy && (await startProxy({ ...options.proxy, seed: options.proxy.seed + i, hostPort: port }));
      if (proxy !== undefined) ends.push(() => proxy.dispose());
      const mount = join(temporary, `guest-mount-${i}`);
      mkdirSync(mount);
      const name = names[i + 1] ?? `guest${i}`;
      const env: Record<string, string> = {};
      if (proxy !== undefined) env["PAIRMOUNT_TEST_ADDRESS"] = `127.0.0.1:${proxy.port}`;
      if (options.clocksMs?.[i] !== undefined) env["PAIRMOUNT_TEST_CLOCK_MS"] = String(options.clocksMs[i]);
      if (options.breakGuests !== undefined) env["PAIRMOUNT_TEST_BREAK"] = options.breakGuests;
      if (options.guestOwner !== undefined) {
        const [uid = 0, gid = 0] = options.guestOwner.split(":").map(Number);
        chownSync(mount, uid, gid);
        env["PAIRMOUNT_TEST_OWNER"] = options.guestOwner;
      }
      const home = join(temporary, `guest-${i}`);
      const args = ["join", invite, mount, "--name", name, ...driver];
      joins.push(async () => {
        const helper = await startHelper({ home, args, mount, env });
        ends.push(() => helper.stop());
        return helper;
      });
      const helper = await rejoin(i);
      guests.push({ name, root: mount, helper, proxy });
    }
    const hostPeer: Peer = { name: "ada", root: hostMount ?? folder, helper: host, proxy: undefined };
    return { folder, host: hostPeer, guests, peers: [hostPeer, ...guests], rejoin, close };
  } catch (error) {
    await close();
    throw error;
  }
}
