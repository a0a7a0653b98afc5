import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import type { Down, GuestReplica, HostReplica, LocalOp, Performed, Received } from "../../../helper/replica/api.ts";
import { createGuestReplica } from "../../../helper/replica/guest.ts";
import { rootNode, type NodeId, type PeerId } from "../../../helper/replica/ids.ts";
import { createOutbox, type Outbox } from "../../../helper/replica/outbox.ts";
import type { Submitted } from "../../../helper/replica/op.ts";
import { at, bytes, hostRig, time, type HostRig } from "./rig.ts";

const repo = [
  ".git/",
  ".git/HEAD",
  ".git/index",
  ".git/config",
  ".git/objects/",
  ".git/objects/ab/",
  ".git/refs/",
  "a.txt",
  "b.txt",
  "dir/",
  "dir/f",
];

interface Pair {
  readonly rig: HostRig;
  readonly host: HostReplica;
  readonly guest: GuestReplica;
  readonly down: Down[];
  find(path: string): NodeId;
  /** The host decides what was sent; its messages wait in `down`. */
  up(performed: Performed | readonly Submitted[]): void;
  receive(): Received[];
}

function pair(): Pair {
  const rig = hostRig(repo);
  const outbox: Outbox = createOutbox({ peer: 1 as PeerId, maxCount: 100, maxBytes: 1e6 });
  const guest = createGuestReplica({
    peer: 1 as PeerId,
    snapshot: rig.host.snapshot(),
    range: rig.host.nextRange(),
    received: 0,
  });
  const down: Down[] = [];
  const tell = (decided: ReturnType<HostReplica["submit"]>): void => {
    const sent = decided.ordered === undefined ? undefined : outbox.push(decided.ordered);
    if (sent !== undefined) down.push(sent);
  };
  const host: HostReplica = {
    ...rig.host,
    local: (op) => {
      const out = rig.host.local(op);
      if (out.decided.shared) tell(out.decided);
      return out;
    },
  };
  return {
    rig,
    host,
    guest,
    down,
    find: rig.find,
    up: (sent) => {
      for (const each of "t" in sent ? sent.send : sent) tell(rig.host.submit(1 as PeerId, each));
    },
    receive: () => down.splice(0).map((each) => guest.receive(each)),
  };
}

const create = (p: Pair, parent: NodeId, name: string, exclusive = false): LocalOp => ({
  t: "create",
  at: at(parent, name),
  node: p.guest.newNode(at(parent, name)),
  mode: 0o644,
  exclusive,
  time: time(5),
});

describe("a guest's view", () => {
  test("R-VIEW: own operations show at once and their confirmation changes nothing", () => {
    const p = pair();
    const made = p.guest.perform(create(p, rootNode, "new"));
    const node = p.guest.lookup(at(rootNode, "new")) as NodeId;
    p.up(made);
    p.guest.write({ node, handle: 1, append: false }, 0, bytes("hello"), time(6));
    p.guest.write({ node, handle: 1, append: false }, 5, bytes(" you"), time(7));
    expect(p.guest.node(node)).toMatchObject({ size: 9 });
    p.up(p.guest.endBurst({ node }));
    p.up(p.guest.perform({ t: "rename", from: at(rootNode, "new"), to: at(rootNode, "b.txt"), time: time(8) }));
    expect(
      p.receive().flatMap((each) => [...each.changes, ...each.content.filter((effect) => effect.t !== "dead")]),
    ).toEqual([]);
    expect(p.guest.pending()).toEqual({ operations: 0, bytes: 0 });
    expect(p.guest.node(node)).toEqual(p.host.node(node));
  });

  test("R-REVIVE: a removed directory stays in view while an own file on its way brings it back", () => {
    const p = pair();
    const objects = p.find(".git/objects");
    const ab = p.find(".git/objects/ab");
    const made = p.guest.perform(create(p, ab, "tmp_obj_1"));
    const node = p.guest.lookup(at(ab, "tmp_obj_1")) as NodeId;
    p.host.local({ t: "rmdir", at: at(objects, "ab"), node: ab, time: time(6) });
    expect(p.receive().flatMap(({ changes }) => changes.filter(({ t }) => t === "name"))).toEqual([]);
    expect(p.guest.lookup(at(objects, "ab"))).toBe(ab);
    const linked = p.guest.perform({ t: "link", at: at(ab, "0".repeat(38)), node, time: time(7) });
    p.up(made);
    p.up(linked);
    p.receive();
    expect(p.guest.pathOf(node)).toEqual([".git", "objects", "ab", "tmp_obj_1"]);
    expect(p.guest.list(ab)).toEqual(p.host.list(ab));
    expect(p.guest.pending()).toEqual({ operations: 0, bytes: 0 });
  });

  test("R-PARK: what is undecided when the session ends is parked, once per file, as it is shown", () => {
    const p = pair();
    p.guest.perform(create(p, rootNode, "draft"));
    const node = p.guest.lookup(at(rootNode, "draft")) as NodeId;
    p.guest.write({ node, handle: 1, append: false }, 0, bytes("unsent"), time(6));
    p.guest.endBurst("all");
    p.guest.perform({ t: "rename", from: at(rootNode, "draft"), to: at(rootNode, "b.txt"), time: time(7) });
    p.guest.perform(create(p, rootNode, "empty"));
    expect(p.guest.abandon()).toEqual([{ t: "park", node, path: ["b.txt"], reason: "unsent", extents: [] }]);
  });

  test("R-PARK: a refused save is parked whole before the content is reset", () => {
    const p = pair();
    const node = p.find("a.txt");
    p.host.local({
      t: "write",
      node,
      base: 0 as never,
      extents: [{ offset: 0, length: 2, bytes: bytes("HH") }],
      more: false,
      time: time(5),
    });
    p.guest.write({ node, handle: 1, append: false }, 0, bytes("mine"), time(6));
    p.up(p.guest.endBurst("all"));
    const [remote, refused] = p.receive();
    expect(remote).toMatchObject({ content: [], changes: [] });
    expect(refused?.content).toMatchObject([
      { t: "park", node, reason: "stale", path: ["a.txt"] },
      { t: "reset", node, size: 2 },
    ]);
    expect(refused?.changes).toEqual([{ t: "content", node }]);
  });

  test("an append over another's append is reset to the host's order", () => {
    const p = pair();
    const node = p.find("a.txt");
    p.host.local({
      t: "append",
      node,
      seen: 0 as never,
      extent: { offset: 0, length: 3, bytes: bytes("abc") },
      time: time(5),
    });
    p.guest.write({ node, handle: 1, append: true }, 0, bytes("xy"), time(6));
    p.up(p.guest.endBurst("all"));
    const received = p.receive();
    expect(received.at(-1)?.content).toMatchObject([{ t: "reset", size: 5 }]);
    expect(p.guest.node(node)).toEqual(p.host.node(node));
  });

  test("R-BURST: a long burst is cut at 1 MiB into parts that are based on one another", () => {
    const p = pair();
    const node = p.find("a.txt");
    const first = p.guest.write({ node, handle: 1, append: false }, 0, new Uint8Array(2 ** 20), time(6));
    expect(first.send).toMatchObject([{ op: { more: true } }]);
    const rest = p.guest.endBurst("all");
    expect(rest).toMatchObject([{ op: { more: false, base: first.send[0]?.id } }]);
  });

  test("R-GHOST: what is written after the own unlink is told to nobody", () => {
    const p = pair();
    const node = p.find("a.txt");
    p.up(p.guest.perform({ t: "unlink", at: at(rootNode, "a.txt"), time: time(6) }));
    expect(p.guest.write({ node, handle: 1, append: false }, 0, bytes("x"), time(7))).toMatchObject({
      t: "done",
      send: [],
    });
    p.receive();
    expect(p.guest.node(node)).toMatchObject({ size: 1, nlink: 0 });
    p.guest.forget(node);
    expect(p.guest.node(node)).toBeUndefined();
  });

  test("POSIX is answered without the host", () => {
    const p = pair();
    const [dir, a] = [p.find("dir"), p.find("a.txt")];
    const fails = (op: LocalOp) => (p.guest.perform(op) as { errno?: number }).errno;
    expect(fails(create(p, rootNode, "a.txt"))).toBe(errno.EEXIST);
    expect(fails({ t: "unlink", at: at(rootNode, "nope"), time: time(1) })).toBe(errno.ENOENT);
    expect(fails({ t: "unlink", at: at(rootNode, "dir"), time: time(1) })).toBe(errno.EISDIR);
    expect(fails({ t: "rmdir", at: at(rootNode, "dir"), time: time(1) })).toBe(errno.ENOTEMPTY);
    expect(fails({ t: "rmdir", at: at(rootNode, "a.txt"), time: time(1) })).toBe(errno.ENOTDIR);
    expect(fails({ t: "rename", from: at(rootNode, "dir"), to: at(dir, "x"), time: time(1) })).toBe(errno.EINVAL);
    expect(fails({ t: "rename", from: at(rootNode, "a.txt"), to: at(rootNode, "dir"), time: time(1) })).toBe(
      errno.EISDIR,
    );
    expect(fails({ t: "rename", from: at(rootNode, "a.txt"), to: at(p.find(".git"), "config"), time: time(1) })).toBe(
      errno.EXDEV,
    );
    expect(fails({ t: "link", at: at(rootNode, "l"), node: dir, time: time(1) })).toBe(errno.EPERM);
    p.guest.perform({ t: "link", at: at(rootNode, "l"), node: a, time: time(1) });
    expect(p.guest.perform({ t: "rename", from: at(rootNode, "l"), to: at(rootNode, "a.txt"), time: time(1) })).toEqual(
      { t: "done", send: [] },
    );
  });
});

describe("git at a guest", () => {
  const ask = (p: Pair, name: string): NodeId => {
    const asked = p.guest.perform(create(p, p.find(".git"), name, true));
    expect(asked.t).toBe("asked");
    expect(p.guest.lookup(at(p.find(".git"), name))).toBeUndefined();
    p.up(asked);
    expect(p.receive().at(-1)).toMatchObject({ changes: [], settled: [{ result: { ok: true } }] });
    return p.guest.lookup(at(p.find(".git"), name)) as NodeId;
  };

  test("R-ASK, R-GRANT: a lock is asked for, shows when granted and is released by an asked rename", () => {
    const p = pair();
    const lock = ask(p, "HEAD.lock");
    expect(p.guest.locks()).toMatchObject([{ node: lock, owner: 1 }]);
    const released = p.guest.perform({
      t: "rename",
      from: at(p.find(".git"), "HEAD.lock"),
      to: at(p.find(".git"), "HEAD"),
      time: time(9),
    });
    expect(released.t).toBe("asked");
    p.up(released);
    p.receive();
    expect(p.guest.lookup(at(p.find(".git"), "HEAD"))).toBe(lock);
    expect(p.guest.locks()).toEqual([]);
  });

  test("R-EIO: a refusal spoils the locks held and the next release, once", () => {
    const p = pair();
    ask(p, "index.lock");
    p.rig.refuse = errno.ENOSPC;
    p.up(p.guest.perform(create(p, p.find(".git/objects/ab"), "tmp_obj_x")));
    p.rig.refuse = undefined;
    p.receive();
    const release = (name: string) =>
      p.guest.perform({
        t: "rename",
        from: at(p.find(".git"), `${name}.lock`),
        to: at(p.find(".git"), name),
        time: time(9),
      });
    expect(release("index")).toMatchObject({ t: "failed", errno: errno.EIO });
    ask(p, "HEAD.lock");
    expect(release("HEAD")).toMatchObject({ t: "failed", errno: errno.EIO });
    expect(release("HEAD").t).toBe("asked");
  });

  test("R-GRANT: another's lock is EPERM here without asking", () => {
    const p = pair();
    p.host.local({
      t: "create",
      at: at(p.find(".git"), "HEAD.lock"),
      node: p.host.newNode(),
      mode: 0o644,
      time: time(3),
    });
    p.receive();
    expect(p.guest.perform({ t: "unlink", at: at(p.find(".git"), "HEAD.lock"), time: time(4) })).toMatchObject({
      errno: errno.EPERM,
    });
    expect(p.guest.perform({ t: "unlink", at: at(p.find(".git"), "HEAD"), time: time(4) })).toMatchObject({
      errno: errno.EPERM,
    });
  });

  test("R-OBJ: one's own object gives way to the one that is there, and the view says so", () => {
    const p = pair();
    const ab = p.find(".git/objects/ab");
    const name = "1".repeat(38);
    p.host.local({ t: "create", at: at(ab, name), node: p.host.newNode(), mode: 0o444, time: time(3) });
    p.up(p.guest.perform(create(p, ab, "tmp_obj_1", true)));
    const own = p.guest.lookup(at(ab, "tmp_obj_1"));
    p.up(p.guest.perform({ t: "rename", from: at(ab, "tmp_obj_1"), to: at(ab, name), time: time(4) }));
    expect(p.guest.lookup(at(ab, name))).toBe(own);
    const last = p.receive().at(-1);
    expect(p.guest.lookup(at(ab, name))).toBe(p.find(`.git/objects/ab/${name}`));
    expect(last?.changes).toContainEqual(expect.objectContaining({ t: "name", at: at(ab, name), before: own }));
    expect(last?.settled).toMatchObject([{ result: { ok: true } }]);
  });

  test("R-PRIV: private files are this guest's own, are told to nobody and take a seed until written", () => {
    const p = pair();
    const git = p.find(".git");
    expect(p.guest.lookup(at(git, "config"))).toBeUndefined();
    p.host.local({ t: "seed", dir: git, name: at(git, "config").name, bytes: bytes("[core]"), time: time(3) });
    const [seeded] = p.receive();
    const node = p.guest.lookup(at(git, "config")) as NodeId;
    expect(seeded).toMatchObject({ content: [{ t: "seed", node }], changes: [{ t: "name", after: node }] });
    expect(p.guest.write({ node, handle: 1, append: false }, 0, bytes("[user]"), time(5))).toMatchObject({
      t: "done",
      send: [],
    });
    p.host.local({ t: "seed", dir: git, name: at(git, "config").name, bytes: bytes("[x]"), time: time(6) });
    expect(p.receive()).toMatchObject([{ content: [], changes: [] }]);
    expect(p.guest.perform({ ...create(p, git, "config.lock", true) })).toEqual({ t: "done", send: [] });
    expect(
      p.guest.perform({ t: "rename", from: at(git, "config.lock"), to: at(git, "config"), time: time(7) }),
    ).toEqual({ t: "done", send: [] });
    expect(p.guest.node(git)?.mtime).toEqual(p.host.node(git)?.mtime);
  });
});

describe("the outbox", () => {
  test("R-SNAP: resumes by index, and asks for a snapshot once its bounds are passed", () => {
    const outbox = createOutbox({ peer: 1 as PeerId, maxCount: 2, maxBytes: 1000 });
    const refused = (n: number) =>
      ({ t: "refused", id: (2 ** 40 + n) as never, errno: errno.EIO, reason: "stale", count: n }) as const;
    expect(outbox.push(refused(1))?.index).toBe(1);
    expect(outbox.push(refused(2))?.index).toBe(2);
    expect(outbox.resume(1)).toMatchObject([{ index: 2 }]);
    expect(outbox.push(refused(3))?.index).toBe(3);
    expect(outbox.push(refused(4))).toBeUndefined();
    expect(outbox.resume(1)).toBe("snapshot");
    expect(outbox.snapshot({ position: 0 as never, nodes: [], seeds: [] })).toMatchObject({
      index: 4,
      decided: 4,
      refusals: [{ count: 2 }, { count: 3 }, { count: 4 }],
    });
  });
});
