import { describe, expect, it } from "vitest";
import { claimNotice } from "../../../helper/mount/notice-batch.ts";
import { FakeKernel, place, promise, settled } from "../../harness/fake-kernel.ts";

const name = (text: string) => place(1, text).name;

async function isSettled(wait: Promise<void>): Promise<boolean> {
  let over = false;
  void wait.then(() => (over = true));
  await settled();
  return over;
}

/** A create that waits for its grant in `dir`. */
function parkedIn(kernel: FakeKernel, dir: number) {
  const gate = promise();
  kernel.workspace.gate = (call) => (call === "create" ? gate.wait : undefined);
  const unique = kernel.send({ op: "create", node: dir, name: name("x.lock"), flags: 0o301, mode: 0o644, umask: 0 });
  return { unique, grant: gate.keep };
}

/** As a program that lists the directory does; the kernel keeps the listing. */
function listed(kernel: FakeKernel, node: number): void {
  kernel.ask({ op: "readdir", node, handle: 0, offset: 0, size: 4096 });
}

describe("invalidation", () => {
  it("drops entry, child and listing in this order", async () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.create(place(1, "f"), "text");
    await settled();
    const node = kernel.know(place(1, "f"));
    listed(kernel, 1);
    kernel.notified.length = 0;
    kernel.workspace.remote.remove(place(1, "f"));
    await settled();
    expect(kernel.notified).toEqual(["entry 1/f", `attributes ${node}`, "pages 1"]);
  });

  it("drops the listing of a git directory too, once it was listed, and again when its reader must have taken it in", async () => {
    const kernel = new FakeKernel();
    const git = kernel.workspace.remote.mkdir(place(1, ".git"));
    kernel.know(place(1, ".git"));
    listed(kernel, git);
    await settled();
    kernel.notified.length = 0;
    kernel.workspace.remote.create(place(git, "HEAD"), "a");
    await settled();
    kernel.workspace.remote.create(place(git, "index"), "a");
    await settled();
    expect(kernel.notified).toEqual([`pages ${git}`]);
    kernel.advance(1000);
    await settled();
    kernel.advance(10_000);
    await settled();
    expect(kernel.notified).toEqual([`pages ${git}`, `pages ${git}`]);
  });

  it("sends no entry and no listing where nothing is cached: in git directories", async () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.mkdir(place(1, ".git"));
    const git = kernel.know(place(1, ".git"));
    await settled();
    kernel.notified.length = 0;
    const head = kernel.workspace.remote.create(place(git, "HEAD"), "a");
    await settled();
    expect(kernel.notified).toEqual([]);
    kernel.know(place(git, "HEAD"));
    kernel.workspace.remote.write(head, "b");
    await settled();
    expect(kernel.notified).toEqual([`pages ${head}`]);
  });

  it("drops what was cached in a directory that has become a git directory since", async () => {
    const kernel = new FakeKernel();
    const { remote } = kernel.workspace;
    const dir = remote.mkdir(place(1, "bare"));
    remote.create(place(dir, "HEAD"), "a");
    await settled();
    kernel.know(place(1, "bare"));
    const head = kernel.know(place(dir, "HEAD"));
    kernel.ask({ op: "lookup", node: dir, name: name("packed-refs") });
    remote.rename(place(1, "bare"), place(1, ".git"));
    await settled();
    kernel.notified.length = 0;
    remote.create(place(dir, "packed-refs"), "refs");
    remote.replace(place(dir, "HEAD"), "b");
    await settled();
    expect(kernel.notified).toEqual([
      `entry ${dir}/packed-refs`,
      `entry ${dir}/HEAD`,
      `attributes ${head}`,
      `attributes ${dir}`,
    ]);
  });

  it("tells the kernel nothing of what it has forgotten", async () => {
    const kernel = new FakeKernel();
    const dir = kernel.workspace.remote.mkdir(place(1, "d"));
    await settled();
    kernel.notified.length = 0;
    const file = kernel.workspace.remote.create(place(dir, "f"));
    kernel.workspace.remote.write(file, "text");
    await settled();
    expect(kernel.notified).toEqual([]);
  });

  it("merges a burst on one listing behind its last entry", async () => {
    const kernel = new FakeKernel();
    await settled();
    listed(kernel, 1);
    for (const text of ["a", "b", "c"]) kernel.workspace.remote.create(place(1, text));
    await settled();
    expect(kernel.notified).toEqual(["entry 1/a", "entry 1/b", "entry 1/c", "pages 1"]);
  });

  it("also drops the entry when the kernel did not know the node yet", async () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.create(place(1, "f"), "text");
    await settled();
    const node = kernel.know(place(1, "f"));
    kernel.notified.length = 0;
    kernel.writesAtOnce = false;
    kernel.workspace.remote.write(node, "more");
    await settled();
    const lane = kernel.lanes[0]!;
    kernel.writeLane(lane, "unknown");
    await settled();
    expect(kernel.notified).toEqual([`pages ${node}`, "entry 1/f"]);
  });

  it("lets a grant wait for the entry too where the kernel did not know the node yet", async () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.create(place(1, "f"), "text");
    await settled();
    const node = kernel.know(place(1, "f"));
    kernel.writesAtOnce = false;
    kernel.workspace.remote.write(node, "more");
    await settled();
    const lane = kernel.lanes[0]!;
    const barrier = kernel.workspace.invalidated();
    kernel.writeLane(lane, "unknown");
    expect(await isSettled(barrier)).toBe(false);
    kernel.writeLane(lane);
    expect(await isSettled(barrier)).toBe(true);
  });

  it("answers ESTALE to OPEN of a node a peer replaced until the kernel is told, or has looked again", async () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.create(place(1, "f"), "old");
    await settled();
    const old = kernel.know(place(1, "f"));
    kernel.writesAtOnce = false;
    const fresh = kernel.workspace.remote.replace(place(1, "f"), "new");
    expect(kernel.ask({ op: "open", node: old, flags: 0 })).toEqual({ t: "error", error: "ESTALE" });
    expect(kernel.know(place(1, "f"))).toBe(fresh);
    expect(kernel.ask({ op: "open", node: fresh, flags: 0 })?.t).toBe("opened");
  });
});

describe("a thread that was told ESTALE", () => {
  const stale = { t: "error", error: "ESTALE" };

  /** `text` was looked up and then replaced; the kernel is not told yet. */
  function outdated(kernel: FakeKernel, text: string): number {
    const old = kernel.know(place(1, text));
    kernel.workspace.remote.replace(place(1, text), "new");
    return old;
  }

  async function withFiles(...texts: string[]): Promise<FakeKernel> {
    const kernel = new FakeKernel();
    for (const text of texts) kernel.workspace.remote.create(place(1, text), "old");
    await settled();
    kernel.writesAtOnce = false;
    return kernel;
  }

  it("may open what it found under that name, though it is replaced once more", async () => {
    const kernel = await withFiles("a");
    expect(kernel.ask({ op: "open", node: outdated(kernel, "a"), flags: 0 })).toEqual(stale);
    expect(kernel.ask({ op: "open", node: outdated(kernel, "a"), flags: 0 })?.t).toBe("opened");
  });

  it("may open what had another name when the kernel saw it last", async () => {
    const kernel = await withFiles("a");
    const old = kernel.know(place(1, "a"));
    kernel.workspace.remote.create(place(1, "a.lock"), "new");
    kernel.know(place(1, "a.lock"));
    kernel.workspace.remote.rename(place(1, "a.lock"), place(1, "a"));
    expect(kernel.ask({ op: "open", node: old, flags: 0 })).toEqual(stale);
    expect(kernel.ask({ op: "open", node: outdated(kernel, "a"), flags: 0 })?.t).toBe("opened");
  });

  it("is told so again where its second walk came to nothing", async () => {
    const kernel = await withFiles("a", "b");
    expect(kernel.ask({ op: "open", node: outdated(kernel, "a"), flags: 0 })).toEqual(stale);
    kernel.workspace.remote.remove(place(1, "a"));
    kernel.ask({ op: "lookup", node: 1, name: name("a") });
    expect(kernel.ask({ op: "open", node: outdated(kernel, "b"), flags: 0 })).toEqual(stale);
  });

  it("is told so again of what it had found before, and of all after its next OPEN", async () => {
    const kernel = await withFiles("a", "b");
    const b = outdated(kernel, "b");
    expect(kernel.ask({ op: "open", node: outdated(kernel, "a"), flags: 0 })).toEqual(stale);
    expect(kernel.ask({ op: "open", node: b, flags: 0 })).toEqual(stale);
    expect(kernel.ask({ op: "open", node: kernel.know(place(1, "b")), flags: 0 })?.t).toBe("opened");
    expect(kernel.ask({ op: "open", node: outdated(kernel, "a"), flags: 0 })).toEqual(stale);
  });
});

describe("the barrier behind a grant", () => {
  it("waits until what was reported is written", async () => {
    const kernel = new FakeKernel();
    kernel.writesAtOnce = false;
    kernel.workspace.remote.create(place(1, "f"));
    await settled();
    const barrier = kernel.workspace.invalidated();
    expect(await isSettled(barrier)).toBe(false);
    kernel.writeLane(kernel.lanes[0]!);
    expect(await isSettled(barrier)).toBe(true);
  });

  it("does not wait for names in a directory with a parked request; they follow its answer", async () => {
    const kernel = new FakeKernel();
    const { unique, grant } = parkedIn(kernel, 1);
    listed(kernel, 1);
    kernel.workspace.remote.create(place(1, "f"));
    await settled();
    expect(kernel.notified).toEqual(["pages 1"]);
    expect(await isSettled(kernel.workspace.invalidated())).toBe(true);
    grant();
    await settled();
    expect(kernel.answers.get(unique)?.t).toBe("created");
    expect(kernel.notified).toContain("entry 1/f");
  });

  it("goes past a notification that is stuck behind the very request that waits for the barrier", async () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.mkdir(place(1, "d"));
    const dir = kernel.know(place(1, "d"));
    await settled();
    kernel.writesAtOnce = false;
    kernel.workspace.remote.create(place(dir, "stuck"));
    kernel.workspace.remote.create(place(1, "behind"));
    await settled();
    claimNotice(kernel.lanes[0]!.batch!);
    parkedIn(kernel, dir);
    const barrier = kernel.workspace.invalidated();
    await settled();
    expect(kernel.lanes).toHaveLength(2);
    expect(await isSettled(barrier)).toBe(false);
    kernel.writeLane(kernel.lanes[1]!);
    expect(await isSettled(barrier)).toBe(true);
  });

  it("holds back pages of a file with a parked read, and waits for them", async () => {
    const kernel = new FakeKernel();
    kernel.workspace.remote.create(place(1, "f"), "old");
    await settled();
    const node = kernel.know(place(1, "f"));
    kernel.notified.length = 0;
    const gate = promise();
    kernel.workspace.gate = () => gate.wait;
    kernel.send({ op: "read", node, handle: 0, offset: 0, size: 10, flags: 0 });
    kernel.workspace.remote.write(node, "new");
    await settled();
    expect(kernel.notified).toEqual([]);
    const barrier = kernel.workspace.invalidated();
    expect(await isSettled(barrier)).toBe(false);
    gate.keep();
    await settled();
    expect(kernel.notified).toEqual([`pages ${node}`]);
    expect(await isSettled(barrier)).toBe(true);
  });
});
