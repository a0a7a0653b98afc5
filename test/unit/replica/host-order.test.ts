import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { rootNode, type PeerId } from "../../../helper/replica/ids.ts";
import { at, hostRepo, hostRig, node, time, v0 } from "./rig.ts";

describe("the host's order", () => {
  test("R-ONE: applied operations are numbered one after the other", () => {
    const rig = hostRig(hostRepo);
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
    const rig = hostRig(hostRepo);
    rig.submit(1, { t: "create", at: at(rootNode, "x"), node: node(1), mode: 0o644, time: time(5) });
    const again = rig.host.submit(1 as PeerId, {
      id: (2 ** 40 + 1) as never,
      adopted: 0,
      op: { t: "create", at: at(rootNode, "x"), node: node(1), mode: 0o644, time: time(5) },
    });
    expect(again.ordered).toBeUndefined();
  });

  test("R-REVIVE: a create brings back the directory somebody removed, under its id", () => {
    const rig = hostRig([...hostRepo, "dir/sub/"]);
    const [dir, sub] = [rig.find("dir"), rig.find("dir/sub")];
    rig.host.local({ t: "rmdir", at: at(dir, "sub"), node: sub, time: time(5) });
    rig.host.local({ t: "rmdir", at: at(rootNode, "dir"), node: dir, time: time(5) });
    const decided = rig.submit(1, { t: "create", at: at(sub, "f"), node: node(1), mode: 0o644, time: time(6) });
    expect(decided.ordered).toMatchObject({ t: "applied", revived: [{ node: dir }, { node: sub }] });
    expect(rig.find("dir/sub/f")).toBe(node(1));
    expect(decided.changes.filter((change) => change.t === "name")).toHaveLength(3);
  });

  test("R-DISK: the folder's refusal is the answer and nothing changes", () => {
    const rig = hostRig(hostRepo);
    rig.refuse = errno.ENOSPC;
    expect(
      rig.submit(1, { t: "mkdir", at: at(rootNode, "n"), node: node(1), mode: 0o755, time: time(1) }).ordered,
    ).toMatchObject({ reason: "disk", errno: errno.ENOSPC });
    expect(rig.host.position).toBe(0);
  });

  test("R-RO: a read-only peer is refused", () => {
    const rig = hostRig(hostRepo);
    rig.host.setReadOnly(1 as PeerId, true);
    expect(
      rig.submit(1, { t: "mkdir", at: at(rootNode, "n"), node: node(1), mode: 0o755, time: time(1) }).ordered,
    ).toMatchObject({ reason: "read-only", errno: errno.EROFS });
  });

  test("a rename shows as two paired changes and takes its victim away", () => {
    const rig = hostRig([...hostRepo, "b.txt"]);
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

  test("what is found in the folder is adopted without conditions, content and all", () => {
    const rig = hostRig(hostRepo);
    const found = node(1);
    const write = { t: "write", node: found, base: v0, extents: [{ offset: 0, length: 7 }], more: false } as const;
    rig.host.adopt({ t: "create", at: at(rootNode, "found"), node: found, mode: 0o644, time: time(3) });
    expect(rig.host.adopt({ ...write, time: time(3) }).ordered).toMatchObject({ t: "applied", by: 0 });
    expect(rig.host.node(found)).toMatchObject({ size: 7 });
    expect(rig.done).toEqual([]);
  });
});
