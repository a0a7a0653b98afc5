import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import { openHostFolder } from "../../../helper/content/host-folder.ts";
import { scanFolder } from "../../../helper/content/scan.ts";
import type { HostReplica } from "../../../helper/replica/api.ts";
import { createHostReplica } from "../../../helper/replica/host.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import type { Op } from "../../../helper/replica/op.ts";
import { createStrayChanges } from "../../../helper/session/stray-changes.ts";

const clock = { now: () => ({ sec: 2_000_000_000, nsec: 0 }) };
const cleanups: (() => void)[] = [];
afterEach(() => cleanups.splice(0).forEach((clean) => clean()));

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
  folder.bind(replica);
  const told: Op[] = [];
  const stray = createStrayChanges({
    replica,
    folder,
    clock,
    tell: ({ ordered }) => void (ordered?.t === "applied" && told.push(ordered.op)),
    warn: () => undefined,
  });
  const grantIndexLock = (): void =>
    stray.granting({ parent: find(replica, ".git"), name: mustFileName("index.lock") });
  return { dir, folder, replica, told, grantIndexLock };
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
      expect.objectContaining({ t: "write", node, extents: [{ offset: 0, length: text.length }] }),
    );
  }
});
