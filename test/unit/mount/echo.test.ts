import { describe, expect, it } from "vitest";
import { FakeKernel, echoThread, place, promise, settled } from "../../harness/fake-kernel.ts";

const name = (text: string) => place(1, text).name;
const path = (kernel: FakeKernel, i = kernel.calls.length - 1) => Buffer.from(kernel.calls[i]?.path ?? []).toString();

async function started() {
  const kernel = new FakeKernel();
  await settled();
  return kernel;
}

/** As `ask`, from the echo worker's thread. */
const echo = (kernel: FakeKernel, asked: Parameters<FakeKernel["ask"]>[0]) => kernel.ask({ ...asked, pid: echoThread });

describe("watcher echo", () => {
  it("creates what a peer created: absent for the worker's thread, then the peer's node", async () => {
    const kernel = await started();
    const node = kernel.workspace.remote.create(place(1, "f"), "text");
    await settled();
    expect(kernel.calls).toMatchObject([{ t: "create", mode: 0o644 }]);
    expect(path(kernel)).toBe("/mnt/f");
    expect(echo(kernel, { op: "lookup", name: name("f") })).toEqual({ t: "error", error: "ENOENT" });
    expect(kernel.know(place(1, "f"))).toBe(node);
    expect(echo(kernel, { op: "create", name: name("f"), flags: 0o301, mode: 0o644, umask: 0 })).toMatchObject({
      t: "created",
      entry: { node, attributes: { size: 4 } },
    });
    expect(kernel.workspace.text(node)).toBe("text");
  });

  it("refuses the worker what no token covers", async () => {
    const kernel = await started();
    kernel.workspace.remote.create(place(1, "f"));
    await settled();
    expect(echo(kernel, { op: "unlink", name: name("f") })).toEqual({ t: "error", error: "EIO" });
    expect(echo(kernel, { op: "mkdir", name: name("g"), mode: 0, umask: 0 })).toEqual({ t: "error", error: "EIO" });
    kernel.echoDone();
    expect(echo(kernel, { op: "lookup", name: name("f") })).toEqual({ t: "error", error: "EIO" });
    expect(kernel.workspace.lookup(place(1, "f"))).toBeDefined();
  });

  it("removes what a peer removed, shown to the worker uncached and to others not at all", async () => {
    const kernel = await started();
    kernel.workspace.remote.create(place(1, "f"), "text");
    await settled();
    kernel.echoDone();
    const node = kernel.know(place(1, "f"));
    kernel.workspace.remote.remove(place(1, "f"));
    expect(kernel.ask({ op: "lookup", name: name("f") })).toEqual({ t: "error", error: "ENOENT" });
    await settled();
    expect(kernel.calls.at(-1)?.t).toBe("unlink");
    expect(echo(kernel, { op: "lookup", name: name("f") })).toMatchObject({
      t: "entry",
      entry: { node, entryTtl: 0, attributeTtl: 0, attributes: { nlink: 1 } },
    });
    expect(echo(kernel, { op: "unlink", name: name("f") })).toEqual({ t: "ok" });
    kernel.echoDone();
    expect(kernel.ask({ op: "lookup", name: name("f") })).toMatchObject({
      t: "entry",
      entry: { node: 0, entryTtl: 3600 },
    });
  });

  it("answers the unlink ENOENT when the name is live again", async () => {
    const kernel = await started();
    kernel.workspace.remote.create(place(1, "f"));
    await settled();
    kernel.echoDone();
    kernel.workspace.remote.remove(place(1, "f"));
    await settled();
    void kernel.workspace.create(place(1, "f"), { mode: 0o644, exclusive: false });
    expect(echo(kernel, { op: "unlink", name: name("f") })).toEqual({ t: "error", error: "ENOENT" });
    expect(kernel.workspace.lookup(place(1, "f"))).toBeDefined();
  });

  it("renames what a peer renamed, once both halves are written", async () => {
    const kernel = await started();
    kernel.workspace.remote.create(place(1, "a"));
    await settled();
    kernel.echoDone();
    kernel.workspace.remote.rename(place(1, "a"), place(1, "b"));
    expect(kernel.calls).toHaveLength(1);
    await settled();
    expect(kernel.calls.at(-1)?.t).toBe("rename");
    expect(echo(kernel, { op: "lookup", name: name("a") })).toMatchObject({ t: "entry", entry: { entryTtl: 0 } });
    expect(echo(kernel, { op: "lookup", name: name("b") })).toEqual({ t: "error", error: "ENOENT" });
    expect(echo(kernel, { op: "rename", name: name("a"), toDir: 1, toName: name("b"), flags: 0 })).toEqual({ t: "ok" });
  });

  it("leaves the name alone where a newer file has it by the time the kernel asks to rename", async () => {
    const kernel = await started();
    kernel.workspace.remote.create(place(1, "a"));
    await settled();
    kernel.echoDone();
    kernel.workspace.remote.rename(place(1, "a"), place(1, "b"));
    await settled();
    expect(kernel.calls.at(-1)?.t).toBe("rename");
    kernel.workspace.remote.create(place(1, "a"));
    expect(echo(kernel, { op: "rename", name: name("a"), toDir: 1, toName: name("b"), flags: 0 })).toEqual({
      t: "error",
      error: "ENOENT",
    });
  });

  it("renames both of two files that had the same name for a moment", async () => {
    const kernel = await started();
    const { remote } = kernel.workspace;
    remote.create(place(1, "busy"));
    await settled();
    for (const to of ["a", "b"]) {
      remote.create(place(1, "tmp"), to);
      await settled();
      remote.rename(place(1, "tmp"), place(1, to));
      await settled();
    }
    for (let i = 0; i < 4; i++) kernel.echoDone();
    expect(kernel.calls.filter((call) => call.t === "rename").map(({ to }) => Buffer.from(to).toString())).toEqual([
      "/mnt/a",
      "/mnt/b",
    ]);
  });

  it("truncates to the present size for new content, only touches executables, and both change nothing", async () => {
    const kernel = await started();
    for (const [text, mode] of [
      ["f", 0o644],
      ["run", 0o755],
    ] as const) {
      kernel.workspace.remote.create(place(1, text), "old", mode);
      await settled();
      kernel.echoDone();
      const node = kernel.know(place(1, text));
      kernel.workspace.remote.write(node, "newer");
      await settled();
      expect(kernel.calls.at(-1)).toMatchObject(mode === 0o644 ? { t: "modify", size: 5 } : { t: "touch" });
      expect(echo(kernel, { op: "setattr", node, set: { size: 0, killSuidGid: false } })).toMatchObject({
        t: "attributes",
        attributes: { size: 5 },
      });
      expect(kernel.workspace.text(node)).toBe("newer");
      kernel.echoDone();
    }
  });

  it("comes after the invalidation of the same change is written", async () => {
    const kernel = await started();
    kernel.writesAtOnce = false;
    kernel.workspace.remote.create(place(1, "f"));
    await settled();
    expect(kernel.calls).toEqual([]);
    kernel.writeLane(kernel.lanes[0]!);
    expect(kernel.calls).toHaveLength(1);
  });

  it("echoes children of a new directory 50 ms after it", async () => {
    const kernel = await started();
    const dir = kernel.workspace.remote.mkdir(place(1, "d"));
    kernel.workspace.remote.create(place(dir, "f"));
    await settled();
    expect(kernel.calls.map((call) => call.t)).toEqual(["mkdir"]);
    expect(echo(kernel, { op: "mkdir", name: name("d"), mode: 0o755, umask: 0 })).toMatchObject({
      t: "entry",
      entry: { node: dir },
    });
    kernel.echoDone();
    expect(kernel.calls).toHaveLength(1);
    kernel.advance(50);
    expect(kernel.calls.map((call) => call.t)).toEqual(["mkdir", "create"]);
    expect(path(kernel)).toBe("/mnt/d/f");
  });

  it("skips what the kernel has forgotten and merges repeated changes", async () => {
    const kernel = await started();
    kernel.workspace.remote.create(place(1, "f"), "0");
    await settled();
    const node = kernel.workspace.lookup(place(1, "f"))!;
    kernel.workspace.remote.write(node, "unseen");
    kernel.know(place(1, "f"));
    for (const text of ["1", "2", "3"]) kernel.workspace.remote.write(node, text);
    await settled();
    kernel.echoDone();
    kernel.echoDone();
    kernel.echoDone();
    expect(kernel.calls.map((call) => call.t)).toEqual(["create", "modify"]);
  });

  it("waits while a request is parked in the directory", async () => {
    const kernel = await started();
    const gate = promise();
    kernel.workspace.gate = (call) => (call === "create" ? gate.wait : undefined);
    kernel.send({ op: "create", name: name("x.lock"), flags: 0o301, mode: 0o644, umask: 0 });
    kernel.workspace.remote.create(place(1, "f"));
    await settled();
    expect(kernel.calls).toEqual([]);
    gate.keep();
    await settled();
    expect(kernel.calls.map((call) => call.t)).toEqual(["create"]);
  });

  it("never echoes what originated here", async () => {
    const kernel = await started();
    kernel.ask({ op: "create", name: name("f"), flags: 0o102, mode: 0o644, umask: 0 });
    kernel.ask({ op: "unlink", name: name("f") });
    await settled();
    expect(kernel.calls).toEqual([]);
  });
});
