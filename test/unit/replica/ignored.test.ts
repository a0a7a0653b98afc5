import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import type { Performed } from "../../../helper/replica/api.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import { nothingApart } from "../../../helper/replica/path-rules.ts";
import { done, make, mkdir, names, rules, start, write } from "./ignoring.ts";
import { create, pair } from "./pair.ts";
import { at, bytes, name, time } from "./rig.ts";

describe("R-SEED: what is ignored is the host's until this guest changes it", () => {
  test("a new file stays here, and the host's beside it go on showing", () => {
    const p = start();
    const node = make(p, p.find("out"), "own.js");
    done(write(p, node, "mine"));
    expect(names(p, p.find("out"))).toEqual(["a.js", "own.js", "sub"]);
    expect(p.guest.node(node)?.size).toBe(4);
    expect(() => p.find("out/own.js")).toThrow("nothing at");
  });

  test("a write makes the host's file this guest's own under its number; the host's later bytes are not taken", () => {
    const p = start();
    const node = p.find("out/a.js");
    expect(p.guest.isSeed(node)).toBe(true);
    done(write(p, node, "mine"));
    expect(p.guest.isSeed(node)).toBe(false);
    const extents = [{ offset: 0, length: 6, bytes: bytes("theirs") }];
    p.host.local({
      t: "write",
      node,
      base: p.host.node(node)?.version ?? (0 as never),
      extents,
      more: false,
      time: time(9),
    });
    const [received] = p.receive();
    expect(received?.content).toEqual([]);
    expect(received?.changes).toEqual([]);
    expect(p.guest.node(node)?.size).toBe(4);
  });

  test("a removed name stays removed here, whatever the host does with it", () => {
    const p = start();
    const dir = p.find("out");
    const node = p.find("out/a.js");
    done(p.guest.perform({ t: "unlink", at: at(dir, "a.js"), time: time(5) }));
    expect(names(p, dir)).toEqual(["sub"]);
    p.host.local({ t: "unlink", at: at(dir, "a.js"), node, seen: 0 as never, time: time(6) });
    p.host.local({ t: "create", at: at(dir, "a.js"), node: p.host.newNode(), mode: 0o644, time: time(7) });
    expect(p.receive().flatMap(({ changes }) => changes.filter(({ t }) => t === "name"))).toEqual([]);
    expect(names(p, dir)).toEqual(["sub"]);
    make(p, dir, "a.js");
    expect(names(p, dir)).toEqual(["a.js", "sub"]);
  });

  test("the host's rm -r leaves what is this guest's own, and its directory", () => {
    const p = start();
    const [dir, sub] = [p.find("out"), p.find("out/sub")];
    make(p, sub, "own.js");
    const gone = (where: NodeId, text: string, t: "unlink" | "rmdir"): void => {
      const node = p.find(text);
      const place = { parent: where, name: name(text.split("/").at(-1) ?? "") };
      p.host.local(
        t === "rmdir" ? { t, at: place, node, time: time(6) } : { t, at: place, node, seen: 0 as never, time: time(6) },
      );
    };
    gone(sub, "out/sub/b.js", "unlink");
    gone(dir, "out/sub", "rmdir");
    gone(dir, "out/a.js", "unlink");
    gone(rootNode, "out", "rmdir");
    p.receive();
    expect(names(p, rootNode)).toContain("out");
    expect(names(p, dir)).toEqual(["sub"]);
    expect(names(p, sub)).toEqual(["own.js"]);
  });

  test("an ignored directory that the host makes anew is the new one, with what this guest has in it", () => {
    const p = pair({ also: ["out/", "out/sub/"], rules });
    const [dir, sub] = [p.find("out"), p.find("out/sub")];
    const own = make(p, sub, "own.js");
    p.host.local({ t: "rmdir", at: at(dir, "sub"), node: sub, time: time(6) });
    p.host.local({ t: "rmdir", at: at(rootNode, "out"), node: dir, time: time(6) });
    p.receive();
    expect(p.guest.pathOf(own)).toEqual(["out", "sub", "own.js"]);
    const [anew, within] = [p.host.newNode(), p.host.newNode()];
    p.host.local({ t: "mkdir", at: at(rootNode, "out"), node: anew, mode: 0o755, time: time(7) });
    p.host.local({ t: "mkdir", at: at(anew, "sub"), node: within, mode: 0o755, time: time(7) });
    p.host.local({ t: "create", at: at(within, "c.js"), node: p.host.newNode(), mode: 0o644, time: time(7) });
    p.receive();
    expect(p.guest.lookup(at(rootNode, "out"))).toBe(anew);
    expect(names(p, within)).toEqual(["c.js", "own.js"]);
    expect(p.guest.pathOf(own)).toEqual(["out", "sub", "own.js"]);
    make(p, within, "more.js");
  });

  test("but a file that takes its name does not take away what this guest has in it", () => {
    const p = pair({ also: ["x.log/"], rules });
    const own = make(p, p.find("x.log"), "own.js");
    const place = at(rootNode, "x.log");
    p.host.local({ t: "rmdir", at: place, node: p.find("x.log"), time: time(6) });
    p.host.local({ t: "create", at: place, node: p.host.newNode(), mode: 0o644, time: time(7) });
    p.receive();
    expect(p.guest.pathOf(own)).toEqual(["x.log", "own.js"]);
  });

  test("renames within ignored places stay here, directories with the host's files in them too", () => {
    const p = start();
    const dir = p.find("out");
    done(p.guest.perform({ t: "rename", from: at(dir, "sub"), to: at(dir, "renamed"), time: time(5) }));
    expect(names(p, dir)).toEqual(["a.js", "renamed"]);
    expect(names(p, p.find("out/sub"))).toEqual(["b.js"]);
    expect(p.guest.pathOf(p.find("out/sub/b.js"))).toEqual(["out", "renamed", "b.js"]);
    done(p.guest.perform({ t: "rename", from: at(dir, "a.js"), to: at(dir, "c.js"), time: time(5) }));
    expect(names(p, dir)).toEqual(["c.js", "renamed"]);
  });

  test("rmdir asks for emptiness as anywhere", () => {
    const p = start();
    const dir = p.find("dir");
    make(p, dir, "own.log");
    p.up(p.guest.perform({ t: "unlink", at: at(dir, "f"), time: time(5) }));
    const removed = p.guest.perform({ t: "rmdir", at: at(rootNode, "dir"), time: time(5) });
    expect(removed).toMatchObject({ t: "failed", errno: errno.ENOTEMPTY });
  });
});

describe("R-SEED: across the border", () => {
  test("an own file renamed to a shared name is told first (an editor's atomic save)", () => {
    const p = start();
    const node = make(p, rootNode, "a.log");
    done(write(p, node, "saved"));
    const [from, to] = [at(rootNode, "a.log"), at(rootNode, "a.txt")];
    expect(p.guest.crossing(from, to)?.id).toBe(node);
    const told = p.guest.publish(node, bytes("saved"), time(6));
    expect(told.changes).toEqual([]);
    p.up(told.send);
    p.up(p.guest.perform({ t: "rename", from, to, time: time(7) }));
    p.receive();
    expect(p.find("a.txt")).toBe(node);
    expect(p.host.node(node)).toMatchObject({ size: 5 });
    expect(p.guest.node(node)).toMatchObject({ size: 5, version: p.host.node(node)?.version });
    expect(p.guest.pending()).toEqual({ operations: 0, bytes: 0 });
  });

  test("a large one is told in parts", () => {
    const p = start();
    const node = make(p, rootNode, "a.log");
    const large = new Uint8Array(2.5 * 2 ** 20);
    p.guest.write({ node, handle: 1, append: false }, 0, large, time(4));
    const { send } = p.guest.publish(node, large, time(6));
    const writes = send.flatMap(({ op }) => (op.t === "write" ? [op] : []));
    expect(writes.map(({ extents }) => extents.map(({ length }) => length / 2 ** 20))).toEqual([[1], [1], [0.5]]);
    p.up(send);
    p.receive();
    expect(p.host.node(node)?.size).toBe(large.length);
    expect(p.guest.node(node)?.version).toBe(p.host.node(node)?.version);
  });

  test("a shared file moved to a free ignored name stays shared there (an editor's backup)", () => {
    const p = start();
    const node = p.find("a.txt");
    p.up(p.guest.perform({ t: "rename", from: at(rootNode, "a.txt"), to: at(rootNode, "a.log"), time: time(5) }));
    p.receive();
    expect(p.find("a.log")).toBe(node);
    expect(p.guest.isSeed(node)).toBe(false);
    p.up(p.guest.perform({ t: "unlink", at: at(rootNode, "a.log"), time: time(6) }));
    p.receive();
    expect(() => p.find("a.log")).toThrow("nothing at");
  });

  test("a shared file moved onto an ignored name in use is its own from then on (sed -i)", () => {
    const p = start();
    const over = p.find("notes.log");
    const node = p.find("a.txt");
    p.up(p.guest.perform({ t: "rename", from: at(rootNode, "a.txt"), to: at(rootNode, "notes.log"), time: time(5) }));
    p.receive();
    expect(p.guest.lookup(at(rootNode, "notes.log"))).toBe(node);
    expect(p.find("notes.log")).toBe(over);
    expect(() => p.find("a.txt")).toThrow("nothing at");
    expect(p.guest.setRules(nothingApart).strays.flatMap((id) => p.guest.publish(id, bytes(""), time(6)).send)).toEqual(
      [],
    );
  });

  test("the rest is EXDEV: the host's file, directories, hidden names", () => {
    const p = start();
    const rename = (from: string, to: string): Performed =>
      p.guest.perform({ t: "rename", from: at(rootNode, from), to: at(rootNode, to), time: time(5) });
    const exdev = { t: "failed", errno: errno.EXDEV, send: [] };
    expect(rename("notes.log", "c.txt")).toEqual(exdev);
    expect(rename("out", "shared")).toEqual(exdev);
  });
});

describe("R-HIDE at a guest", () => {
  test("its own hidden file is told to nobody", () => {
    const p = start();
    const node = make(p, rootNode, ".env");
    done(write(p, node, "secret"));
    expect(p.guest.isPrivateNode(node)).toBe(true);
    expect(() => p.find(".env")).toThrow("nothing at");
  });

  test("a shared file that takes a hidden name is its own from then on (sed -i), and does not come back", () => {
    const p = start();
    const before = make(p, rootNode, ".env");
    const temporary = create(p, rootNode, "sed1");
    p.up(p.guest.perform(temporary));
    const { node } = temporary as { node: NodeId };
    p.up(write(p, node, "changed"));
    const [from, to] = [at(rootNode, "sed1"), at(rootNode, ".env")];
    expect(p.guest.isHiding(from, to)).toBe(true);
    p.up(p.guest.perform({ t: "rename", from, to, time: time(7) }));
    p.receive();
    expect(p.guest.lookup(to)).toBe(node);
    expect(p.guest.node(node)?.size).toBe(7);
    expect(p.guest.node(before)?.nlink).toBe(0);
    expect(() => p.find("sed1")).toThrow("nothing at");
    expect(() => p.find(".env")).toThrow("nothing at");
    const back = p.guest.perform({ t: "rename", from: to, to: at(rootNode, "shown"), time: time(8) });
    expect(back).toMatchObject({ t: "failed", errno: errno.EXDEV });
  });
});

describe("R-SEED: other rules", () => {
  test("what is no longer ignored is told, with its directory, and takes the place of the host's", () => {
    const p = start();
    const made = mkdir(p, rootNode, "out2.log");
    done(p.guest.perform(made));
    const dir = made.node;
    const inner = make(p, dir, "x");
    done(write(p, inner, "inner"));
    const over = p.find("notes.log");
    done(p.guest.perform({ t: "unlink", at: at(rootNode, "notes.log"), time: time(5) }));
    const own = make(p, rootNode, "notes.log");
    done(write(p, own, "own"));
    const found = p.guest.setRules(nothingApart).strays;
    expect(found).toEqual([dir, inner, own]);
    for (const id of found)
      p.up(p.guest.publish(id, bytes(id === own ? "own" : id === inner ? "inner" : ""), time(8)).send);
    p.receive();
    expect(p.find("out2.log/x")).toBe(inner);
    expect(p.find("notes.log")).toBe(own);
    expect(p.host.node(own)?.size).toBe(3);
    expect(p.host.node(over)?.nlink).toBe(0);
    expect(p.guest.isPrivateNode(own)).toBe(false);
    p.up(write(p, own, "more"));
    p.up(p.guest.endBurst("all"));
    p.receive();
    expect(p.host.node(own)?.size).toBe(4);
  });

  test("what stays ignored stays", () => {
    const p = start();
    make(p, p.find("out"), "own.js");
    expect(p.guest.setRules({ ...rules })).toEqual({ strays: [], changes: [] });
  });
});

test("a read-write guest's lock outside git dirs is no question to the host where it is ignored", () => {
  const p = start();
  const performed = p.guest.perform(create(p, p.find("out"), "build.lock", true));
  expect(performed).toEqual({ t: "done", send: [] });
});
