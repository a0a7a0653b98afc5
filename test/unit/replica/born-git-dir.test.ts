import { expect, test } from "vitest";
import { hostPeer, rootNode, type NodeId, type PeerId } from "../../../helper/replica/ids.ts";
import type { Op } from "../../../helper/replica/op.ts";
import { at, bytes, hostRig, name, time } from "./rig.ts";

const bare = ["x/", "x/HEAD", "x/refs/", "x/config", "x/hooks/", "x/hooks/post-commit"];
const ben = 1 as PeerId;

function objects(parent: NodeId, node: number): Op {
  return { t: "mkdir", at: at(parent, "objects"), node: node as NodeId, mode: 0o755, time: time(9) };
}

test("R-BORN: before a guest makes a directory a git dir, its config and hooks go, for everybody and from the real folder", () => {
  const rig = hostRig(bare);
  const op = objects(rig.find("x"), 2 ** 41);
  const gone = rig.host.withdraw(ben, op);
  expect(gone.map(({ ordered }) => ordered?.t === "applied" && ordered.op.t)).toEqual(["unlink", "unlink", "rmdir"]);
  expect(gone.every(({ shared }) => shared)).toBe(true);
  expect(rig.done).toHaveLength(3);
  expect(rig.submit(1, op).ordered?.t).toBe("applied");
  expect(rig.host.list(rig.find("x")).map((entry) => entry.name)).toEqual(["HEAD", "refs", "objects"]);
});

test("R-BORN: where the host makes it one, they stay as its own and nobody is told of them again", () => {
  const rig = hostRig(bare);
  const op = objects(rig.find("x"), 2 ** 41);
  const before = rig.host.node(rig.find("x"))?.nlink ?? 0;
  expect(rig.host.withdraw(hostPeer, op)).toHaveLength(3);
  expect(rig.done).toEqual([]);
  expect(rig.host.local(op).result.ok).toBe(true);
  expect(rig.host.isPrivateNode(rig.find("x/config"))).toBe(true);
  expect(rig.host.isPrivateNode(rig.find("x/hooks/post-commit"))).toBe(true);
  expect(rig.host.node(rig.find("x"))?.nlink).toBe(before);
  expect(rig.host.snapshot().nodes.some(({ places }) => places[0]?.name === name("config"))).toBe(false);
});

test("R-BORN: a plain directory that stays one keeps its config", () => {
  const rig = hostRig(["x/", "x/HEAD", "x/config"]);
  expect(rig.host.withdraw(ben, objects(rig.find("x"), 2 ** 41))).toEqual([]);
});

test("R-PRIV: a seed is a config in a git dir, and nothing else", () => {
  const rig = hostRig([".git/", ".git/hooks/", "src/"]);
  const seed = (dir: string, file: string): Op => ({
    t: "seed",
    dir: dir === "" ? rootNode : rig.find(dir),
    name: name(file),
    bytes: bytes("x"),
    time: time(9),
  });
  expect(rig.submit(1, seed(".git", "config")).ordered?.t).toBe("applied");
  const refused = [
    seed(".git/hooks", "post-commit"),
    seed(".git", "config.worktree"),
    seed("src", "config"),
    seed("", "config"),
  ];
  for (const [adopted, op] of refused.entries())
    expect(rig.submit(1, op, adopted).ordered).toMatchObject({ t: "refused", errno: 1 });
});

test("R-BORN: nothing goes for an operation that will be refused", () => {
  const rig = hostRig(bare);
  const taken: Op = {
    t: "rename",
    from: at(rig.find("x"), "none"),
    to: at(rig.find("x"), "objects"),
    node: 99 as NodeId,
    victim: null,
    time: time(9),
  };
  expect(rig.host.withdraw(ben, taken)).toEqual([]);
  expect(rig.find("x/config")).toBeGreaterThan(0);
});
