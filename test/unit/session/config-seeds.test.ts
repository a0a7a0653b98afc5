import { expect, test } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import { rootNode } from "../../../helper/replica/ids.ts";
import { createConfigSeeds, withGuestConfigs } from "../../../helper/session/config-seeds.ts";
import { at, bytes, hostRig, time } from "../replica/rig.ts";

const clock = { now: () => time(5) };
const sparse = "[core]\n\tsparseCheckout = true\n\teditor = rm -rf /\n[user]\n\tname = ada\n";

function sharedWith(worktrees: boolean) {
  const rig = hostRig([".git/", ".git/HEAD", ".git/config", ".git/config.worktree", "config.worktree"]);
  const told: { readonly name: string; readonly text: string }[] = [];
  const seeds = createConfigSeeds({
    view: rig.host,
    clock,
    isOurs: () => true,
    worktrees,
    read: () => bytes(sparse),
    tell(seed) {
      told.push({ name: seed.name, text: Buffer.from(seed.bytes).toString() });
      rig.host.local(seed);
    },
  });
  return { rig, seeds, told };
}

test("R-PRIV: the host's config.worktree is a seed like its config: stripped, when sharing begins and whenever it changes", () => {
  const { rig, seeds, told } = sharedWith(true);
  seeds.all();
  expect(told.map(({ name }) => name)).toEqual(["config", "config.worktree"]);
  for (const { text } of told) {
    expect(text).toMatch(/sparsecheckout = true/i);
    expect(text).not.toMatch(/editor|ada/);
  }
  expect(rig.host.snapshot().seeds.map(({ name }) => name)).toEqual(["config", "config.worktree"]);
  told.splice(0);
  seeds.renamed(at(rig.find(".git"), "config.worktree"));
  expect(told.map(({ name }) => name)).toEqual(["config.worktree"]);
  seeds.renamed(at(rootNode, "config.worktree"));
  seeds.renamed(at(rig.find(".git"), "HEAD"));
  expect(told).toHaveLength(1);
});

test("R-PRIV: a guest tells no config.worktree, which the host would refuse and count", () => {
  const { rig, seeds, told } = sharedWith(false);
  seeds.all();
  seeds.born(rig.find(".git"));
  seeds.renamed(at(rig.find(".git"), "config.worktree"));
  expect(told.map(({ name }) => name)).toEqual(["config", "config"]);
});

test("R-PRIV: what a guest takes is stripped once more; gc is switched off in config alone, and any other name is emptied", () => {
  const { rig } = sharedWith(true);
  const taken = (name: string): string => {
    const seed = {
      t: "seed",
      dir: rig.find(".git"),
      name: mustFileName(name),
      bytes: bytes(sparse),
      time: time(6),
    } as const;
    const { ordered } = rig.host.local(seed).decided;
    if (ordered?.t !== "applied") throw new Error("not applied");
    const down = withGuestConfigs({ index: 1, message: ordered }, rig.host);
    if (!("message" in down) || down.message.t !== "applied" || down.message.op.t !== "seed")
      throw new Error("no seed");
    return Buffer.from(down.message.op.bytes).toString();
  };
  expect(taken("config")).toMatch(/^\[core\]\n\tsparsecheckout = true\n\[gc\]\n/i);
  expect(taken("config.worktree")).toMatch(/^\[core\]\n\tsparsecheckout = true\n$/i);
  expect(taken("hooks")).toBe("");
});
