import { expect, test } from "vitest";
import type { NodeId, Version } from "../../../helper/replica/ids.ts";
import type { Op } from "../../../helper/replica/op.ts";
import { at, bytes, hostRig, time } from "./rig.ts";

const repo = [
  ".git/",
  ".git/HEAD",
  ".git/objects/",
  ".git/refs/",
  ".git/worktrees/",
  ".git/worktrees/x/",
  "evil/",
  "other",
];
const made = (2 ** 41) as NodeId;
const refused = { t: "refused", reason: "not-owner", errno: 1 };

function create(parent: NodeId): Op {
  return { t: "create", at: at(parent, "commondir"), node: made, mode: 0o644, time: time(5) };
}
function write(text: string): Op {
  const extent = { offset: 0, length: text.length, bytes: bytes(text) };
  return { t: "write", node: made, base: (2 ** 40 + 1) as Version, extents: [extent], more: false, time: time(6) };
}

test("R-PRIV: a guest's worktree says where its repository is, as git says it", () => {
  const rig = hostRig(repo);
  expect(rig.submit(1, create(rig.find(".git/worktrees/x"))).ordered?.t).toBe("applied");
  expect(rig.submit(1, write("../..\n")).ordered?.t).toBe("applied");
});

test("R-PRIV: a guest leads git to no other config: by no other words, from no other place, and by no move", () => {
  const rig = hostRig(repo);
  rig.submit(1, create(rig.find(".git/worktrees/x")));
  expect(rig.submit(1, write("../../../evil\n")).ordered).toMatchObject(refused);
  let adopted = 1;
  for (const dir of [".git", "evil"]) {
    const op = { ...create(rig.find(dir)), node: (made + adopted) as NodeId } as Op;
    expect(rig.submit(1, op, adopted++).ordered).toMatchObject(refused);
  }
  const to = at(rig.find("evil"), "commondir");
  const rename: Op = {
    t: "rename",
    from: at(1 as NodeId, "other"),
    to,
    node: rig.find("other"),
    victim: null,
    time: time(7),
  };
  expect(rig.submit(1, rename, adopted++).ordered).toMatchObject(refused);
  const from = at(rig.find(".git"), "worktrees");
  const move: Op = { ...rename, from, to: at(rig.find("evil"), "w"), node: rig.find(".git/worktrees") };
  expect(rig.submit(1, move, adopted).ordered).toMatchObject(refused);
});
