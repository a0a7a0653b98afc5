/** While the kernel takes nothing, what waits for it grows with what has changed, not with how often it has. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../../helper/mount/workspace.ts";
import { FakeKernel, place, promise, settled } from "../../harness/fake-kernel.ts";

const files = 100_000;
const changes = 50_000;
/** Each change that waits on its own takes 300 bytes at least: 15 MB. */
const littleMegabytes = 6;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function megabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

async function started(): Promise<FakeKernel> {
  const kernel = new FakeKernel();
  await settled();
  return kernel;
}

/** Files the kernel knows, made here: without an echo. */
function knownFiles(kernel: FakeKernel, count: number): readonly NodeId[] {
  const known: NodeId[] = [];
  // Directories of directories of 50 entries: the model finds a node's name by search.
  for (let top = 1, dir = 1; known.length < count; ) {
    if (known.length % 2500 === 0) top = makeHere(kernel, 1, `d${known.length}`, "mkdir");
    if (known.length % 50 === 0) dir = makeHere(kernel, top, `d${known.length}`, "mkdir");
    known.push(makeHere(kernel, dir, `f${known.length}`, "create"));
  }
  kernel.answers.clear();
  return known;
}

function makeHere(kernel: FakeKernel, parent: number, name: string, op: "mkdir" | "create"): NodeId {
  const at = place(parent, name);
  if (op === "mkdir") void kernel.workspace.mkdir(at, 0o755);
  else void kernel.workspace.create(at, { mode: 0o644, exclusive: true });
  return kernel.know(at);
}

/** The kernel takes everything. Returns the echo's calls. */
async function drained(kernel: FakeKernel): Promise<Map<string, number>> {
  const calls = new Map<string, number>();
  for (let idle = 0; idle < 2; ) {
    idle++;
    for (const lane of kernel.lanes) {
      if (lane.batch !== undefined) idle = 0;
      kernel.writeLane(lane);
    }
    for (const { t } of kernel.calls.splice(0)) {
      idle = 0;
      calls.set(t, (calls.get(t) ?? 0) + 1);
      kernel.echoDone();
    }
    if (idle === 0) continue;
    kernel.advance(60);
    await settled();
  }
  expect(kernel.core.stats()).toMatchObject({ invalidationsPending: 0, echoesPending: 0 });
  return calls;
}

describe("a slow kernel", { timeout: 120_000 }, () => {
  it("100,000 files that a peer changes three times wait once each, and are echoed once each", async () => {
    const kernel = await started();
    const known = knownFiles(kernel, files);
    kernel.writesAtOnce = false;
    for (let round = 0; round < 3; round++) for (const file of known) kernel.workspace.remote.write(file, "new");
    await settled();
    expect(kernel.core.stats().invalidationsPending).toBe(files);
    expect(Object.fromEntries(await drained(kernel))).toEqual({ modify: files });
    expect(kernel.core.stats().invalidationsWritten).toBe(files);
  });

  it("10 files changed 50,000 times take no more room than changed once", async () => {
    const kernel = await started();
    const known = knownFiles(kernel, 10);
    kernel.writesAtOnce = false;
    const before = megabytes();
    for (let i = 0; i < changes; i++) kernel.workspace.remote.write(known[i % 10] as NodeId, "new");
    await settled();
    expect(kernel.core.stats().invalidationsPending).toBe(10);
    expect(megabytes() - before).toBeLessThan(littleMegabytes);
    expect(Object.fromEntries(await drained(kernel))).toEqual({ modify: 10 });
  });

  it("a file replaced 50,000 times by a rename takes no more room, and its last rename is echoed", async () => {
    const kernel = await started();
    makeHere(kernel, 1, "f", "create");
    kernel.writesAtOnce = false;
    const before = megabytes();
    for (let i = 0; i < changes; i++) {
      kernel.workspace.remote.create(place(1, "tmp"), String(i));
      kernel.workspace.remote.rename(place(1, "tmp"), place(1, "f"));
    }
    await settled();
    expect(megabytes() - before).toBeLessThan(littleMegabytes);
    expect(Object.fromEntries(await drained(kernel))).toEqual({ rename: 1 });
    expect(kernel.workspace.text(kernel.know(place(1, "f")))).toBe(String(changes - 1));
  });

  it("names that come and go while the echo is busy leave nothing waiting", async () => {
    const kernel = await started();
    kernel.workspace.remote.create(place(1, "first"));
    await settled();
    for (let i = 0; i < changes; i++) {
      kernel.workspace.remote.create(place(1, `tmp${i}`), "text");
      kernel.workspace.remote.remove(place(1, `tmp${i}`));
      if (i % 100 === 0) await settled();
    }
    while (kernel.core.stats().invalidationsPending > 0) await settled();
    expect(kernel.core.stats().echoesPending).toBe(1);
    expect(Object.fromEntries(await drained(kernel))).toEqual({ create: 1 });
  });

  it("a name that comes and goes in a directory with a parked request takes no more room each time", async () => {
    const kernel = await started();
    const gate = promise();
    kernel.workspace.gate = (call) => (call === "create" ? gate.wait : undefined);
    kernel.send({ op: "create", name: place(1, "x.lock").name, flags: 0o301, mode: 0o644, umask: 0 });
    const before = megabytes();
    for (let i = 0; i < changes; i++) {
      kernel.workspace.remote.create(place(1, "f"), "text");
      kernel.workspace.remote.remove(place(1, "f"));
      if (i % 100 === 0) await settled();
    }
    await settled();
    expect(megabytes() - before).toBeLessThan(littleMegabytes);
    gate.keep();
    await settled();
    expect([...(await drained(kernel)).keys()].filter((t) => t !== "unlink")).toEqual([]);
  });

  it("is told that a name is gone, for as long as it likes, after it went more than once before its echo", async () => {
    const kernel = await started();
    kernel.workspace.remote.create(place(1, "busy"));
    const at = place(1, "f");
    for (let i = 0; i < 3; i++) {
      kernel.workspace.remote.create(at);
      kernel.know(at);
      await settled();
      kernel.workspace.remote.remove(at);
      await settled();
    }
    await drained(kernel);
    expect(kernel.ask({ op: "lookup", name: at.name })).toMatchObject({ t: "entry", entry: { entryTtl: 3600 } });
  });
});
