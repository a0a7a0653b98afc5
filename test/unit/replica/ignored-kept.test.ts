import { describe, expect, test } from "vitest";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import { make, names, start } from "./ignoring.ts";
import { create, type Pair } from "./pair.ts";
import { at, time } from "./rig.ts";

describe("R-SEED: a shared directory that others remove", () => {
  const parted = (): { p: Pair; dir: NodeId; own: NodeId } => {
    const p = start();
    const dir = p.find("dir");
    const own = make(p, dir, "own.log");
    p.host.local({ t: "unlink", at: at(dir, "f"), node: p.find("dir/f"), seen: 0 as never, time: time(6) });
    p.host.local({ t: "rmdir", at: at(rootNode, "dir"), node: dir, time: time(6) });
    const received = p.receive();
    expect(received.flatMap(({ changes }) => changes.filter(({ t }) => t === "name")).map((c) => c.t)).toEqual([
      "name",
    ]);
    expect(names(p, dir)).toEqual(["own.log"]);
    return { p, dir, own };
  };

  test("stays for what this guest has in it, and is the new one when there is one", () => {
    const { p, own } = parted();
    const next = p.host.newNode();
    p.host.local({ t: "mkdir", at: at(rootNode, "dir"), node: next, mode: 0o755, time: time(7) });
    p.receive();
    expect(p.guest.lookup(at(rootNode, "dir"))).toBe(next);
    expect(names(p, next)).toEqual(["own.log"]);
    expect(p.guest.pathOf(own)).toEqual(["dir", "own.log"]);
  });

  test("comes back for everybody when this guest makes something shared in it", () => {
    const { p, dir } = parted();
    p.up(p.guest.perform(create(p, dir, "shared.txt")));
    p.receive();
    expect(p.find("dir")).toBe(dir);
    expect(p.guest.isPrivateNode(dir)).toBe(false);
    expect(names(p, dir)).toEqual(["own.log", "shared.txt"]);
  });

  test("and through a snapshot", () => {
    const p = start();
    const dir = p.find("dir");
    make(p, dir, "own.log");
    p.host.local({ t: "unlink", at: at(dir, "f"), node: p.find("dir/f"), seen: 0 as never, time: time(6) });
    p.host.local({ t: "rmdir", at: at(rootNode, "dir"), node: dir, time: time(6) });
    p.startAnew();
    expect(names(p, dir)).toEqual(["own.log"]);
    expect(p.guest.pathOf(dir)).toEqual(["dir"]);
  });
});
