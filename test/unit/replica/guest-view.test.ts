import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import type { LocalOp } from "../../../helper/replica/api.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import { create, pair } from "./pair.ts";
import { at, bytes, time } from "./rig.ts";

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
