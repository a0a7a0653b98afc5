import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import type { Result } from "../../../helper/base/result.ts";
import { openGuestCache } from "../../../helper/content/guest-cache.ts";
import { openRecoveryStore } from "../../../helper/content/recovery-store.ts";
import type { HostConnection } from "../../../helper/peer/api.ts";
import { rootNode, type NodeId, type PeerId } from "../../../helper/replica/ids.ts";
import type { Submitted } from "../../../helper/replica/op.ts";
import { createOutbox } from "../../../helper/replica/outbox.ts";
import { createGuestFollower } from "../../../helper/session/guest-follower.ts";
import { hostRig } from "../replica/rig.ts";

const dir = mkdtempSync(join(tmpdir(), "pm-leaving-"));
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const peer = 1 as PeerId;

/** A guest that wrote a file and has not closed it, at a host that answers when told to. */
async function writing() {
  const { host } = hostRig([]);
  const outbox = createOutbox({ peer, maxCount: 100, maxBytes: 1e6 });
  const sent: Submitted[] = [];
  const link = {
    welcome: { peer, role: "read-write", range: host.nextRange(), hostName: "host", repository: "r", uid: 0, gid: 0 },
    state: "connected",
    send: (operations: readonly Submitted[]) => void sent.push(...operations),
    ack: () => undefined,
    now: () => ({ sec: 9, nsec: 0 }),
  };
  const cache = openGuestCache(join(dir, "cache"));
  const recovery = openRecoveryStore(join(dir, "recovered"));
  const follower = createGuestFollower({
    connection: link as unknown as HostConnection,
    cache,
    recovery,
    own: join(dir, "own"),
    unsent: join(dir, "unsent"),
    name: "guest",
    localLocks: false,
    emit: () => undefined,
    progress: () => undefined,
    onPresence: () => undefined,
    onGone: () => undefined,
  });
  follower.events.down(outbox.snapshot(host.snapshot()));
  const { workspace } = await follower.begun;
  const made = workspace.create(
    { parent: rootNode, name: mustFileName("notes") },
    { mode: 0o644, exclusive: false },
  ) as Result<NodeId>;
  if (!made.ok) throw new Error("not created");
  const handle = workspace.open(made.value, { writable: true, append: false });
  void workspace.write(made.value, handle.ok ? handle.value : undefined, 0, Buffer.from("kept"));
  const decide = (): void => {
    for (const each of sent.splice(0)) {
      const { ordered } = host.submit(peer, each);
      const down = ordered === undefined ? undefined : outbox.push(ordered);
      if (down !== undefined) follower.events.down(down);
    }
  };
  return { link, follower, recovery, decide };
}

test("a guest that leaves tells what it wrote and waits for the host's word", async () => {
  const { follower, recovery, decide } = await writing();
  const left = follower.dispose() as Promise<void>;
  decide();
  await left;
  expect(recovery.list()).toEqual([]);
});

test("what a guest wrote and the host never took is in the recovery store when the session ends", async () => {
  const { link, follower, recovery } = await writing();
  link.state = "gone";
  await follower.dispose();
  const [kept] = recovery.list();
  expect(kept).toMatchObject({ path: ["notes"], reason: "unsent", size: 4 });
  expect(recovery.read(kept?.id ?? 0)).toEqual({ ok: true, value: Buffer.from("kept") });
});
