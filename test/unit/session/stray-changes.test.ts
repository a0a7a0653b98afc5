import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import { openHostFolder, type HostFolder } from "../../../helper/content/host-folder.ts";
import { scanFolder } from "../../../helper/content/scan.ts";
import type { HostReplica } from "../../../helper/replica/api.ts";
import { createHostReplica } from "../../../helper/replica/host.ts";
import { opIdOf, rootNode, type NodeId, type PeerId, type Version } from "../../../helper/replica/ids.ts";
import type { Op } from "../../../helper/replica/op.ts";
import { createStrayChanges } from "../../../helper/session/stray-changes.ts";

const guest = 1 as PeerId;
const clock = { now: () => ({ sec: 2_000_000_000, nsec: 0 }) };
const cleanups: (() => void)[] = [];
afterEach(() => cleanups.splice(0).forEach((clean) => clean()));

function text(folder: HostFolder, node: NodeId): string {
  return Buffer.from(folder.read(node, 0, 100) as Uint8Array).toString();
}

/** As git does: beside it, and renamed over it. */
function replace(dir: string, path: string, content: string): void {
  writeFileSync(join(dir, `${path}.other`), content);
  renameSync(join(dir, `${path}.other`), join(dir, path));
}

function find(replica: HostReplica, path: string): NodeId {
  let node: NodeId = rootNode;
  for (const part of path.split("/")) node = replica.lookup({ parent: node, name: mustFileName(part) }) as NodeId;
  return node;
}

/** A shared folder with a git directory, and what was told of changes behind the mount. */
async function shared() {
  const dir = mkdtempSync(join(tmpdir(), "pm-stray-"));
  mkdirSync(join(dir, ".git"));
  writeFileSync(join(dir, ".git/index"), "index");
  writeFileSync(join(dir, "same"), "old!");
  writeFileSync(join(dir, "grown"), "x");
  const folder = openHostFolder(dir);
  cleanups.push(
    () => rmSync(dir, { recursive: true, force: true }),
    () => folder.dispose(),
  );
  const { nodes } = await scanFolder(folder);
  const replica = createHostReplica({ scanned: nodes, backing: folder });
  const told: Op[] = [];
  const stray = createStrayChanges({
    replica,
    folder,
    clock,
    tell: ({ ordered }) => void (ordered?.t === "applied" && told.push(ordered.op)),
    warn: () => undefined,
  });
  folder.bind(replica, { made: (at) => stray.granting(at), occupied: (at) => stray.inTheWay(at) });
  stray.hold(nodes);
  const grantIndexLock = (): void =>
    stray.granting({ parent: find(replica, ".git"), name: mustFileName("index.lock") });
  return { dir, folder, replica, told, stray, grantIndexLock };
}

test("what a stray process wrote is taken over with its bytes before a lock is granted", async () => {
  const { dir, folder, replica, told, grantIndexLock } = await shared();
  writeFileSync(join(dir, "same"), "new!");
  writeFileSync(join(dir, "grown"), "longer");
  writeFileSync(join(dir, "fresh"), "made");
  writeFileSync(join(dir, ".git/index"), "another");
  grantIndexLock();
  for (const [path, text] of [
    ["same", "new!"],
    ["grown", "longer"],
    ["fresh", "made"],
    [".git/index", "another"],
  ] as const) {
    const node = find(replica, path);
    expect(Buffer.from(folder.read(node, 0, 100) as Uint8Array).toString()).toBe(text);
    // A guest's cache takes a change of size for zeros: the bytes have to be told of as well.
    expect(told).toContainEqual(
      expect.objectContaining({
        t: "write",
        node,
        extents: [{ offset: 0, length: text.length, bytes: new Uint8Array(Buffer.from(text)) }],
      }),
    );
  }
});

test("who opens a file of git's that a stray process replaced is sent to the new one, and who has it open reads the old one", async () => {
  const { dir, folder, replica, stray } = await shared();
  const old = find(replica, ".git/index");
  replace(dir, ".git/index", "of a stray git");
  expect(stray.beforeRead(old)).toBe(false);
  const now = find(replica, ".git/index");
  expect(now).not.toBe(old);
  // Replaced once more before the kernel's second try, which is its last.
  replace(dir, ".git/index", "yet another");
  expect(stray.beforeRead(now)).toBe(true);
  expect(text(folder, now)).toBe("of a stray git");
  expect(text(folder, old)).toBe("index");
  expect(stray.beforeRead(now)).toBe(false);
  expect(text(folder, find(replica, ".git/index"))).toBe("yet another");
});

test("a file of git's that a stray process appended to in place is opened at once, with what was added", async () => {
  const { dir, folder, replica, stray } = await shared();
  const index = find(replica, ".git/index");
  appendFileSync(join(dir, ".git/index"), " and more");
  expect(stray.beforeRead(index)).toBe(true);
  expect(text(folder, index)).toBe("index and more");
});

test("a stray process's lock is not adopted, and a name that is taken is told before the refusal", async () => {
  const { dir, replica, told } = await shared();
  const time = clock.now();
  const node = replica.nextRange();
  const git = find(replica, ".git");
  writeFileSync(join(dir, ".git/index.lock"), "");
  mkdirSync(join(dir, ".git/objects"));
  const lock = { parent: git, name: mustFileName("index.lock") };
  const submit = (n: number, op: Op) => replica.submit(guest, { id: opIdOf(guest, n), adopted: 0, op }).ordered;
  expect(submit(1, { t: "create", at: lock, node, mode: 0o644, time })).toMatchObject({
    t: "refused",
    reason: "exists",
  });
  expect(told).toEqual([]);
  const objects = { parent: git, name: mustFileName("objects") };
  expect(submit(2, { t: "mkdir", at: objects, node, mode: 0o755, time })).toMatchObject({
    t: "refused",
    reason: "exists",
  });
  expect(told).toMatchObject([{ t: "mkdir", at: objects }]);
  expect(replica.lookup(objects)).toBeDefined();
  expect(replica.lookup(lock)).toBeUndefined();
});

test("a link onto an object that a stray process has made meanwhile is the same object, not a refusal that counts", async () => {
  const { dir, replica } = await shared();
  mkdirSync(join(dir, ".git/objects/ab"), { recursive: true });
  const { time, git } = { time: clock.now(), git: find(replica, ".git") };
  const made = replica.local({
    t: "mkdir",
    at: { parent: git, name: mustFileName("objects") },
    node: replica.newNode(),
    mode: 0o755,
    time,
  });
  expect(made.result.ok).toBe(false);
  const parent = find(replica, ".git/objects/ab");
  const node = replica.newNode();
  replica.local({ t: "create", at: { parent, name: mustFileName("tmp_obj_1") }, node, mode: 0o444, time });
  const object = mustFileName("c".repeat(38));
  writeFileSync(join(dir, ".git/objects/ab", object), "");
  const link: Op = { t: "link", at: { parent, name: object }, node, time };
  const { ordered } = replica.submit(guest, { id: opIdOf(guest, 1), adopted: 0, op: link });
  expect(ordered).toMatchObject({ t: "refused", reason: "same", count: 0 });
});

test("a lock of the work tree is granted with what a stray process made of the file it protects", async () => {
  const { dir, folder, replica, told } = await shared();
  const at = { parent: rootNode, name: mustFileName("same.lock") };
  const old = find(replica, "same");
  // Under the same lock, which it has given back.
  replace(dir, "same", "new, and longer");
  const create: Op = { t: "create", at, node: replica.nextRange(), mode: 0o644, time: clock.now() };
  const { ordered } = replica.submit(guest, { id: opIdOf(guest, 1), adopted: 0, op: create });
  expect(ordered).toMatchObject({ t: "applied", op: create });
  expect(told.map(({ t }) => t)).toEqual(["unlink", "create", "write"]);
  expect(text(folder, find(replica, "same"))).toBe("new, and longer");
  expect(find(replica, "same")).not.toBe(old);
});

test("a lock of the work tree that a stray process holds is its own: refused, never adopted, free when it has gone", async () => {
  const { dir, replica, told, grantIndexLock } = await shared();
  const at = { parent: rootNode, name: mustFileName("same.lock") };
  const node = replica.nextRange();
  const create: Op = { t: "create", at, node, mode: 0o644, time: clock.now() };
  const ask = (n: number) => replica.submit(guest, { id: opIdOf(guest, n), adopted: 0, op: create }).ordered;
  writeFileSync(join(dir, "same.lock"), "");
  writeFileSync(join(dir, "Cargo.lock"), "content");
  expect(ask(1)).toMatchObject({ t: "refused", reason: "exists" });
  expect(told).toEqual([]);
  writeFileSync(join(dir, ".git/index"), "another");
  grantIndexLock();
  expect(replica.lookup(at)).toBeUndefined();
  expect(find(replica, "Cargo.lock")).toBeDefined();
  rmSync(join(dir, "same.lock"));
  expect(ask(2)).toMatchObject({ t: "applied" });
});

test("a guest's save, replacement or removal of a file that a stray process changed is refused, and the stray bytes stay", async () => {
  const { dir, folder, replica, stray } = await shared();
  const time = clock.now();
  let n = 0;
  const submit = (op: Op) => {
    stray.beforeChange(op);
    return replica.submit(guest, { id: opIdOf(guest, ++n), adopted: 0, op }).ordered;
  };
  const mine = replica.nextRange();
  const made = { parent: rootNode, name: mustFileName("mine") };
  submit({ t: "create", at: made, node: mine, mode: 0o644, time });
  const at = { parent: rootNode, name: mustFileName("same") };
  const bytes = Buffer.from("guest");
  const extent = { offset: 0, length: bytes.length, bytes };
  const attempts: readonly ((node: NodeId, seen: Version) => Op)[] = [
    (node, base) => ({ t: "write", node, base, extents: [extent], more: false, time }),
    (node, base) => ({ t: "truncate", node, base, size: 0, time }),
    (node, seen) => ({ t: "unlink", at, node, seen, time }),
    (node, seen) => ({ t: "rename", from: made, to: at, node: mine, victim: { node, seen }, time }),
  ];
  for (const [i, attempt] of attempts.entries()) {
    const node = find(replica, "same");
    const op = attempt(node, replica.node(node)?.version as Version);
    if (i % 2 === 0) replace(dir, "same", `stray ${i}`);
    else appendFileSync(join(dir, "same"), ` and ${i}`);
    expect(submit(op), op.t).toMatchObject({ t: "refused", reason: expect.stringMatching(/stale|gone/) as string });
    expect(text(folder, find(replica, "same"))).toMatch(i % 2 === 0 ? `stray ${i}` : `and ${i}`);
  }
  const node = find(replica, "same");
  appendFileSync(join(dir, "same"), "|");
  const seen = replica.node(node)?.version as Version;
  expect(submit({ t: "append", node, seen, extent, time })).toMatchObject({ t: "applied" });
  expect(text(folder, node)).toBe("stray 2 and 3|guest");
});

test("a guest's save over what the host's helper left is no stray change", async () => {
  const { folder, replica, stray, told } = await shared();
  const time = clock.now();
  const node = find(replica, "same");
  for (let n = 1; n <= 3; n++) {
    const bytes = Buffer.from(`save ${n}`);
    const base = replica.node(node)?.version as Version;
    const op: Op = { t: "write", node, base, extents: [{ offset: 0, length: bytes.length, bytes }], more: false, time };
    stray.beforeChange(op);
    replica.submit(guest, { id: opIdOf(guest, n), adopted: 0, op });
    replica.local({ t: "setattr", node, mode: n % 2 === 0 ? 0o644 : 0o600, mtime: { sec: 7 * n, nsec: 9 }, time });
  }
  expect(told).toEqual([]);
  expect(text(folder, node)).toBe("save 3");
});
