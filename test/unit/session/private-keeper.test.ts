import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FileName, mustFileName } from "../../../helper/base/name.ts";
import { openRecoveryStore, type RecoveryStore } from "../../../helper/content/recovery-store.ts";
import type { HostReplica } from "../../../helper/replica/api.ts";
import type { NodeId } from "../../../helper/replica/ids.ts";
import { createPrivateKeeper } from "../../../helper/session/private-keeper.ts";

const git = 10 as NodeId;
const config = 11 as NodeId;
const head = 12 as NodeId;
const time = { sec: 1, nsec: 0 };
const removal = { t: "rmdir", at: { parent: 1 as NodeId, name: mustFileName(".git") }, node: git, time } as const;

let dir = "";
let recovery: RecoveryStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pairmount-keeper-"));
  recovery = openRecoveryStore(dir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** `.git` with the entries named; only the config is private. */
function keeperOver(entries: readonly { name: FileName; node: NodeId }[], hidden = false) {
  const view = {
    list: () => entries,
    node: (id: NodeId) => ({ id, kind: id === git ? "dir" : "file", size: 4, version: 3 }),
    pathOf: (id: NodeId) => [mustFileName(".git"), mustFileName(id === config ? "config" : "HEAD")],
    isPrivate: () => false,
    isHidden: () => hidden,
    isPrivateNode: (id: NodeId) => id === config,
  } as unknown as HostReplica;
  return createPrivateKeeper({ view, recovery, clock: { now: () => time }, read: () => Buffer.from("mine") });
}

test("the host's private files are kept before a guest's removal of their directory takes them along", () => {
  keeperOver([{ name: mustFileName("config"), node: config }]).before(removal, "ada");
  const [kept] = recovery.list();
  expect(kept).toMatchObject({ reason: "private", who: "ada", path: [".git", "config"] });
  expect(recovery.read(kept?.id ?? 0)).toEqual({ ok: true, value: Buffer.from("mine") });
});

test("R-HIDE: a directory that stays because something hidden is in it has nothing kept", () => {
  keeperOver([{ name: mustFileName("config"), node: config }], true).before(removal, "ada");
  expect(recovery.list()).toEqual([]);
});

test("a directory that stays because something shared is in it has nothing kept", () => {
  keeperOver([
    { name: mustFileName("config"), node: config },
    { name: mustFileName("HEAD"), node: head },
  ]).before(removal, "ada");
  expect(recovery.list()).toEqual([]);
});
