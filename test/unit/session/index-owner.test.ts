import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import type { Answer } from "../../../helper/base/result.ts";
import type { FileHandle, NodeId, Place, Workspace } from "../../../helper/mount/workspace.ts";
import { rootNode } from "../../../helper/replica/ids.ts";
import { withIndexOwner } from "../../../helper/session/index-owner.ts";
import { MemoryWorkspace } from "../../harness/memory-workspace.ts";

const host = { uid: 1000, gid: 1000 };
const guest = { uid: 501, gid: 20 };

let below: MemoryWorkspace;
let shown: Workspace;
let gitDir: NodeId;
const at = (name: string): Place => ({ parent: gitDir, name: mustFileName(name) });
const now = <T>(answer: Answer<T>): T => {
  if (answer instanceof Promise || !answer.ok) throw new Error("not answered at once");
  return answer.value;
};

beforeEach(() => {
  below = new MemoryWorkspace();
  gitDir = now(below.mkdir({ parent: rootNode, name: mustFileName(".git") }, 0o755));
  shown = withIndexOwner({
    workspace: below,
    view: {
      lookup: (place) => below.lookup(place),
      node: (id) => below.node(id),
      gitDirOf: () => gitDir,
      placeOf(id) {
        const found = below.list(gitDir).find(({ node }) => node === id);
        return found === undefined ? undefined : { parent: gitDir, name: found.name };
      },
    },
    shared: host,
    shown: guest,
  });
});

/** Version 2, one entry named `a`. */
function indexOf(owner: typeof host, size = 7): Buffer {
  const bytes = Buffer.alloc(12 + 64 + 8 + 20);
  bytes.write("DIRC");
  bytes.writeUInt32BE(2, 4);
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt32BE(owner.uid, 12 + 28);
  bytes.writeUInt32BE(owner.gid, 12 + 32);
  bytes.writeUInt32BE(size, 12 + 36);
  bytes.writeUInt16BE(1, 12 + 60);
  bytes.write("a", 12 + 62);
  return Buffer.concat([bytes.subarray(0, 12 + 64 + 8), checksumOf(bytes)]);
}
const checksumOf = (bytes: Buffer): Buffer => createHash("sha1").update(bytes.subarray(0, -20)).digest();

function put(workspace: Workspace, name: string, bytes: Buffer): FileHandle {
  const node = now(workspace.create(at(name), { mode: 0o644, exclusive: true }));
  const opened = workspace.open(node, { writable: true, append: false });
  const handle = now(opened);
  for (let offset = 0; offset < bytes.length; offset += 30)
    now(workspace.write(node, handle, offset, bytes.subarray(offset, offset + 30)));
  now(workspace.flush(node, handle));
  return handle;
}
const read = (workspace: Workspace, node: NodeId): Buffer => Buffer.from(now(workspace.read(node, 0, 1000)));

test("an index of the host's shows this mount's owner, in pieces too", () => {
  const { node } = put(below, "index", indexOf(host));
  expect(read(shown, node)).toEqual(indexOf(guest));
  expect(Buffer.from(now(shown.read(node, 38, 10)))).toEqual(indexOf(guest).subarray(38, 48));
  expect(read(below, node)).toEqual(indexOf(host));
});

test("a lock written here is shared with the host's owner once it is whole, and shows what was written all along", () => {
  const { node } = put(shown, "index.lock", indexOf(guest));
  expect(read(below, node)).toEqual(indexOf(host));
  expect(read(shown, node)).toEqual(indexOf(guest));
  now(shown.rename(at("index.lock"), at("index"), false));
  expect(read(below, node)).toEqual(indexOf(host));
  expect(read(shown, node)).toEqual(indexOf(guest));
});

test("a reader of an index that was replaced goes on in the form it began with", () => {
  const { node } = put(below, "index", indexOf(host));
  expect(read(shown, node)).toEqual(indexOf(guest));
  put(below, "index.lock", indexOf(host, 9));
  below.remote.rename(at("index.lock"), at("index"));
  expect(read(shown, node)).toEqual(indexOf(guest));
  now(shown.rename(at("index"), at("index.old"), false));
  expect(read(shown, below.lookup(at("index.old")) as NodeId)).toEqual(indexOf(host, 9));
});

test("an index written under another name is shared with the host's owner when it takes its place", () => {
  const { node } = put(shown, "index.new", indexOf(guest));
  expect(read(below, node)).toEqual(indexOf(guest));
  now(shown.rename(at("index.new"), at("index"), false));
  expect(read(below, node)).toEqual(indexOf(host));
  expect(read(shown, node)).toEqual(indexOf(guest));
});

test("bytes changed in place are changed in what was shown", () => {
  const { node } = put(below, "index", indexOf(host, 7));
  const handle = now(shown.open(node, { writable: true, append: false }));
  const changed = indexOf(guest, 8);
  now(shown.write(node, handle, 48, changed.subarray(48, 52)));
  now(shown.flush(node, handle));
  now(shown.write(node, handle, changed.length - 20, changed.subarray(-20)));
  now(shown.flush(node, handle));
  expect(read(shown, node)).toEqual(changed);
  expect(read(below, node)).toEqual(indexOf(host, 8));
});

test("a read that has to wait is exchanged when the bytes are there, in the version that is there then", async () => {
  const { node } = put(below, "index", indexOf(host, 7));
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  below.gate = (call) => (call === "read" ? arrived : undefined);
  const waiting = shown.read(node, 0, 1000);
  now(below.write(node, undefined, 0, indexOf(host, 8)));
  arrive();
  const result = await waiting;
  expect(result.ok && Buffer.from(result.value)).toEqual(indexOf(guest, 8));
});

test("other files are left alone", () => {
  for (const name of ["HEAD", "next-index-7.lock", "index.bak"]) {
    const { node } = put(shown, name, indexOf(guest));
    expect(read(below, node)).toEqual(indexOf(guest));
    expect(read(shown, node)).toEqual(indexOf(guest));
  }
});
