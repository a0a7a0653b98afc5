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
  const p = pair({ rules, also: ["host.log"] });
  const { guest: replica } = p;
  const dir = mkdtempSync(join(tmpdir(), "pm-own-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const cache = openGuestCache(dir);
  const waiters = createWaiters(replica);
  const fetcher = createContentFetcher({
    replica,
    cache,
    fetch: (id) => {
      const version = p.host.node(id)?.version ?? (0 as never);
      return Promise.resolve({ ok: true, position: replica.position, version, size: 6, bytes: bytes(state.ofHost) });
    },
  });
  const sent: Submitted[] = [];
  const parked: unknown[] = [];
  const handedBack: string[] = [];
  const state = { readOnly: false, ofHost: "" };
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
    applyContent(effects) {
      handedBack.push(...effects.map(({ t }) => t));
    },
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
  return { p, parked, handedBack, decide, workspace, replica, cache, sent, state, make, settled };
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

/** `host.log` is written at the host, and with `mine` by the guest, whose own it is from then on. */
async function takenOver(mine: string) {
  const g = guest();
  const node = g.p.find("host.log");
  const extents = [{ offset: 0, length: 6, bytes: bytes("theirs") }];
  g.p.host.local({ t: "write", node, base: 0 as never, extents, more: false, time: time(6) });
  g.p.receive();
  g.state.ofHost = "theirs";
  await g.workspace.setAttributes(node, { size: 0 });
  await g.workspace.write(node, undefined, 0, bytes(mine));
  expect(g.replica.isPrivateNode(node)).toBe(true);
  return { ...g, node };
}

test("R-SEED: a file of the host that was taken over is the host's again when git tracks it, and what was written here is kept", async () => {
  const { workspace, replica, handedBack, sent, node, settled } = await takenOver("not theirs");
  workspace.setRules(nothingApart);
  await settled();
  expect(handedBack).toEqual(["park", "reset"]);
  expect(replica.node(node)).toMatchObject({ size: 6, version: replica.confirmed(node)?.version });
  expect(sent).toEqual([]);
});

test("of the same size but with other bytes, too, and at a guest that may only read", async () => {
  const { workspace, replica, handedBack, state, node, settled } = await takenOver("theirz");
  state.readOnly = true;
  workspace.setRules(nothingApart);
  await settled();
  expect(handedBack).toEqual(["park", "reset"]);
  expect(replica.isPrivateNode(node)).toBe(false);
});

test("nothing is kept where the bytes are the same", async () => {
  const { workspace, replica, handedBack, node, settled } = await takenOver("theirs");
  workspace.setRules(nothingApart);
  await settled();
  expect(handedBack).toEqual(["reset"]);
  expect(replica.isPrivateNode(node)).toBe(false);
});

test("a program that goes on writing hears once that what it wrote is not there", async () => {
  const { workspace, node, settled } = await takenOver("not theirs");
  const handle = workspace.open(node, { writable: true, append: false });
  if (handle instanceof Promise || !handle.ok) throw new Error("not opened");
  workspace.setRules(nothingApart);
  await settled();
  expect(await workspace.write(node, handle.value, 10, bytes("more"))).toEqual({ ok: false, errno: errno.EIO });
});

test("a shared file that took the name of the host's ignored one yields to that when it is tracked (sed -i)", async () => {
  const { p, workspace, replica, handedBack, decide, state, settled } = guest();
  state.ofHost = "theirs";
  const [text, log] = [p.find("a.txt"), p.find("host.log")];
  const extents = [{ offset: 0, length: 4, bytes: bytes("edit") }];
  p.host.local({ t: "write", node: text, base: 0 as never, extents, more: false, time: time(6) });
  p.receive();
  state.ofHost = "edit";
  await workspace.rename(at(rootNode, "a.txt"), at(rootNode, "host.log"), false);
  await decide();
  expect(replica.lookup(at(rootNode, "host.log"))).toBe(text);
  workspace.setRules(nothingApart);
  await settled();
  expect(handedBack).toEqual(["park"]);
  expect(replica.lookup(at(rootNode, "host.log"))).toBe(log);
});
