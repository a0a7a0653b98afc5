/** R-SEED in the shell: what becomes of a guest's own files. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { ok } from "../../../helper/base/result.ts";
import { openGuestCache } from "../../../helper/content/guest-cache.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import type { Submitted } from "../../../helper/replica/op.ts";
import { nothingApart, type PathRules } from "../../../helper/replica/path-rules.ts";
import { createGuestWorkspace } from "../../../helper/session/guest-workspace.ts";
import { createContentFetcher } from "../../../helper/session/content-fetcher.ts";
import { createWaiters } from "../../../helper/session/waiters.ts";
import { pair } from "../replica/pair.ts";
import { at, bytes, time } from "../replica/rig.ts";

const rules: PathRules = { isHidden: () => false, isIgnored: (path) => path.some((each) => each.endsWith(".log")) };

function guest() {
  const p = pair({ rules });
  const { guest: replica } = p;
  const dir = mkdtempSync(join(tmpdir(), "pm-own-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const cache = openGuestCache(dir);
  const waiters = createWaiters(replica);
  const fetcher = createContentFetcher({
    replica,
    cache,
    fetch: () =>
      Promise.resolve({ ok: true, position: replica.position, version: 0 as never, size: 0, bytes: bytes("") }),
  });
  const sent: Submitted[] = [];
  const parked: unknown[] = [];
  const state = { readOnly: false };
  const workspace = createGuestWorkspace({
    replica,
    cache,
    fetcher,
    waiters,
    clock: { now: () => time(1) },
    readOnly: () => state.readOnly,
    send: (operations) => void sent.push(...operations),
    wantRange: () => undefined,
    space: () => ({ ok: false, errno: errno.EIO }),
    free: () => Number.POSITIVE_INFINITY,
    hold: () => undefined,
    programOf: () => undefined,
    syncOwn: () => Promise.resolve(ok(undefined)),
  });
  for (const each of [cache, waiters, workspace]) onTestFinished(() => each.dispose());
  const make = async (name: string, dir = rootNode): Promise<NodeId> => {
    const made = await workspace.create(at(dir, name), { mode: 0o644, exclusive: false });
    if (!made.ok) throw new Error("not made");
    return made.value;
  };
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await setImmediate();
  };
  /** The host decides what was sent. */
  const decide = async (): Promise<void> => {
    p.up(sent.splice(0));
    for (const received of p.receive()) {
      parked.push(...received.content.flatMap((effect) => (effect.t === "park" ? [effect.path] : [])));
      workspace.report(received);
      waiters.settle(received);
    }
    await settled();
  };
  return { p, parked, decide, workspace, replica, cache, sent, state, make, settled };
}

test("a write to an own file that the cache has no room for fails: nobody else has the bytes", async () => {
  const { workspace, cache, make } = guest();
  const node = await make("a.log");
  cache.write = () => errno.ENOSPC;
  expect(workspace.write(node, undefined, 0, bytes("lost"))).toEqual({ ok: false, errno: errno.ENOSPC });
  expect(await workspace.read(node, 0, 4)).toEqual({ ok: false, errno: errno.EIO });
});

test("under other rules what is no longer ignored is told while the mount goes on", async () => {
  const { workspace, sent, make, settled } = guest();
  for (const name of ["a.log", "b.log", "c.log"]) await workspace.write(await make(name), undefined, 0, bytes("text"));
  workspace.setRules(nothingApart);
  expect(sent).toEqual([]);
  await settled();
  const told = ["create", "write", "setattr"];
  expect(sent.map(({ op }) => op.t)).toEqual([...told, ...told, ...told]);
});

test("a directory that somebody else told first takes in what is to be in it", async () => {
  const { p, parked, decide, workspace, make, settled } = guest();
  const place = at(rootNode, "out.log");
  const dir = await workspace.mkdir(place, 0o755);
  if (!dir.ok) throw new Error("not made");
  const node = await make("x", dir.value);
  await workspace.write(node, undefined, 0, bytes("mine"));
  const theirs = p.host.newNode();
  p.host.local({ t: "mkdir", at: place, node: theirs, mode: 0o755, time: time(6) });
  workspace.setRules(nothingApart);
  await settled();
  await decide();
  await decide();
  expect(parked).toEqual([]);
  expect(p.find("out.log")).toBe(theirs);
  expect(p.find("out.log/x")).toBe(node);
});

test("a file too large to be told at once stays this guest's own", async () => {
  const { workspace, replica, sent, make, settled } = guest();
  const node = await make("a.log");
  await workspace.setAttributes(node, { size: 5 * 2 ** 30 });
  workspace.setRules(nothingApart);
  await settled();
  expect(sent).toEqual([]);
  expect(replica.isPrivateNode(node)).toBe(true);
});

test("a guest that may only read tells nothing, and keeps its own", async () => {
  const { workspace, replica, sent, state, make, settled } = guest();
  const node = await make("a.log");
  state.readOnly = true;
  workspace.setRules(nothingApart);
  await settled();
  expect(sent).toEqual([]);
  expect(replica.isPrivateNode(node)).toBe(true);
});
