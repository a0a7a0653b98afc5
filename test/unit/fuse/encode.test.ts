import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { mustFileName } from "../../../helper/base/name.ts";
import type { Entry, Replies } from "../../../helper/fuse/api.ts";
import { createReplies } from "../../../helper/fuse/encode.ts";
import { notifications } from "../../../helper/fuse/notify.ts";
import { u32, u64 } from "./request-bytes.ts";

const attributes = {
  ino: 2 ** 40 + 1,
  size: 513,
  atime: { sec: -1, nsec: 5 },
  mtime: { sec: 2 ** 33, nsec: 6 },
  ctime: { sec: 3, nsec: 7 },
  mode: 0o100644,
  nlink: 2,
  uid: 1000,
  gid: 1001,
};
const attributeBytes = Buffer.concat([
  u64((1n << 40n) | 1n, 513n, 2n, -1n, 1n << 33n, 3n),
  u32(5, 6, 7, 0o100644, 2, 1000, 1001, 0, 4096, 0),
]);
const entry: Entry = { node: 2 ** 40 + 1, generation: 4, entryTtl: 3600, attributeTtl: 1.5, attributes };
const entryBytes = Buffer.concat([u64((1n << 40n) | 1n, 4n, 3600n, 1n), u32(0, 500_000_000), attributeBytes]);

let folder: string;
let fd: number;
let replies: Replies;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pm-encode-"));
  fd = openSync(join(folder, "out"), "w");
  replies = createReplies(fd, (error) => {
    throw error;
  });
});
afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

function sent(): string {
  return readFileSync(join(folder, "out")).toString("hex");
}

function answer(unique: bigint, error: number, ...body: readonly Uint8Array[]): string {
  const rest = Buffer.concat(body);
  return Buffer.concat([u32(16 + rest.length, error), u64(unique), rest]).toString("hex");
}

describe("answers are the kernel's bytes", () => {
  it("an error is its negative number", () => {
    replies.error(6, errno.ENOENT);
    expect(sent()).toBe(answer(6n, -2));
  });
  it("ok is a header alone, also after an error, with a unique past 32 bits", () => {
    replies.error(4, errno.EIO);
    replies.ok(2 ** 40 + 2);
    expect(sent()).toBe(answer(4n, -5) + answer((1n << 40n) + 2n, 0));
  });
  it("an entry", () => {
    replies.entry(6, entry);
    expect(sent()).toBe(answer(6n, 0, entryBytes));
  });
  it("attributes", () => {
    replies.attributes(6, 1.5, attributes);
    expect(sent()).toBe(answer(6n, 0, u64(1n), u32(500_000_000, 0), attributeBytes));
  });
  it("bytes, and no bytes", () => {
    replies.bytes(6, Buffer.from("abc"));
    replies.bytes(8, new Uint8Array(0));
    expect(sent()).toBe(answer(6n, 0, Buffer.from("abc")) + answer(8n, 0));
  });
  it("written, opened, created", () => {
    replies.written(6, 4096);
    replies.opened(8, { handle: 11, flags: 2 });
    replies.created(10, entry, { handle: 12, flags: 3 });
    expect(sent()).toBe(
      answer(6n, 0, u32(4096, 0)) +
        answer(8n, 0, u64(11n), u32(2, 0)) +
        answer(10n, 0, entryBytes, u64(12n), u32(3, 0)),
    );
  });
  it("figures of the file system, names up to 255 bytes", () => {
    replies.figures(6, { blockSize: 4096, blocks: 5n, free: 4n, available: 3n, files: 2n, filesFree: 1n });
    expect(sent()).toBe(answer(6n, 0, u64(5n, 4n, 3n, 2n, 1n), u32(4096, 255, 4096, 0), Buffer.alloc(24)));
  });
  it("a listing holds as many rows as fit, each padded to 8 bytes, with nothing left of an earlier one", () => {
    const row = (name: string, next: number) => ({ name, ino: 3, next, type: 8 });
    expect(replies.listing(4, 4096, [row("zzzzzzzzzzzz", 1)], false)).toBe(1);
    expect(replies.listing(6, 72, [row("a", 1), row("bcdefghij", 2), row("c", 3)], false)).toBe(2);
    const first = answer(4n, 0, u64(3n, 1n), u32(12, 8), Buffer.from("zzzzzzzzzzzz\0\0\0\0"));
    const padded = [
      u64(3n, 1n),
      u32(1, 8),
      Buffer.from("a\0\0\0\0\0\0\0"),
      u64(3n, 2n),
      u32(9, 8),
      Buffer.from("bcdefghij\0\0\0\0\0\0\0"),
    ];
    expect(sent()).toBe(first + answer(6n, 0, ...padded));
  });
  it("a listing with entries gives node 0 where the kernel takes no reference", () => {
    const rows = [
      { name: ".", ino: 1, next: 1, type: 4, entry: null },
      { name: "f", ino: 9, next: 2, type: 8, entry },
    ];
    expect(replies.listing(6, 4096, rows, true)).toBe(2);
    const dot = [Buffer.alloc(128), u64(1n, 1n), u32(1, 4), Buffer.from(".\0\0\0\0\0\0\0")];
    expect(sent()).toBe(answer(6n, 0, ...dot, entryBytes, u64(9n, 2n), u32(1, 8), Buffer.from("f\0\0\0\0\0\0\0")));
  });
});

it("what the kernel refuses is reported and does not throw", () => {
  const reported: unknown[] = [];
  const readOnly = openSync("/dev/null", "r");
  createReplies(readOnly, (error) => reported.push(error)).ok(6);
  closeSync(readOnly);
  expect(reported).toMatchObject([{ code: "EBADF" }, { code: "EBADF" }]);
});

describe("notifications are answers to nobody", () => {
  it("a node, with or without its data", () => {
    expect(Buffer.from(notifications.invalidateNode(9, true)).toString("hex")).toBe(answer(0n, 2, u64(9n, 0n, -1n)));
    expect(Buffer.from(notifications.invalidateNode(9, false)).toString("hex")).toBe(answer(0n, 2, u64(9n, -1n, 0n)));
  });
  it("an entry", () => {
    const bytes = notifications.invalidateEntry(2 ** 40, mustFileName("name"));
    expect(Buffer.from(bytes).toString("hex")).toBe(answer(0n, 3, u64(1n << 40n), u32(4, 0), Buffer.from("name\0")));
  });
});
