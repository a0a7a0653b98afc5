import { describe, expect, test } from "vitest";
import { errno, type Errno } from "../../../helper/base/errno.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import { create, pair, type Pair } from "./pair.ts";
import { at, bytes, hostRepo, hostRig, node, time, v0 } from "./rig.ts";

const object = "0".repeat(38);

/** A new file of which the host takes the first bytes, refuses the next with `why`, and takes what comes after that is adopted. */
function holed(p: Pair, parent: NodeId, name: string, why: Errno = errno.ENOSPC): NodeId {
  p.up(p.guest.perform(create(p, parent, name)));
  const file = p.guest.lookup(at(parent, name)) as NodeId;
  const write = (offset: number, text: string): void => {
    p.guest.write({ node: file, handle: 1, append: false }, offset, bytes(text), time(6));
    p.up(p.guest.endBurst({ node: file }));
  };
  write(0, "first");
  p.rig.refuse = why;
  write(5, "lost");
  p.rig.refuse = undefined;
  p.receive();
  write(9, "last");
  p.receive();
  expect(p.host.node(file)).toMatchObject({ size: 13 });
  return file;
}

const refusal = { t: "failed", errno: errno.EIO, send: [] };

describe("R-HOLE: a file that lacks refused bytes", () => {
  test("never gets the name of an object, by link or by rename", () => {
    const p = pair();
    const ab = p.find(".git/objects/ab");
    const file = holed(p, ab, "tmp_obj_x");
    const link = { t: "link", at: at(ab, object), node: file, time: time(9) } as const;
    const rename = { t: "rename", from: at(ab, "tmp_obj_x"), to: at(ab, object), time: time(9) } as const;
    for (const naming of [link, rename, link, rename]) expect(p.guest.perform(naming)).toEqual(refusal);
    p.up(p.guest.perform({ t: "unlink", at: at(ab, "tmp_obj_x"), time: time(9) }));
    p.receive();
    expect(p.host.lookup(at(ab, object))).toBeUndefined();
  });

  test("is refused any other name once, then its user knows", () => {
    const p = pair();
    holed(p, rootNode, "a.txt.tmp");
    const rename = { t: "rename", from: at(rootNode, "a.txt.tmp"), to: at(rootNode, "a.txt"), time: time(9) } as const;
    expect(p.guest.perform(rename)).toEqual(refusal);
    expect(p.guest.perform(rename).t).toBe("done");
  });

  test("is whole again when it is written from the first byte on", () => {
    const p = pair();
    const ab = p.find(".git/objects/ab");
    const file = holed(p, ab, "tmp_obj_x");
    p.up(p.guest.perform({ t: "truncate", node: file, size: 0, time: time(8) }));
    expect(p.guest.perform({ t: "link", at: at(ab, object), node: file, time: time(9) }).t).toBe("done");
  });

  test("in a work tree it is whole if somebody else's version stands in it", () => {
    const p = pair();
    const file = p.find("a.txt");
    p.guest.write({ node: file, handle: 1, append: false }, 0, bytes("mine"), time(6));
    p.host.local({
      t: "write",
      node: file,
      base: v0,
      extents: [{ offset: 0, length: 6, bytes: bytes("theirs") }],
      more: false,
      time: time(6),
    });
    p.up(p.guest.endBurst({ node: file }));
    expect(p.receive().at(-1)?.settled).toMatchObject([{ result: { ok: false } }]);
    const rename = { t: "rename", from: at(rootNode, "a.txt"), to: at(rootNode, "c.txt"), time: time(9) } as const;
    expect(p.guest.perform(rename).t).toBe("done");
  });
});

test("R-HOLE: until the sender has adopted the disk's refusal, the host lets the file replace nothing, in a work tree too", () => {
  const rig = hostRig(hostRepo);
  const from = at(rootNode, "a.tmp");
  rig.submit(1, { t: "create", at: from, node: node(1), mode: 0o644, time: time(3) });
  rig.refuse = errno.ENOSPC;
  const base = rig.host.node(node(1))?.version ?? v0;
  const extents = [{ offset: 0, length: 3, bytes: bytes("new") }];
  rig.submit(1, { t: "write", node: node(1), base, extents, more: false, time: time(3) });
  rig.refuse = undefined;
  const victim = { node: rig.find("a.txt"), seen: v0 };
  const rename = { t: "rename", from, to: at(rootNode, "a.txt"), node: node(1), victim, time: time(4) } as const;
  expect(rig.submit(1, rename).ordered).toMatchObject({ t: "refused", reason: "pipeline" });
  const link = { t: "link", at: at(rootNode, "b"), node: node(1), time: time(4) } as const;
  expect(rig.submit(1, link).ordered).toMatchObject({ t: "refused", reason: "pipeline" });
  expect(rig.submit(1, rename, 3).ordered).toMatchObject({ t: "applied" });
});
