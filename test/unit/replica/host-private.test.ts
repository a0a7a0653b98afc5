import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { rootNode } from "../../../helper/replica/ids.ts";
import { at, hostRepo, hostRig, node, time, v0 } from "./rig.ts";

describe("git dirs at the host", () => {
  test("R-PRIV: private files are not in snapshots, take no position and do not keep a directory", () => {
    const rig = hostRig(hostRepo);
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
      ...hostRepo,
      `.git/objects/ab/${"0".repeat(38)}`,
      ".git/refs/heads/tags/",
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
      "git-skeleton",
      "git-mutable",
    ]);
    expect([".git/refs", ".git/refs/heads", ".git/objects/pack", "bare", "bare/objects"].map(of)).toEqual(
      Array.from({ length: 5 }, () => "git-skeleton"),
    );
    expect([".git/refs/heads/tags", ".git/objects/ab", ".git/modules/a", ".git/modules/a/b"].map(of)).toEqual(
      Array.from({ length: 4 }, () => "git-mutable"),
    );
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
