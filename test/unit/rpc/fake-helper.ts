/** The helper's socket with a session behind it that does what a test says. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { Asking, Delta, Kept, PeerPresence, PendingJoin, Presence } from "../../../helper/api.ts";
import { connectRpc } from "../../../helper/rpc/client.ts";
import { type RpcServer, startRpcServer } from "../../../helper/rpc/server.ts";
import { statusOfFake } from "../cli/fake-session.ts";

export const kept: Kept = { folder: "", files: 3, bytes: 2000, commits: 2, note: null };

export interface FakeHelper {
  readonly socket: string;
  readonly server: RpcServer;
  /** How often it was left. */
  left: number;
  /** Leaving does not end. */
  stays: boolean;
  copy: (at: string, asking: Asking) => Promise<Kept>;
  joins: readonly Omit<PendingJoin, "asked">[];
  readonly presented: Presence[];
  others: PeerPresence[];
}

/** Call it once in a file: each test has a new one, which is ended after it. */
export function useFakeHelper(): () => FakeHelper {
  let ends: (() => Promise<void>) | undefined;
  let fake: FakeHelper | undefined;
  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), "pm-rpc-"));
    const begun = await startFakeHelper(join(folder, "s"));
    fake = begun;
    ends = async () => {
      await begun.server.dispose();
      rmSync(folder, { recursive: true });
    };
  });
  afterEach(async () => await ends?.());
  return () => {
    if (fake === undefined) throw new Error("no test runs");
    return fake;
  };
}

/** A client that keeps its state by deltas, as the editor does. */
export async function attachTo({ socket }: FakeHelper) {
  const told: Delta[] = [];
  const client = await connectRpc(socket, { onChanged: (delta) => told.push(delta) });
  return { client, told, first: await client.request("attach", {}) };
}

async function startFakeHelper(socket: string): Promise<FakeHelper> {
  const fake: Omit<FakeHelper, "server"> = {
    socket,
    left: 0,
    stays: false,
    joins: [],
    copy: (at) => Promise.resolve({ ...kept, folder: at }),
    presented: [],
    others: [],
  };
  const server = await startRpcServer(socket, {
    status: () => statusOfFake,
    joins: () => fake.joins,
    decide: ({ id }) => ({ settled: fake.joins.some((each) => each.id === id) }),
    setAccess: () => ({ settled: true }),
    remove: () => ({ settled: false }),
    recovered: () => ({ file: "/kept", current: null }),
    keep: ({ bytes }) => ({ id: bytes === "" ? null : "7" }),
    discard: () => ({ settled: true }),
    endSoon: ({ seconds }) => ({ settled: seconds > 0 }),
    keepCopy: ({ folder }, asking) => fake.copy(folder, asking),
    present: (presence) => void fake.presented.push(presence),
    presences: () => fake.others,
    leave: async () => {
      fake.left += 1;
      await (fake.stays ? new Promise(() => undefined) : Promise.resolve());
    },
  });
  return Object.assign(fake, { server });
}
