import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { rootNode, type NodeId, type PeerId, type Version } from "../../../helper/replica/ids.ts";
import type { Op } from "../../../helper/replica/op.ts";
import { at, bytes, hostRig, time } from "./rig.ts";

const repo = [
  ".git/",
  ".git/HEAD",
  ".git/index",
  ".git/config",
  ".git/hooks/",
  ".git/hooks/pre-commit",
  ".git/objects/",
  ".git/objects/ab/",
  ".git/refs/",
  ".git/refs/heads/",
  ".git/refs/heads/main",
  "a.txt",
  "dir/",
];
const v0 = 0 as Version;
const node = (n: number): NodeId => (2 ** 41 + n) as NodeId;

describe("the host's order", () => {
  test("R-ONE: applied operations are numbered one after the other", () => {
    const rig = hostRig(repo);
    const first = rig.submit(1, { t: "create", at: at(rootNode, "x"), node: node(1), mode: 0o644, time: time(5) });
    const second = rig.host.local({
      t: "mkdir",
      at: at(rootNode, "y"),
      node: rig.host.newNode(),
      mode: 0o755,
      time: time(6),
    });
    expect(first.ordered).toMatchObject({ t: "applied", seq: 1, by: 1 });
    expect(second.decided.ordered).toMatchObject({ t: "applied", seq: 2, by: 0 });
  });

  test("R-OP: an operation sent again is ignored", () => {
    const rig = hostRig(repo);
    rig.submit(1, { t: "create", at: at(rootNode, "x"), node: node(1), mode: 0o644, time: time(5) });
    const again = rig.host.submit(1 as PeerId, {
      id: (2 ** 40 + 1) as never,
      adopted: 0,
      op: { t: "create", at: at(rootNode, "x"), node: node(1), mode: 0o644, time: time(5) },
    });
    expect(again.ordered).toBeUndefined();
  });

  test("R-PRECOND: a write based on another version is refused stale", () => {
    const rig = hostRig(repo);
    const file = rig.find("a.txt");
    const write = (by: number, base: Version) =>
      rig.submit(by, {
        t: "write",
        node: file,
        base,
        extents: [{ offset: 0, length: 1, bytes: bytes("x") }],
        more: false,
        time: time(5),
      });
    expect(write(1, v0).ordered).toMatchObject({ t: "applied" });
    expect(write(2, v0).ordered).toMatchObject({ t: "refused", reason: "stale", count: 1 });
  });

  test("R-PRECOND: deleting what one has not seen is refused and the file stays", () => {
    const rig = hostRig(repo);
    const file = rig.find("a.txt");
    rig.host.local({
      t: "write",
      node: file,
      base: v0,
      extents: [{ offset: 0, length: 1, bytes: bytes("x") }],
      more: false,
      time: time(5),
    });
    expect(
      rig.submit(1, { t: "unlink", at: at(rootNode, "a.txt"), node: file, seen: v0, time: time(6) }).ordered,
    ).toMatchObject({ t: "refused", reason: "stale" });
    expect(rig.find("a.txt")).toBe(file);
  });

  test("R-VERSION: an append on an unseen version gets a version of the host's", () => {
    const rig = hostRig(repo);
    const file = rig.find("a.txt");
    const append = (by: number) =>
      rig.submit(by, {
        t: "append",
        node: file,
        seen: v0,
        extent: { offset: 0, length: 2, bytes: bytes("ab") },
        time: time(5),
      }).ordered;
    expect(append(1)).toMatchObject({ version: 2 ** 40 + 1, offset: 0 });
    const second = append(2);
    expect(second).toMatchObject({ t: "applied", offset: 2 });
    expect((second as { version: number }).version).toBeLessThan(2 ** 40);
  });

  test("R-TIME: times grow strictly even when the operation's clock is behind", () => {
    const rig = hostRig(repo);
    const file = rig.find("a.txt");
    rig.host.local({ t: "truncate", node: file, base: v0, size: 1, time: time(50) });
    rig.host.local({
      t: "truncate",
      node: file,
      base: rig.host.node(file)?.version as Version,
      size: 2,
      time: time(10),
    });
    expect(rig.host.node(file)?.mtime).toEqual({ sec: 50, nsec: 1 });
  });

  test("R-BURST: while a guest's burst says more, another guest that saw a part may not write", () => {
    const rig = hostRig(repo);
    const file = rig.find("a.txt");
    const write = (by: number, base: number, more: boolean) =>
      rig.submit(by, {
        t: "write",
        node: file,
        base: base as Version,
        extents: [{ offset: 0, length: 1, bytes: bytes("x") }],
        more,
        time: time(5),
      }).ordered;
    write(1, 0, true);
    expect(write(2, 2 ** 40 + 1, false)).toMatchObject({ t: "refused", reason: "stale" });
    expect(write(1, 2 ** 40 + 1, false)).toMatchObject({ t: "applied" });
    expect(write(3, 2 ** 40 + 2, false)).toMatchObject({ t: "applied" });
  });

  test("R-REVIVE: a create brings back the directory somebody removed, under its id", () => {
    const rig = hostRig([...repo, "dir/sub/"]);
    const [dir, sub] = [rig.find("dir"), rig.find("dir/sub")];
    rig.host.local({ t: "rmdir", at: at(dir, "sub"), node: sub, time: time(5) });
    rig.host.local({ t: "rmdir", at: at(rootNode, "dir"), node: dir, time: time(5) });
    const decided = rig.submit(1, { t: "create", at: at(sub, "f"), node: node(1), mode: 0o644, time: time(6) });
    expect(decided.ordered).toMatchObject({ t: "applied", revived: [{ node: dir }, { node: sub }] });
    expect(rig.find("dir/sub/f")).toBe(node(1));
    expect(decided.changes.filter((change) => change.t === "name")).toHaveLength(3);
  });

  test("R-DISK: the folder's refusal is the answer and nothing changes", () => {
    const rig = hostRig(repo);
    rig.refuse = errno.ENOSPC;
    expect(
      rig.submit(1, { t: "mkdir", at: at(rootNode, "n"), node: node(1), mode: 0o755, time: time(1) }).ordered,
    ).toMatchObject({ reason: "disk", errno: errno.ENOSPC });
    expect(rig.host.position).toBe(0);
  });

  test("R-RO: a read-only peer is refused", () => {
    const rig = hostRig(repo);
    rig.host.setReadOnly(1 as PeerId, true);
    expect(
      rig.submit(1, { t: "mkdir", at: at(rootNode, "n"), node: node(1), mode: 0o755, time: time(1) }).ordered,
    ).toMatchObject({ reason: "read-only", errno: errno.EROFS });
  });

  test("a rename shows as two paired changes and takes its victim away", () => {
    const rig = hostRig([...repo, "b.txt"]);
    const [a, b] = [rig.find("a.txt"), rig.find("b.txt")];
    const decided = rig.submit(1, {
      t: "rename",
      from: at(rootNode, "a.txt"),
      to: at(rootNode, "b.txt"),
      node: a,
      victim: { node: b, seen: v0 },
      time: time(9),
    });
    expect(decided.changes).toMatchObject([
      { t: "name", before: a, after: undefined, moved: { to: { name: "b.txt" } } },
      { t: "name", before: b, after: a, moved: { from: { name: "a.txt" } } },
      { t: "attributes", node: rootNode },
      { t: "attributes", node: a },
      { t: "attributes", node: b },
    ]);
    expect(rig.host.node(b)).toMatchObject({ nlink: 0 });
  });
});

describe("git at the host", () => {
  const lock = (rig: ReturnType<typeof hostRig>, by: number, dir: string, file: string, id: number) =>
    rig.submit(by, { t: "create", at: at(rig.find(dir), file), node: node(id), mode: 0o644, time: time(3) }).ordered;

  test("R-GRANT: a lock has one owner, and nobody else may rename, write or unlink it", () => {
    const rig = hostRig(repo);
    expect(lock(rig, 1, ".git", "HEAD.lock", 1)).toMatchObject({ t: "applied", grant: true });
    expect(lock(rig, 2, ".git", "HEAD.lock", 2)).toMatchObject({ t: "refused", reason: "exists", errno: errno.EEXIST });
    const place = at(rig.find(".git"), "HEAD.lock");
    expect(
      rig.submit(2, { t: "unlink", at: place, node: node(1), seen: 0 as Version, time: time(3) }, 1).ordered,
    ).toMatchObject({ reason: "not-owner", errno: errno.EPERM });
    expect(
      rig.submit(1, { t: "unlink", at: place, node: node(1), seen: 99 as Version, time: time(3) }).ordered,
    ).toMatchObject({ t: "applied" });
    expect(rig.host.locks()).toEqual([]);
  });

  test("R-PROTECT: a ref is not replaced while another holds its lock", () => {
    const rig = hostRig(repo);
    lock(rig, 1, ".git/refs/heads", "main.lock", 1);
    const main = rig.find(".git/refs/heads/main");
    expect(
      rig.submit(2, { t: "unlink", at: at(rig.find(".git/refs/heads"), "main"), node: main, seen: v0, time: time(3) })
        .ordered,
    ).toMatchObject({ reason: "locked" });
    expect(
      rig.submit(1, {
        t: "rename",
        from: at(rig.find(".git/refs/heads"), "main.lock"),
        to: at(rig.find(".git/refs/heads"), "main"),
        node: node(1),
        victim: { node: main, seen: v0 },
        time: time(4),
      }).ordered,
    ).toMatchObject({ t: "applied" });
    expect(rig.host.locks()).toEqual([]);
  });

  test("R-STOP: after a refusal git operations are refused until it is adopted, plain files are not", () => {
    const rig = hostRig(repo);
    rig.refuse = errno.ENOSPC;
    rig.submit(1, {
      t: "create",
      at: at(rig.find(".git/objects/ab"), "tmp_obj_1"),
      node: node(1),
      mode: 0o444,
      time: time(3),
    });
    rig.refuse = undefined;
    const ref = {
      t: "create",
      at: at(rig.find(".git/refs/heads"), "x"),
      node: node(2),
      mode: 0o644,
      time: time(3),
    } as const;
    expect(rig.submit(1, ref).ordered).toMatchObject({ reason: "pipeline", count: 2 });
    expect(rig.submit(1, { ...ref, at: at(rootNode, "plain"), node: node(3) }).ordered).toMatchObject({ t: "applied" });
    expect(rig.submit(1, { ...ref, node: node(4) }, 2).ordered).toMatchObject({ t: "applied" });
  });

  test("R-STOP: what is gone already, a directory that is in use and a lock that is taken stop nothing", () => {
    const rig = hostRig(repo);
    const ab = rig.find(".git/objects/ab");
    rig.submit(2, { t: "create", at: at(ab, "tmp_obj_1"), node: node(1), mode: 0o444, time: time(3) });
    const objects = rig.find(".git/objects");
    const moot = (op: Parameters<typeof rig.submit>[1]): void => {
      expect(rig.submit(1, op).ordered).toMatchObject({ t: "refused", count: 0 });
    };
    moot({ t: "rmdir", at: at(objects, "ab"), node: ab, time: time(4) });
    moot({ t: "unlink", at: at(ab, "tmp_obj_2"), node: node(2), seen: v0, time: time(4) });
    const lock = at(rig.find("dir"), "a.lock");
    rig.submit(2, { t: "create", at: lock, node: node(3), mode: 0o644, time: time(5) });
    moot({ t: "create", at: lock, node: node(4), mode: 0o644, time: time(5) });
  });

  test("what is found in the folder is adopted without conditions, content and all", () => {
    const rig = hostRig(repo);
    const found = node(1);
    const write = { t: "write", node: found, base: v0, extents: [{ offset: 0, length: 7 }], more: false } as const;
    rig.host.adopt({ t: "create", at: at(rootNode, "found"), node: found, mode: 0o644, time: time(3) });
    expect(rig.host.adopt({ ...write, time: time(3) }).ordered).toMatchObject({ t: "applied", by: 0 });
    expect(rig.host.node(found)).toMatchObject({ size: 7 });
    expect(rig.done).toEqual([]);
  });

  test("R-OBJ: an object that is there already absorbs the second; a rename only loses its source", () => {
    const rig = hostRig([...repo, `.git/objects/ab/${"0".repeat(38)}`]);
    const ab = rig.find(".git/objects/ab");
    rig.submit(1, { t: "create", at: at(ab, "tmp_obj_1"), node: node(1), mode: 0o444, time: time(3) });
    expect(
      rig.submit(1, { t: "link", at: at(ab, "0".repeat(38)), node: node(1), time: time(3) }).ordered,
    ).toMatchObject({ t: "refused", reason: "same", count: 0 });
    expect(
      rig.submit(1, {
        t: "rename",
        from: at(ab, "tmp_obj_1"),
        to: at(ab, "0".repeat(38)),
        node: node(1),
        victim: null,
        time: time(3),
      }).ordered,
    ).toMatchObject({ t: "applied", op: { t: "unlink" } });
    expect(rig.host.lookup(at(ab, "tmp_obj_1"))).toBeUndefined();
  });

  test("R-LEASE: what a revoked lock protects its former owner cannot replace, until it is granted that lock anew", () => {
    const rig = hostRig([".git/", ".git/new"]);
    const git = rig.find(".git");
    const replace: Op = {
      t: "rename",
      from: at(git, "new"),
      to: at(git, "packed-refs"),
      node: rig.find(".git/new"),
      victim: null,
      time: time(2),
    };
    const lock = (node: number): Op => ({
      t: "create",
      at: at(git, "packed-refs.lock"),
      node: node as NodeId,
      mode: 0o644,
      time: time(1),
    });
    rig.submit(1, lock(2 ** 41));
    rig.host.gone(1 as PeerId);
    expect(rig.submit(1, replace).ordered).toMatchObject({ t: "refused", reason: "locked" });
    rig.submit(1, lock(2 ** 41 + 1));
    expect(rig.submit(1, replace).ordered).toMatchObject({ t: "applied" });
  });

  test("R-LEASE: the locks of a peer declared gone are unlinked, nobody else's", () => {
    const rig = hostRig(repo);
    lock(rig, 1, ".git", "HEAD.lock", 1);
    lock(rig, 2, ".git", "index.lock", 2);
    expect(rig.host.gone(1 as PeerId)).toMatchObject([
      { shared: true, ordered: { op: { t: "unlink", node: node(1) } } },
    ]);
    expect(rig.host.locks()).toMatchObject([{ owner: 2 }]);
  });

  test("R-PRIV: private files are not in snapshots, take no position and do not keep a directory", () => {
    const rig = hostRig(repo);
    const git = rig.find(".git");
    expect(rig.host.isPrivateNode(rig.find(".git/hooks/pre-commit"))).toBe(true);
    expect(rig.host.snapshot().nodes.map((each) => each.places[0]?.name)).not.toContain("config");
    const local = rig.host.local({
      t: "create",
      at: at(git, "config.lock"),
      node: rig.host.newNode(),
      mode: 0o644,
      time: time(9),
    });
    expect(local.decided.shared).toBe(false);
    expect(rig.host.position).toBe(0);
    expect(
      rig.submit(1, {
        t: "create",
        at: at(rig.find(".git/hooks"), "post-commit"),
        node: node(1),
        mode: 0o755,
        time: time(9),
      }).ordered,
    ).toMatchObject({ reason: "not-owner" });
    const bare = hostRig(["x.git/", "x.git/config", "x.git/hooks/", "x.git/hooks/a"]);
    expect(
      bare.submit(1, { t: "rmdir", at: at(rootNode, "x.git"), node: bare.find("x.git"), time: time(9) }).ordered,
    ).toMatchObject({ t: "applied" });
    expect(bare.done.map((op) => op.t)).toEqual(["unlink", "unlink", "rmdir", "rmdir"]);
  });

  test("R-PRIV: a guest cannot turn a directory with hooks into a git dir at the host", () => {
    const rig = hostRig(["plain/", "plain/hooks/", "plain/hooks/pre-commit", "plain/HEAD", "plain/refs/"]);
    expect(
      rig.submit(1, {
        t: "rename",
        from: at(rootNode, "plain"),
        to: at(rootNode, ".git"),
        node: rig.find("plain"),
        victim: null,
        time: time(1),
      }).ordered,
    ).toMatchObject({ t: "refused", errno: errno.EPERM });
    expect(
      rig.submit(1, { t: "mkdir", at: at(rig.find("plain"), "objects"), node: node(1), mode: 0o755, time: time(1) }, 1)
        .ordered,
    ).toMatchObject({ t: "refused", errno: errno.EPERM });
  });

  test("R-GITDIR: classes follow the place", () => {
    const rig = hostRig([
      ...repo,
      `.git/objects/ab/${"0".repeat(38)}`,
      ".git/objects/pack/",
      ".git/objects/pack/pack-1.idx",
      ".git/modules/",
      ".git/modules/a/",
      ".git/modules/a/b/",
      ".git/modules/a/b/index",
      "bare/",
      "bare/HEAD",
      "bare/objects/",
      "bare/refs/",
      "bare/refs/x",
    ]);
    const of = (path: string) => rig.host.classOfNode(rig.find(path));
    expect([of("a.txt"), of("dir"), of(".git"), of(".git/HEAD")]).toEqual([
      "work-tree",
      "work-tree",
      "git-mutable",
      "git-mutable",
    ]);
    expect([
      of(`.git/objects/ab/${"0".repeat(38)}`),
      of(".git/objects/pack/pack-1.idx"),
      of(".git/objects/ab"),
    ]).toEqual(["git-immutable", "git-immutable", "git-mutable"]);
    expect(rig.host.isIndex(rig.find(".git/modules/a/b/index"))).toBe(true);
    expect(of("bare/refs/x")).toBe("git-mutable");
    rig.host.local({
      t: "unlink",
      at: at(rig.find("bare"), "HEAD"),
      node: rig.find("bare/HEAD"),
      seen: v0,
      time: time(1),
    });
    expect(of("bare/refs/x")).toBe("work-tree");
  });
});
