/** R-SEED and R-HIDE where a guest's own files meet what others do with the same names and numbers. */
import { expect, test } from "vitest";
import type { FileName } from "../../../helper/base/name.ts";
import type { LocalOp } from "../../../helper/replica/api.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import { nothingApart, type PathRules } from "../../../helper/replica/path-rules.ts";
import { make, mkdir, names, rules, start, write as ownWrite } from "./ignoring.ts";
import { create, pair, type Pair } from "./pair.ts";
import { at, bytes, name, time } from "./rig.ts";

function write(p: Pair, node: NodeId, text: string): void {
  p.up(ownWrite(p, node, text));
}

test("a directory of the host that this guest has own files in shows where others move it to be shared", () => {
  const p = start();
  const dir = p.find("out");
  make(p, dir, "own.js");
  p.host.local({
    t: "rename",
    from: at(rootNode, "out"),
    to: at(rootNode, "docs"),
    node: dir,
    victim: null,
    time: time(6),
  });
  p.receive();
  expect(names(p, rootNode)).toContain("docs");
  expect(names(p, p.guest.lookup(at(rootNode, "docs")) as NodeId)).toContain("a.js");
});

test("so does a file of the host that this guest changed", () => {
  const p = start();
  const node = p.find("out/a.js");
  write(p, node, "mine");
  p.host.local({
    t: "rename",
    from: at(p.find("out"), "a.js"),
    to: at(rootNode, "a.js"),
    node,
    victim: null,
    time: time(6),
  });
  p.receive();
  expect(names(p, rootNode)).toContain("a.js");
});

test("what was taken over and is tracked now can be replaced (git checkout)", () => {
  const p = start();
  const node = p.find("notes.log");
  write(p, node, "mine");
  p.guest.setRules(nothingApart);
  p.up(p.guest.perform({ t: "unlink", at: at(rootNode, "notes.log"), time: time(5) }));
  p.receive();
  const made = create(p, rootNode, "notes.log", true);
  p.up(p.guest.perform(made));
  const received = p.receive();
  expect(received.flatMap(({ settled }) => settled.map(({ result }) => result.ok))).not.toContain(false);
  expect(p.guest.lookup(at(rootNode, "notes.log"))).toBe((made as { node: NodeId }).node);
});

test("unless somebody else changed it: then it shows as it is there, and what was written here is kept", () => {
  const p = start();
  const node = p.find("notes.log");
  write(p, node, "mine");
  p.guest.setRules(nothingApart);
  const removed = p.guest.perform({ t: "unlink", at: at(rootNode, "notes.log"), time: time(5) });
  const extents = [{ offset: 0, length: 6, bytes: bytes("theirs") }];
  p.host.local({ t: "write", node, base: 0 as never, extents, more: false, time: time(6) });
  p.up(removed);
  const content = p.receive().flatMap((received) => received.content);
  expect(p.guest.lookup(at(rootNode, "notes.log"))).toBe(node);
  expect(p.guest.node(node)).toMatchObject({ size: 6, version: p.host.node(node)?.version });
  expect(content.map(({ t }) => t)).toEqual(["park", "reset"]);
});

test("what somebody else told first under a name stays, until it is removed", () => {
  const p = start();
  const own = make(p, rootNode, "b.log", "mine");
  const { strays } = p.guest.setRules(nothingApart);
  expect(strays).toEqual([own]);
  const place = at(rootNode, "b.log");
  const theirs = p.host.newNode();
  p.host.local({ t: "create", at: place, node: theirs, mode: 0o644, time: time(6) });
  p.receive();
  expect(p.guest.publish(own, bytes("mine"), time(7)).send).toEqual([]);
  expect(p.guest.lookup(place)).toBe(own);
  p.up(p.guest.perform({ t: "unlink", at: place, time: time(8) }));
  p.up(p.guest.perform(create(p, rootNode, "b.log", true)));
  p.receive();
  expect(p.host.node(theirs)?.nlink).toBe(0);
  expect(p.guest.lookup(place)).toBe(p.find("b.log"));
});

test("what has a private number stays this guest's own under other rules", () => {
  const p = start();
  const secret = make(p, rootNode, ".env", "secret");
  const [from, to] = [at(rootNode, ".env"), at(rootNode, "env.log")];
  expect(p.guest.perform({ t: "rename", from, to, time: time(5) })).toEqual({ t: "done", send: [] });
  for (const id of p.guest.setRules(nothingApart).strays) {
    const told = p.guest.publish(id, bytes("secret"), time(6));
    expect(told.send).toEqual([]);
    p.up(told.send);
  }
  p.receive();
  expect(p.guest.lookup(to)).toBe(secret);
});

test("a nested repository of this guest's own stays whole under other rules", () => {
  const p = start();
  const repository = mkdir(p, p.find("out"), "nested");
  p.guest.perform(repository);
  const git = mkdir(p, repository.node, ".git");
  p.guest.perform(git);
  make(p, git.node, "HEAD", "ref: refs/heads/main\n");
  make(p, repository.node, "file.txt");
  for (const id of p.guest.setRules(nothingApart).strays) p.up(p.guest.publish(id, new Uint8Array(0), time(6)).send);
  p.receive();
  expect(() => p.find("out/nested/.git")).toThrow("nothing at");
  expect(names(p, git.node)).toEqual(["HEAD"]);
  const lock = p.guest.perform(create(p, git.node, "HEAD.lock", true));
  expect(lock).toEqual({ t: "done", send: [] });
});

test("what is told because it is tracked leaves the rest of its directory this guest's own", () => {
  const p = start();
  const site = mkdir(p, p.find("out"), "site");
  p.guest.perform(site);
  make(p, site.node, "index.html");
  const kept = ["out", "out/site", "out/site/index.html"];
  const tracked: PathRules = {
    ...rules,
    isIgnored: (path: readonly FileName[], kind) => rules.isIgnored(path, kind) && !kept.includes(path.join("/")),
  };
  for (const id of p.guest.setRules(tracked).strays) p.up(p.guest.publish(id, new Uint8Array(0), time(6)).send);
  p.receive();
  expect(p.find("out/site")).toBe(site.node);
  make(p, site.node, "other.js");
});

test("a shared directory that was moved to an ignored place and back is a shared directory like any other", () => {
  const p = start();
  const dir = p.find("dir");
  const move = (from: [NodeId, string], to: [NodeId, string]): void => {
    p.up(p.guest.perform({ t: "rename", from: at(...from), to: at(...to), time: time(5) }));
    p.receive();
  };
  move([rootNode, "dir"], [p.find("out"), "dir"]);
  p.up(p.guest.perform(create(p, dir, "shared.log")));
  p.receive();
  expect(p.find("out/dir/shared.log")).toBeDefined();
  move([p.find("out"), "dir"], [rootNode, "dir"]);
  make(p, dir, "own.log");
});

test("names removed here show again where others move their directory to be shared", () => {
  const p = start();
  const dir = p.find("out");
  p.guest.perform({ t: "unlink", at: at(dir, "a.js"), time: time(5) });
  const [from, to] = [at(rootNode, "out"), at(rootNode, "docs")];
  p.host.local({ t: "rename", from, to, node: dir, victim: null, time: time(6) });
  p.receive();
  const { changes } = p.guest.setRules(rules);
  expect(changes).toMatchObject([{ t: "name", at: at(dir, "a.js") }]);
  expect(names(p, dir)).toEqual(["a.js", "sub"]);
});

test("own files at a place that a move of their directory made shared are told", () => {
  const gen = name("gen");
  const anchored: PathRules = { ...rules, isIgnored: (path) => path[0] === "dir" && path[1] === gen };
  const p = pair({ rules: anchored });
  const dir = p.find("dir");
  const made = mkdir(p, dir, "gen");
  p.guest.perform(made);
  const own = make(p, made.node, "x");
  p.up(p.guest.perform({ t: "rename", from: at(rootNode, "dir"), to: at(rootNode, "lib"), time: time(5) }));
  p.receive();
  expect(p.guest.setRules(anchored).strays).toEqual([made.node, own]);
});

test("R-HIDE: a file whose way to a hidden name the host refused shows again", () => {
  const p = start();
  const node = p.find("a.txt");
  const moved = p.guest.perform({ t: "rename", from: at(rootNode, "a.txt"), to: at(rootNode, ".env"), time: time(5) });
  const base = p.host.node(node)?.version ?? (0 as never);
  const extents = [{ offset: 0, length: 6, bytes: bytes("theirs") }];
  p.host.local({ t: "write", node, base, extents, more: false, time: time(6) });
  p.up(moved);
  p.receive();
  expect(p.find("a.txt")).toBe(node);
  expect(names(p, rootNode)).toContain("a.txt");
});

test("R-PARK: what goes because its directory is refused is kept under its path", () => {
  const p = pair();
  const dir = mkdir(p, rootNode, "both");
  const made = p.guest.perform(dir);
  const file = create(p, dir.node, "x") as LocalOp & { readonly node: NodeId };
  const also = p.guest.perform(file);
  const wrote = p.guest.write({ node: file.node, handle: 1, append: false }, 0, bytes("mine"), time(5));
  p.host.local({ t: "mkdir", at: at(rootNode, "both"), node: p.host.newNode(), mode: 0o755, time: time(6) });
  for (const each of [made, also, wrote]) p.up(each);
  p.up(p.guest.endBurst("all"));
  const content = p.receive().flatMap((received) => received.content);
  expect(content[0]).toMatchObject({ t: "park", path: ["both", "x"] });
});
