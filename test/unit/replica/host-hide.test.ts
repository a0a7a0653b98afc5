import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { hiddenNames } from "../../../helper/git/hidden-names.ts";
import { rootNode } from "../../../helper/replica/ids.ts";
import type { Op } from "../../../helper/replica/op.ts";
import { at, hostRepo, hostRig, node, scanned, time, v0, type HostRig } from "./rig.ts";

const rules = { isHidden: hiddenNames([".env", ".env.*", "*.key", "!.env.example"]) };
const paths = [
  ...hostRepo,
  ".env",
  ".env.example",
  "dir/.env",
  "dir/a.key",
  "new",
  "venv/",
  "venv/.env/",
  "venv/.env/x",
];
const rigged = (more: readonly string[] = []): HostRig => hostRig([...paths, ...more], { rules });
const rename = (rig: HostRig, from: string, to: string, victim = true): Op => {
  const place = (path: string) => {
    const [name, ...above] = path.split("/").reverse() as [string, ...string[]];
    return at(above.length === 0 ? rootNode : rig.find(above.reverse().join("/")), name);
  };
  const there = victim ? rig.host.lookup(place(to)) : undefined;
  return {
    t: "rename",
    from: place(from),
    to: place(to),
    node: rig.find(from),
    victim: there === undefined ? null : { node: there, seen: rig.host.node(there)?.version ?? v0 },
    time: time(9),
  };
};
const told = (rig: HostRig): string[] =>
  rig.host.snapshot().nodes.flatMap(({ places }) => places.map(({ name }) => name));

describe("R-HIDE at the host", () => {
  test("another name of a hidden file, from when sharing began, is not removed with its directory either", () => {
    const nodes = scanned([...paths, "d/", "d/same"]).map((each) =>
      each.places[0]?.name === "same" ? { ...each, places: [...each.places, at(rootNode, ".env.x")] } : each,
    );
    const rig = hostRig([], { scanned: nodes, rules });
    expect(told(rig)).not.toContain("same");
    const place = { parent: rig.find("d"), name: at(rootNode, "same").name };
    expect(rig.host.isHidden(place)).toBe(true);
    const op: Op = { t: "rmdir", at: at(rootNode, "d"), node: rig.find("d"), time: time(9) };
    expect(rig.submit(1, op).ordered).toMatchObject({ t: "refused", reason: "not-empty" });
    expect(rig.done).toEqual([]);
  });

  test("hidden names, and all in directories of such names, are in no snapshot and show nothing", () => {
    const rig = rigged();
    expect(told(rig).filter((name) => [".env", "a.key", "x"].includes(name))).toEqual([]);
    expect(told(rig)).toContain(".env.example");
    expect(rig.host.node(rig.find("venv"))?.nlink).toBe(2);
    const other = scanned(["a", "d/"]).map((each) =>
      each.id === 2 ? { ...each, places: [...each.places, at(rootNode, "b.key")] } : each,
    );
    expect(told(hostRig([], { rules, scanned: other }))).toEqual(["d"]);
  });

  test("what the host does to them is done and not told, also what is found later in the real folder", () => {
    const rig = rigged();
    const made = rig.host.local({
      t: "create",
      at: at(rootNode, ".env.local"),
      node: rig.host.newNode(),
      mode: 0o600,
      time: time(1),
    });
    const found = rig.host.adopt({
      t: "create",
      at: at(rig.find("dir"), "b.key"),
      node: rig.host.newNode(),
      mode: 0o600,
      time: time(1),
    });
    const moved = rig.host.local(rename(rig, ".env.local", ".env"));
    expect([made, { decided: found }, moved].map(({ decided }) => decided.shared)).toEqual([false, false, false]);
    expect([rig.host.position, moved.result.ok]).toEqual([0, true]);
  });

  test("a guest reaches none of them", () => {
    const rig = rigged();
    const create: Op = { t: "create", at: at(rootNode, "x.key"), node: node(1), mode: 0o644, time: time(1) };
    const unlink: Op = { t: "unlink", at: at(rootNode, ".env"), node: rig.find(".env"), seen: v0, time: time(1) };
    const write: Op = { t: "truncate", node: rig.find(".env"), base: v0, size: 0, time: time(1) };
    for (const op of [create, unlink, write]) expect(rig.submit(1, op).ordered).toMatchObject({ reason: "not-owner" });
    for (const [from, to] of [
      ["a.txt", "b.key"],
      [".env", "c"],
      ["dir", "d.key"],
    ] as const)
      expect(rig.submit(1, rename(rig, from, to)).ordered).toMatchObject({ t: "refused", errno: errno.EXDEV });
    expect(rig.done).toEqual([]);
  });

  test("a guest's rmdir, or rename over it, leaves the directory that holds one; a git dir's private names go as before", () => {
    const rig = rigged(["x.git/", "x.git/config", "x.git/hooks/", "x.git/hooks/a.key", "empty/"]);
    const rmdir = (path: string): Op => ({ t: "rmdir", at: at(rootNode, path), node: rig.find(path), time: time(1) });
    for (const path of ["dir", "venv"])
      expect(rig.submit(1, rmdir(path)).ordered).toMatchObject({ reason: "not-empty" });
    expect(rig.submit(1, rename(rig, "empty", "dir")).ordered).toMatchObject({ reason: "not-empty" });
    expect(rig.done).toEqual([]);
    expect(rig.submit(2, rmdir("x.git")).ordered).toMatchObject({ t: "applied" });
    expect(rig.find("dir/.env")).toBeDefined();
  });

  test("the host's rename of a shared file onto a hidden name is done, and told as the unlink of its source", () => {
    const rig = rigged();
    const [victim, moved] = [rig.find(".env"), rig.find("new")];
    const { result, decided } = rig.host.local(rename(rig, "new", ".env"));
    expect([result.ok, decided.shared, rig.host.position]).toEqual([true, true, 1]);
    expect(decided.ordered).toMatchObject({ t: "applied", op: { t: "unlink", at: at(rootNode, "new"), node: moved } });
    expect(rig.done.map((op) => op.t)).toEqual(["rename"]);
    expect([rig.find(".env"), rig.host.node(moved)?.nlink, rig.host.node(victim)?.nlink]).toEqual([moved, 1, 0]);
    expect(rig.host.isPrivateNode(moved)).toBe(true);
    expect(rig.host.node(rootNode)?.mtime).toEqual(time(9));
    expect(told(rig)).not.toContain("new");
    const written = rig.host.local({ t: "truncate", node: moved, base: v0, size: 3, time: time(10) });
    expect(written.decided.shared).toBe(false);
  });

  test("the real folder's no leaves all as it was", () => {
    const rig = rigged();
    rig.refuse = errno.EACCES;
    expect(rig.host.local(rename(rig, "new", ".env")).result).toMatchObject({ ok: false, errno: errno.EACCES });
    expect([rig.host.isPrivateNode(rig.find("new")), rig.host.position]).toEqual([false, 0]);
  });

  test("a directory, a file of two names, a link, what was hidden, and anything of a git dir do not cross: EXDEV", () => {
    const rig = rigged();
    rig.host.local({ t: "link", at: at(rootNode, "second"), node: rig.find("a.txt"), time: time(1) });
    for (const [from, to] of [
      ["dir", "d.key"],
      ["a.txt", "b.key"],
      [".env", "shown"],
      [".git/HEAD", "h.key"],
    ] as const)
      expect(rig.host.local(rename(rig, from, to)).result).toMatchObject({ ok: false, errno: errno.EXDEV });
    const link: Op = { t: "link", at: at(rootNode, "c.key"), node: rig.find("new"), time: time(1) };
    expect(rig.host.local(link).result).toMatchObject({ ok: false, errno: errno.EXDEV });
  });
});
