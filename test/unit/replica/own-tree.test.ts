import { describe, expect, test } from "vitest";
import type { GuestReplica, LocalOp } from "../../../helper/replica/api.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import type { OwnEntry } from "../../../helper/replica/own-entry.ts";
import { nothingApart, type PathRules } from "../../../helper/replica/path-rules.ts";
import { pair, type Pair } from "./pair.ts";
import { at, bytes, name, time } from "./rig.ts";

const out = name("out");

/** `out/` and `*.log` are ignored, `.env` and `.keys/` are hidden. */
const rules: PathRules = {
  isHidden: (each) => each === ".env" || each === ".keys",
  isIgnored: (path, kind) =>
    path.some((part, depth) => (part === out && (kind === "dir" || depth < path.length - 1)) || part.endsWith(".log")),
};
const also = ["out/", "out/a.js", "out/sub/", "out/sub/b.js", "notes.log"];
const start = (more: readonly string[] = also): Pair => pair({ also: more, rules });

/** Walks the guest's view. */
function find(guest: GuestReplica, path: string): NodeId | undefined {
  return path
    .split("/")
    .reduce<NodeId | undefined>((dir, part) => (dir === undefined ? undefined : guest.lookup(at(dir, part))), rootNode);
}

function mustFind(guest: GuestReplica, path: string): NodeId {
  const found = path === "" ? rootNode : find(guest, path);
  if (found === undefined) throw new Error(`nothing at ${path}`);
  return found;
}

const placeOf = (guest: GuestReplica, path: string) => {
  const cut = path.lastIndexOf("/");
  return at(mustFind(guest, path.slice(0, Math.max(cut, 0))), path.slice(cut + 1));
};

function perform(guest: GuestReplica, op: LocalOp): void {
  expect(guest.perform(op)).toMatchObject({ t: "done", send: [] });
}

function make(guest: GuestReplica, path: string, t: "create" | "mkdir" = "create", text = ""): NodeId {
  const place = placeOf(guest, path);
  const node = guest.newNode(place);
  const made = { at: place, node, mode: t === "create" ? 0o640 : 0o750, time: time(5) };
  perform(guest, t === "create" ? { ...made, t, exclusive: false } : { ...made, t });
  if (text !== "") guest.write({ node, handle: 1, append: false }, 0, bytes(text), time(6));
  return node;
}

const remove = (guest: GuestReplica, path: string, t: "unlink" | "rmdir" = "unlink"): void =>
  perform(guest, { t, at: placeOf(guest, path), time: time(7) });
const rename = (guest: GuestReplica, from: string, to: string): void =>
  perform(guest, { t: "rename", from: placeOf(guest, from), to: placeOf(guest, to), time: time(7) });

/** Everything a program sees, but for numbers that are new in a session. */
function seen(guest: GuestReplica, dir = rootNode, path = ""): string[] {
  return guest
    .list(dir)
    .flatMap(({ name: each, node }) => {
      const at = `${path}${each}`;
      const { kind, mode, size, nlink, mtime, target } = guest.node(node) ?? { kind: "none" };
      const line = `${at} ${kind} ${mode?.toString(8)} ${size} ${nlink} ${mtime?.sec} ${target}`;
      return kind === "dir" ? [line, ...seen(guest, node, `${at}/`)] : [line];
    })
    .sort();
}

/** The session ends; the guest's next one begins with `p` as it is. */
function next(old: GuestReplica, p: Pair = start()): { p: Pair; guest: GuestReplica; homeless: readonly OwnEntry[] } {
  return { p, guest: p.guest, homeless: p.guest.restoreOwn(old.ownTree(), ({ size }) => size) };
}

const paths = (entries: Iterable<OwnEntry>): string[] => [...entries].map(({ path }) => path.join("/"));

describe("R-OWN: a guest's own tree outlives its session", () => {
  test("everything shows as before: files, links, symlinks, directories taken over, moved and removed", () => {
    const { guest } = start();
    make(guest, ".env", "create", "SECRET");
    make(guest, "dir/.env", "create", "SECRET of dir");
    make(guest, ".keys", "mkdir");
    make(guest, ".keys/one", "create", "key");
    make(guest, "run.log", "create", "line");
    make(guest, "out/deep", "mkdir");
    make(guest, "out/deep/er", "mkdir");
    const file = make(guest, "out/deep/er/file", "create", "bytes");
    perform(guest, { t: "link", at: placeOf(guest, "out/hard"), node: file, time: time(8) });
    const node = guest.newNode(placeOf(guest, "out/soft"));
    perform(guest, { t: "symlink", at: placeOf(guest, "out/soft"), node, target: "deep/er", time: time(8) });
    guest.write({ node: mustFind(guest, "out/a.js"), handle: 1, append: false }, 0, bytes("mine"), time(9));
    rename(guest, "out/sub", "out/deep/moved");
    remove(guest, "notes.log");
    const before = seen(guest);
    const again = next(guest);
    expect(again.homeless).toEqual([]);
    expect(seen(again.guest)).toEqual(before);
    expect(find(again.guest, "out/hard")).toBe(find(again.guest, "out/deep/er/file"));
    const third = next(again.guest);
    expect(seen(third.guest)).toEqual(before);
    expect(again.p.rig.host.list(rootNode).map(({ name: each }) => each)).not.toContain(".env");
    expect(third.guest.resend()).toEqual([]);
    for (const path of ["out/deep/er", "run.log", ".env"])
      expect(third.guest.isPrivateNode(mustFind(third.guest, path))).toBe(true);
  });

  test("what the guest put in the place of the host's stays in its place, and what the host has there does not come through", () => {
    const { guest } = start();
    remove(guest, "out/a.js");
    remove(guest, "out/sub/b.js");
    remove(guest, "out/sub", "rmdir");
    make(guest, "out/sub", "mkdir");
    make(guest, "out/sub/mine");
    const before = seen(guest);
    const again = next(guest);
    expect(seen(again.guest)).toEqual(before);
    expect(find(again.guest, "out/sub/b.js")).toBeUndefined();
    remove(again.guest, "out/sub/mine");
    remove(again.guest, "out/sub", "rmdir");
    expect(find(again.guest, "out/sub")).toBeUndefined();
  });

  test("the host's directory with something own in it is made where the host has it no more, and goes on showing the host's where it has", () => {
    const { guest } = start();
    make(guest, "out/sub/mine");
    expect(seen(next(guest, start(["notes.log"])).guest).map((line) => line.split(" ")[0])).toEqual(
      expect.arrayContaining(["out", "out/sub", "out/sub/mine"]),
    );
    const more = next(guest, start([...also, "out/sub/new.js"])).guest;
    expect(find(more, "out/sub/new.js")).toBeDefined();
    expect(find(more, "out/sub/b.js")).toBeDefined();
  });

  test("a shared directory that the host removed, then or since, stays for the hidden file in it", () => {
    const removeDir = (p: Pair): Pair => {
      const [dir, f] = [p.find("dir"), p.find("dir/f")];
      p.host.local({ t: "unlink", at: at(dir, "f"), node: f, seen: 0 as never, time: time(6) });
      p.host.local({ t: "rmdir", at: at(rootNode, "dir"), node: dir, time: time(6) });
      p.receive();
      return p;
    };
    for (const isThen of [true, false]) {
      const p = start();
      make(p.guest, "dir/.env", "create", "SECRET");
      if (isThen) removeDir(p);
      const again = next(p.guest, removeDir(start()));
      expect(again.homeless).toEqual([]);
      expect(find(again.guest, "dir/.env")).toBeDefined();
      const third = next(again.guest).guest;
      expect(find(third, "dir/.env")).toBeDefined();
      expect(find(third, "dir/f")).toBeDefined();
      expect(third.isPrivateNode(mustFind(third, "dir"))).toBe(false);
    }
  });

  test("a place that is shared by today's rules takes nothing in: the entry is homeless, and has its place another time", () => {
    const { guest } = start();
    make(guest, ".env", "create", "SECRET");
    make(guest, "out/mine");
    const shared = next(guest, pair({ also }));
    expect(paths(shared.homeless)).toEqual([".env", "out/mine"]);
    expect(find(shared.guest, ".env")).toBeUndefined();
    expect(Array.from(shared.guest.ownTree().entries)).toEqual([]);
    expect(Array.from(shared.guest.ownTree().gone)).toEqual([]);
    const later = start();
    expect(later.guest.restoreOwn({ entries: shared.homeless, gone: [] }, ({ size }) => size)).toEqual([]);
    expect(find(later.guest, ".env")).toBeDefined();
    expect(find(later.guest, "out/mine")).toBeDefined();
  });

  test("a homeless file whose name is taken by one of a later session stays homeless", () => {
    const { guest } = start();
    make(guest, "run.log", "create", "first");
    const { guest: second } = start();
    make(second, "run.log", "create", "second");
    const entries = [...second.ownTree().entries, ...guest.ownTree().entries];
    const again = start().guest;
    const homeless = again.restoreOwn({ entries, gone: [] }, ({ size }) => size);
    expect(homeless.map(({ size }) => size)).toEqual([5]);
    expect(again.node(mustFind(again, "run.log"))?.size).toBe(6);
  });

  test("a file whose bytes cannot be had is homeless; one that has grown since is as long as its bytes", () => {
    const { guest } = start();
    make(guest, "a.log", "create", "bytes");
    make(guest, "b.log", "create", "bytes");
    const again = start().guest;
    const isA = ({ path }: OwnEntry): boolean => path[0] === "a.log";
    const homeless = again.restoreOwn(guest.ownTree(), (entry) => (isA(entry) ? undefined : 9));
    expect(paths(homeless)).toEqual(["a.log"]);
    expect(again.node(mustFind(again, "b.log"))?.size).toBe(9);
  });

  test("a repository of the guest's own is kept wholly; private files of a shared git dir are not (R-PRIV)", () => {
    const { guest } = start();
    make(guest, ".git/COMMIT_EDITMSG");
    make(guest, "out/clone", "mkdir");
    make(guest, "out/clone/.git", "mkdir");
    make(guest, "out/clone/.git/config");
    make(guest, "out/clone/.git/HEAD");
    expect(paths(guest.ownTree().entries)).not.toContain(".git/COMMIT_EDITMSG");
    const again = next(guest);
    expect(again.homeless).toEqual([]);
    expect(find(again.guest, "out/clone/.git/config")).toBeDefined();
    expect(find(again.guest, "out/clone/.git/HEAD")).toBeDefined();
  });

  test("what is no longer ignored during the session is told, as what was made in it", () => {
    const { guest } = start();
    make(guest, "run.log", "create", "line");
    const again = next(guest).guest;
    expect(again.setRules({ ...rules, isIgnored: nothingApart.isIgnored }).strays).toEqual([
      mustFind(again, "run.log"),
    ]);
  });

  test("the revision grows with each change, and with moves above what is own", () => {
    const p = start();
    const { guest } = p;
    let last = guest.ownRevision;
    const hasGrown = (): boolean => {
      const now = guest.ownRevision;
      const grew = now > last;
      last = now;
      return grew;
    };
    const node = make(guest, "dir/.env");
    expect(hasGrown()).toBe(true);
    guest.write({ node, handle: 1, append: false }, 0, bytes("more"), time(9));
    expect(hasGrown()).toBe(true);
    remove(guest, "notes.log");
    expect(hasGrown()).toBe(true);
    perform(guest, { t: "setattr", node, mode: 0o600, time: time(9) });
    expect(hasGrown()).toBe(true);
    const dir = p.find("dir");
    p.host.local({
      t: "rename",
      from: at(rootNode, "dir"),
      to: at(rootNode, "other"),
      node: dir,
      victim: null,
      time: time(9),
    });
    p.receive();
    expect(hasGrown()).toBe(true);
    expect(paths(guest.ownTree().entries)).toEqual(["other", "other/.env"]);
  });
});
