import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { type NodeId, type PeerId, type Version } from "../../../helper/replica/ids.ts";
import type { Op } from "../../../helper/replica/op.ts";
import { at, hostRepo, hostRig, node, time, v0 } from "./rig.ts";

describe("locks at the host", () => {
  const lock = (rig: ReturnType<typeof hostRig>, by: number, dir: string, file: string, id: number) =>
    rig.submit(by, { t: "create", at: at(rig.find(dir), file), node: node(id), mode: 0o644, time: time(3) }).ordered;

  test("R-GRANT: a lock has one owner, and nobody else may rename, write or unlink it", () => {
    const rig = hostRig(hostRepo);
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
    const rig = hostRig(hostRepo);
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
    const rig = hostRig(hostRepo);
    lock(rig, 1, ".git", "HEAD.lock", 1);
    lock(rig, 2, ".git", "index.lock", 2);
    expect(rig.host.gone(1 as PeerId)).toMatchObject([
      { shared: true, ordered: { op: { t: "unlink", node: node(1) } } },
    ]);
    expect(rig.host.locks()).toMatchObject([{ owner: 2 }]);
  });
});
