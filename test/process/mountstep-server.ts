/**
 * A tiny read-only file system over the real device, as a child process of tests: `hello` (text) and `big` (4 MiB of a pattern) in
 * one folder, nothing cached. Arguments: mount point, reader. Prints `mounted`; on SIGTERM unmounts and exits 0.
 */
import { errno } from "../../helper/base/errno.ts";
import { epoch } from "../../helper/base/time.ts";
import type { DirectoryRow, Entry, FuseAttributes, Request } from "../../helper/fuse/api.ts";
import { serve } from "../../helper/fuse/device.ts";
import { mountFailureSentence } from "../../helper/mountstep/failures.ts";
import { mountFuse } from "../../helper/mountstep/mount-fuse.ts";

const [mountPoint = "", reader = "auto", mode = "plain"] = process.argv.slice(2);

const files: readonly { readonly name: string; readonly bytes: Buffer }[] = [
  { name: "hello", bytes: Buffer.from("hello from fuse\n") },
  { name: "big", bytes: Buffer.alloc(4 << 20, "0123456789abcdef") },
];

const outcome = await mountFuse({
  mountPoint,
  fsName: "tiny",
  ownerUid: 0,
  ownerGid: 0,
  allowOther: true,
  readOnly: true,
});
if (!outcome.ok) {
  process.stdout.write(`failed ${outcome.failure.code} ${mountFailureSentence(outcome.failure)}\n`);
  process.exit(3);
}
const mount = outcome.value;
const device = serve(mount.fd, answer, { reader: reader as "auto" });
if (mode === "plain") process.on("SIGTERM", () => void leave());
await device.ready;
process.stdout.write(`mounted ${await device.reader} ${device.protocol.maxWrite}\n`);

async function leave(): Promise<void> {
  await mount.unmount();
  device.dispose();
  process.exitCode = 0;
}

function answer(request: Request): void {
  const { replies } = device;
  const { unique } = request;
  switch (request.op) {
    case "lookup": {
      if (request.name === "throws") throw new Error("on purpose");
      const index = files.findIndex((file) => file.name === request.name);
      return index < 0 ? replies.error(unique, errno.ENOENT) : replies.entry(unique, entry(index + 2));
    }
    case "getattr":
      return replies.attributes(unique, 0, attributes(request.node));
    case "open":
    case "opendir":
      return replies.opened(unique, { handle: 1, flags: 0 });
    case "read":
      return replies.bytes(unique, content(request.node).subarray(request.offset, request.offset + request.size));
    case "readdir":
    case "readdirplus": {
      const rows: DirectoryRow[] = files.map(({ name }, i) => ({
        name,
        ino: i + 2,
        next: i + 1,
        type: 8,
        entry: entry(i + 2),
      }));
      replies.listing(unique, request.size, rows.slice(request.offset), request.op === "readdirplus");
      return;
    }
    case "forget":
    case "interrupt":
      return;
    case "flush":
    case "release":
    case "releasedir":
    case "destroy":
      return replies.ok(unique);
    case "statfs":
      return replies.figures(unique, {
        blockSize: 4096,
        blocks: 9n,
        free: 8n,
        available: 7n,
        files: 6n,
        filesFree: 5n,
      });
    default:
      return replies.error(unique, errno.ENOSYS);
  }
}

function content(node: number): Buffer {
  return files[node - 2]?.bytes ?? Buffer.alloc(0);
}

function attributes(node: number): FuseAttributes {
  const isRoot = node === 1;
  return {
    ino: node,
    size: content(node).length,
    atime: epoch,
    mtime: epoch,
    ctime: epoch,
    mode: isRoot ? 0o040755 : 0o100644,
    nlink: isRoot ? 2 : 1,
    uid: 0,
    gid: 0,
  };
}

function entry(node: number): Entry {
  return { node, generation: 0, entryTtl: 0, attributeTtl: 0, attributes: attributes(node) };
}
