import { describe, expect, it } from "vitest";
import { FakeKernel, place, promise, settled } from "../../harness/fake-kernel.ts";

const name = (text: string) => place(1, text).name;
const create = (kernel: FakeKernel, text: string, flags: number, mode = 0o666, umask = 0o022) =>
  kernel.ask({ op: "create", name: name(text), flags, mode, umask });

describe("names", () => {
  it("creates with the mode less the umask", () => {
    const kernel = new FakeKernel();
    expect(create(kernel, "f", 0o102)).toMatchObject({
      t: "created",
      entry: { attributes: { mode: 0o100644, uid: 1000, gid: 1000 } },
    });
    expect(kernel.ask({ op: "mkdir", name: name("d"), mode: 0o777, umask: 0o027 })).toMatchObject({
      entry: { attributes: { mode: 0o040750, size: 4096, nlink: 2 } },
    });
  });

  it("opens an existing name for CREATE without O_EXCL, truncating if asked; with O_EXCL it is EEXIST", () => {
    const kernel = new FakeKernel();
    const node = kernel.workspace.remote.create(place(1, "f"), "text");
    expect(create(kernel, "f", 0o302)).toEqual({ t: "error", error: "EEXIST" });
    expect(create(kernel, "f", 0o102)).toMatchObject({ t: "created", entry: { node } });
    expect(kernel.workspace.text(node)).toBe("text");
    create(kernel, "f", 0o1102);
    expect(kernel.workspace.text(node)).toBe("");
  });

  it("answers ENOENT for a directory that another removed before its maker was answered", async () => {
    const kernel = new FakeKernel();
    const { workspace } = kernel;
    const make = workspace.mkdir.bind(workspace);
    workspace.mkdir = async (at, mode) => {
      const made = await make(at, mode);
      workspace.remote.remove(at);
      return made;
    };
    const unique = kernel.send({ op: "mkdir", node: 1, name: name("d"), mode: 0o755, umask: 0 });
    await settled();
    expect(kernel.answers.get(unique)).toEqual({ t: "error", error: "ENOENT" });
  });

  it("says what it does not offer", () => {
    const kernel = new FakeKernel();
    const mknod = (mode: number) => kernel.ask({ op: "mknod", name: name("n"), mode, rdev: 0, umask: 0 });
    expect(mknod(0o010644)).toEqual({ t: "error", error: "EPERM" });
    expect(mknod(0o100644)?.t).toBe("entry");
    const rename = (flags: number) => kernel.ask({ op: "rename", name: name("n"), toDir: 1, toName: name("m"), flags });
    expect(rename(2)).toEqual({ t: "error", error: "EINVAL" });
    expect(rename(4)).toEqual({ t: "error", error: "EINVAL" });
    expect(rename(1)).toEqual({ t: "ok" });
    expect(kernel.ask({ op: "tmpfile", flags: 2, mode: 0, umask: 0 })).toMatchObject({ error: "EOPNOTSUPP" });
    expect(kernel.ask({ op: "other", opcode: 22 })).toMatchObject({ error: "ENOSYS" });
  });

  it("takes chown to the shown owner, refuses any other", () => {
    const kernel = new FakeKernel();
    const chown = (uid: number) => kernel.ask({ op: "setattr", node: 1, set: { uid, killSuidGid: false } });
    expect(chown(1000)?.t).toBe("attributes");
    expect(chown(0)).toEqual({ t: "error", error: "EPERM" });
  });

  it("answers every change EROFS on a read-only mount, and reads as ever", () => {
    const kernel = new FakeKernel({ readOnly: true });
    const node = kernel.workspace.remote.create(place(1, "f"), "text");
    expect(create(kernel, "g", 0o102)).toEqual({ t: "error", error: "EROFS" });
    expect(kernel.ask({ op: "open", node, flags: 1 })).toEqual({ t: "error", error: "EROFS" });
    expect(kernel.ask({ op: "open", node, flags: 0 })?.t).toBe("opened");
  });

  it("keeps absence for an hour in the work tree and not at all in a git directory", () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.mkdir(place(1, ".git"));
    const git = kernel.know(place(1, ".git"));
    expect(kernel.ask({ op: "lookup", name: name("no") })).toMatchObject({
      t: "entry",
      entry: { node: 0, entryTtl: 3600 },
    });
    expect(kernel.ask({ op: "lookup", node: git, name: name("no") })).toEqual({ t: "error", error: "ENOENT" });
  });

  it("shows a git index two seconds early", () => {
    const kernel = new FakeKernel();
    const git = kernel.workspace.remote.mkdir(place(1, ".git"));
    const index = kernel.workspace.remote.create(place(git, "index"));
    const mtime = kernel.workspace.node(index)?.mtime.sec as number;
    expect(kernel.ask({ op: "getattr", node: index })).toMatchObject({
      ttl: 0,
      attributes: { mtime: { sec: mtime - 2 } },
    });
  });
});

describe("lookup counts", () => {
  it("tells the workspace when the last reference is gone, handles included", () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.create(place(1, "f"));
    const node = kernel.know(place(1, "f"));
    kernel.know(place(1, "f"));
    const { handle } = kernel.opened(node);
    kernel.send({ op: "forget", forgets: [{ node, count: 1 }], pid: 0 });
    kernel.send({ op: "forget", forgets: [{ node, count: 1 }], pid: 0 });
    expect(kernel.workspace.forgotten).toEqual([]);
    kernel.send({ op: "release", node, handle, flags: 0, pid: 0 });
    expect(kernel.workspace.forgotten).toEqual([node]);
  });

  it("counts a lookup answered between FORGETs: a late FORGET does not drop the node", () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.create(place(1, "f"));
    const node = kernel.know(place(1, "f"));
    kernel.know(place(1, "f"));
    kernel.send({ op: "forget", forgets: [{ node, count: 1 }], pid: 0 });
    expect(kernel.workspace.forgotten).toEqual([]);
    expect(kernel.core.stats().knownNodes).toBe(2);
  });

  it("never forgets the root", () => {
    const kernel = new FakeKernel();
    kernel.send({ op: "forget", forgets: [{ node: 1, count: 1000 }], pid: 0 });
    expect(kernel.workspace.forgotten).toEqual([]);
  });
});

describe("parked requests at the end", () => {
  it("answers each EIO and nothing afterwards", async () => {
    const kernel = new FakeKernel();
    const gate = promise();
    kernel.workspace.gate = () => gate.wait;
    const parked = kernel.send({ op: "mkdir", name: name("d"), mode: 0o755, umask: 0 });
    kernel.core.answerParked();
    expect(kernel.answers.get(parked)).toEqual({ t: "error", error: "EIO" });
    gate.keep();
    await settled();
    expect(kernel.defects).toEqual([]);
  });
});
