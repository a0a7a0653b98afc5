import { describe, expect, test } from "vitest";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import { create, pair } from "./pair.ts";
import { at, bytes, time } from "./rig.ts";

describe("content at a guest", () => {
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
});
