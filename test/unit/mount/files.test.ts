import { describe, expect, it } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { fail } from "../../../helper/base/result.ts";
import { FakeKernel, place, promise, settled } from "../../harness/fake-kernel.ts";

const keep = 2;
const write = (kernel: FakeKernel, node: number, handle: number, offset: number, text: string, killSuidGid = false) =>
  kernel.ask({ op: "write", node, handle, offset, data: Buffer.from(text), cached: false, flags: 0, killSuidGid });

function withFile(text: string, mode = 0o644) {
  const kernel = new FakeKernel();
  kernel.workspace.remote.create(place(1, "f"), text, mode);
  const node = kernel.know(place(1, "f"));
  return { kernel, node };
}

describe("faults of order at the request level", () => {
  it("applies a WRITE of a released handle to the node", () => {
    const { kernel, node } = withFile("abc");
    const { handle } = kernel.opened(node, 1);
    kernel.ask({ op: "release", node, handle, flags: 0 });
    expect(write(kernel, node, handle, 1, "X")).toEqual({ t: "written", size: 1 });
    expect(kernel.workspace.text(node)).toBe("aXc");
  });

  it("syncs the node on FSYNC of a released handle, and says so only if it really did", async () => {
    const { kernel, node } = withFile("abc");
    const { handle } = kernel.opened(node, 1);
    kernel.ask({ op: "release", node, handle, flags: 0 });
    const good = kernel.send({ op: "fsync", node, handle, dataOnly: false });
    await settled();
    expect(kernel.answers.get(good)).toEqual({ t: "ok" });
    expect(kernel.workspace.synced).toEqual([node]);
    kernel.workspace.fsyncResult = fail(errno.EIO);
    const bad = kernel.send({ op: "fsync", node, handle: 999, dataOnly: false });
    await settled();
    expect(kernel.answers.get(bad)).toEqual({ t: "error", error: "EIO" });
  });

  it("leaves the other handles whole when one of several opens is closed", () => {
    const { kernel, node } = withFile("");
    const handles = [1, 2, 3].map(() => kernel.opened(node, 1).handle);
    expect(new Set(handles).size).toBe(3);
    kernel.ask({ op: "release", node, handle: handles[0] as number, flags: 0 });
    write(kernel, node, handles[1] as number, 0, "a");
    write(kernel, node, handles[2] as number, 1, "b");
    expect(kernel.workspace.text(node)).toBe("ab");
    expect(kernel.workspace.released).toHaveLength(1);
    expect(kernel.core.stats().openHandles).toBe(2);
  });

  it("ignores a handle that belongs to another node", () => {
    const { kernel, node } = withFile("abc");
    kernel.workspace.remote.create(place(1, "log"), "tail");
    const log = kernel.know(place(1, "log"));
    const { handle } = kernel.opened(log, 0o2001);
    write(kernel, node, handle, 0, "X");
    expect(kernel.workspace.text(node)).toBe("Xbc");
  });
});

describe("data", () => {
  it("drops the kernel's pages after an append that went elsewhere than the kernel thought", async () => {
    const { kernel, node } = withFile("12345");
    await settled();
    kernel.notified.length = 0;
    const { handle } = kernel.opened(node, 0o2001);
    expect(write(kernel, node, handle, 2, "x")).toEqual({ t: "written", size: 1 });
    await settled();
    expect(kernel.workspace.text(node)).toBe("12345x");
    expect(kernel.notified).toEqual([`pages ${node}`]);
    kernel.notified.length = 0;
    write(kernel, node, handle, 6, "y");
    await settled();
    expect(kernel.notified).toEqual([]);
  });

  it("truncates inside OPEN with O_TRUNC", () => {
    const { kernel, node } = withFile("long text");
    kernel.opened(node, 0o1001);
    expect(kernel.workspace.text(node)).toBe("");
  });

  it("keeps the pages through local writes, truncation and re-opening", () => {
    const { kernel, node } = withFile("abc");
    expect(kernel.opened(node).flags & keep).toBe(0);
    const { handle, flags } = kernel.opened(node, 1);
    expect(flags & keep).toBe(keep);
    write(kernel, node, handle, 0, "X");
    kernel.ask({ op: "setattr", node, set: { size: 1, killSuidGid: false } });
    expect(kernel.opened(node).flags & keep).toBe(keep);
  });

  it("does not keep pages while a peer's change is on its way to the kernel", async () => {
    const { kernel, node } = withFile("abc");
    kernel.opened(node);
    kernel.writesAtOnce = false;
    kernel.workspace.remote.write(node, "peer");
    expect(kernel.opened(node).flags & keep).toBe(0);
    await settled();
    expect(kernel.opened(node).flags & keep).toBe(0);
    for (const lane of kernel.lanes) kernel.writeLane(lane);
    expect(kernel.opened(node).flags & keep).toBe(keep);
  });

  it("drops setuid on a write when the kernel asks", () => {
    const { kernel, node } = withFile("abc", 0o4755);
    const { handle } = kernel.opened(node, 1);
    expect(write(kernel, node, handle, 0, "X", true)).toEqual({ t: "written", size: 1 });
    expect(kernel.workspace.node(node)?.mode).toBe(0o755);
    expect(kernel.workspace.text(node)).toBe("Xbc");
  });

  it("extends by fallocate where there is space, and refuses other modes", async () => {
    const { kernel, node } = withFile("abc");
    const fits = kernel.send({ op: "fallocate", node, handle: 1, offset: 0, length: 10, mode: 0 });
    const tooMuch = kernel.send({ op: "fallocate", node, handle: 1, offset: 0, length: 1e9, mode: 0 });
    const punch = kernel.send({ op: "fallocate", node, handle: 1, offset: 0, length: 1, mode: 3 });
    await settled();
    expect([fits, tooMuch, punch].map((unique) => kernel.answers.get(unique))).toEqual([
      { t: "ok" },
      { t: "error", error: "ENOSPC" },
      { t: "error", error: "EOPNOTSUPP" },
    ]);
    expect(kernel.workspace.node(node)?.size).toBe(10);
  });
});

describe("interrupts", () => {
  it("answers a parked read EINTR when its caller is dying, once, and not before", async () => {
    const { kernel, node } = withFile("abc");
    const gate = promise();
    kernel.workspace.gate = (call) => (call === "read" ? gate.wait : undefined);
    const read = kernel.send({ op: "read", node, handle: 0, offset: 0, size: 10, flags: 0, pid: 4242 });
    kernel.send({ op: "interrupt", target: read, pid: 0 });
    kernel.advance(500);
    expect(kernel.answers.get(read)).toBeUndefined();
    kernel.dying.add(4242);
    kernel.advance(500);
    expect(kernel.answers.get(read)).toEqual({ t: "error", error: "EINTR" });
    gate.keep();
    await settled();
    expect(kernel.defects).toEqual([]);
    expect(kernel.core.stats().parked).toBe(0);
  });

  it("lets a mutation that was asked wait for its outcome", async () => {
    const kernel = new FakeKernel();
    const gate = promise();
    kernel.workspace.gate = () => gate.wait;
    const made = kernel.send({
      op: "create",
      name: place(1, "a.lock").name,
      flags: 0o301,
      mode: 0o644,
      umask: 0,
      pid: 4242,
    });
    kernel.dying.add(4242);
    kernel.send({ op: "interrupt", target: made, pid: 0 });
    expect(kernel.answers.get(made)).toBeUndefined();
    gate.keep();
    await settled();
    expect(kernel.answers.get(made)?.t).toBe("created");
  });
});
