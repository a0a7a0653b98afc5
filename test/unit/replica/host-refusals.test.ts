import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { rootNode } from "../../../helper/replica/ids.ts";
import { at, hostRepo, hostRig, node, time, v0 } from "./rig.ts";

describe("refusals at the host", () => {
  test("R-STOP: after a refusal git operations are refused until it is adopted, plain files are not", () => {
    const rig = hostRig(hostRepo);
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
    const rig = hostRig(hostRepo);
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

  test("R-OBJ: an object that is there already absorbs the second; a rename only loses its source", () => {
    const rig = hostRig([...hostRepo, `.git/objects/ab/${"0".repeat(38)}`]);
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
});
