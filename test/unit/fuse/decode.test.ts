import { describe, expect, it } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { decode } from "../../../helper/fuse/decode.ts";
import { caller, type HandMade, request, text, u32, u64 } from "./request-bytes.ts";

const seen = ({ message, length }: HandMade) => decode(message, length);

describe("requests are read from the kernel's bytes", () => {
  const table: readonly (readonly [string, HandMade, object])[] = [
    ["LOOKUP", request(1, text("a b")), { op: "lookup", name: "a b" }],
    ["FORGET", request(2, u64(3n)), { op: "forget", forgets: [{ node: 7, count: 3 }] }],
    [
      "BATCH_FORGET",
      request(42, u32(2, 0), u64(5n, 1n, 9n, 2n)),
      {
        op: "forget",
        forgets: [
          { node: 5, count: 1 },
          { node: 9, count: 2 },
        ],
      },
    ],
    ["GETATTR", request(3, u32(0, 0), u64(0n)), { op: "getattr" }],
    ["GETATTR of a handle", request(3, u32(1, 0), u64(11n)), { op: "getattr", handle: 11 }],
    ["READLINK", request(5), { op: "readlink" }],
    ["SYMLINK", request(6, text("name"), text("../to")), { op: "symlink", name: "name", target: "../to" }],
    [
      "MKNOD",
      request(8, u32(0o100644, 5, 0o22, 0), text("n")),
      { op: "mknod", name: "n", mode: 0o100644, rdev: 5, umask: 0o22 },
    ],
    ["MKDIR", request(9, u32(0o755, 0o22), text("d")), { op: "mkdir", name: "d", mode: 0o755, umask: 0o22 }],
    ["UNLINK", request(10, text("x")), { op: "unlink", name: "x" }],
    ["RMDIR", request(11, text("x")), { op: "rmdir", name: "x" }],
    [
      "RENAME",
      request(12, u64(8n), text("a"), text("b")),
      { op: "rename", name: "a", toDir: 8, toName: "b", flags: 0 },
    ],
    [
      "RENAME2",
      request(45, u64(8n), u32(1, 0), text("a"), text("b")),
      { op: "rename", name: "a", toDir: 8, toName: "b", flags: 1 },
    ],
    ["LINK", request(13, u64(99n), text("l")), { op: "link", target: 99, name: "l" }],
    ["OPEN", request(14, u32(0x8002, 0)), { op: "open", flags: 0x8002 }],
    ["OPENDIR", request(27, u32(0x8000, 0)), { op: "opendir", flags: 0x8000 }],
    [
      "CREATE",
      request(35, u32(0xc1, 0o100600, 0o22, 0), text("c")),
      { op: "create", name: "c", flags: 0xc1, mode: 0o100600, umask: 0o22 },
    ],
    [
      "TMPFILE",
      request(51, u32(0x41_0002, 0o600, 0o22, 0), text("#1")),
      { op: "tmpfile", flags: 0x41_0002, mode: 0o600, umask: 0o22 },
    ],
    [
      "READ",
      request(15, u64(11n, 1n << 40n), u32(4096, 0), u64(0n), u32(0x8000, 0)),
      { op: "read", handle: 11, offset: 2 ** 40, size: 4096, flags: 0x8000 },
    ],
    ["STATFS", request(17), { op: "statfs" }],
    ["FLUSH", request(25, u64(11n), u32(0, 0), u64(1n)), { op: "flush", handle: 11 }],
    ["RELEASE", request(18, u64(11n), u32(1, 0), u64(1n)), { op: "release", handle: 11, flags: 1 }],
    ["RELEASEDIR", request(29, u64(11n), u32(0, 0), u64(1n)), { op: "releasedir", handle: 11, flags: 0 }],
    ["FSYNC", request(20, u64(11n), u32(1, 0)), { op: "fsync", handle: 11, dataOnly: true }],
    ["FSYNCDIR", request(30, u64(11n), u32(0, 0)), { op: "fsyncdir", handle: 11, dataOnly: false }],
    [
      "READDIR",
      request(28, u64(11n, 2n), u32(4096, 0), u64(0n), u32(0, 0)),
      { op: "readdir", handle: 11, offset: 2, size: 4096 },
    ],
    [
      "READDIRPLUS",
      request(44, u64(11n, 2n), u32(4096, 0), u64(0n), u32(0, 0)),
      { op: "readdirplus", handle: 11, offset: 2, size: 4096 },
    ],
    ["INTERRUPT", request(36, u64(40n)), { op: "interrupt", target: 40 }],
    [
      "FALLOCATE",
      request(43, u64(11n, 10n, 20n), u32(1, 0)),
      { op: "fallocate", handle: 11, offset: 10, length: 20, mode: 1 },
    ],
    ["DESTROY", request(38), { op: "destroy" }],
    [
      "what is not offered (GETXATTR)",
      request(22, u32(0, 0), text("security.capability")),
      { op: "other", opcode: 22 },
    ],
    ["an opcode from the future", request(4000), { op: "other", opcode: 4000 }],
  ];
  it.each(table)("%s", (_title, bytes, expected) => {
    expect(seen(bytes)).toEqual({ ...caller, ...expected });
  });

  it("WRITE shows its data as a view into the read buffer, and says whether it comes from the page cache", () => {
    const made = request(16, u64(11n, 4096n), u32(3, 1 | 4), u64(0n), u32(0x8001, 0), Buffer.from("xyz"));
    const write = seen(made);
    expect(write).toMatchObject({
      op: "write",
      handle: 11,
      offset: 4096,
      cached: true,
      killSuidGid: true,
      flags: 0x8001,
    });
    if (write.op !== "write") throw new Error(write.op);
    expect(Buffer.from(write.data).toString()).toBe("xyz");
    expect(write.data.buffer).toBe(made.message.bytes.buffer);
  });

  it("SETATTR reads only the fields that count, with times before 1970 and `now`", () => {
    const body = (valid: number) =>
      Buffer.concat([u32(valid, 0), u64(11n, 5n, 0n, -2n, -1n, 0n), u32(7, 999_999_999, 0, 0o100755, 0, 1, 2, 0)]);
    expect(seen(request(4, body((1 << 4) | (1 << 5))))).toEqual({
      ...caller,
      op: "setattr",
      set: { atime: { sec: -2, nsec: 7 }, mtime: { sec: -1, nsec: 999_999_999 }, killSuidGid: false },
    });
    expect(seen(request(4, body(0b1_1111_1111 | (1 << 11))))).toEqual({
      ...caller,
      op: "setattr",
      set: { handle: 11, size: 5, mode: 0o100755, uid: 1, gid: 2, atime: "now", mtime: "now", killSuidGid: true },
    });
    expect(seen(request(4, body(0)))).toEqual({ ...caller, op: "setattr", set: { killSuidGid: false } });
  });
});

describe("what cannot be served is answered, never thrown", () => {
  it("names are bytes: é in UTF-8 is two units", () => {
    expect(seen(request(1, Buffer.from("\u00e9\0", "utf8")))).toMatchObject({ name: "\u00c3\u00a9" });
  });
  it("a name of 255 bytes passes, one of 256 is ENAMETOOLONG", () => {
    expect(seen(request(1, text("x".repeat(255))))).toMatchObject({ op: "lookup" });
    expect(seen(request(1, text("x".repeat(256))))).toEqual({ ...caller, op: "invalid", errno: errno.ENAMETOOLONG });
    expect(seen(request(12, u64(8n), text("a"), text("x".repeat(256))))).toMatchObject({ errno: errno.ENAMETOOLONG });
  });
  it("a name without its NUL, a dot name and a slash are EINVAL", () => {
    for (const name of [Buffer.from("abc"), text(".."), text("a/b"), text("")]) {
      expect(seen(request(1, name))).toEqual({ ...caller, op: "invalid", errno: errno.EINVAL });
    }
  });
  it("a body shorter than its struct, or data shorter than announced, is EINVAL", () => {
    for (const made of [
      request(15, u64(1n)),
      request(16, u64(1n, 0n), u32(100, 0), u64(0n), u32(0, 0), text("x")),
      request(42, u32(9, 0)),
    ]) {
      expect(seen(made)).toEqual({ ...caller, op: "invalid", errno: errno.EINVAL });
    }
  });
  it("a write, a truncate and an allocation past 2^53 are EFBIG", () => {
    const setattr = Buffer.concat([u32(8, 0), u64(0n, 1n << 60n, 0n, 0n, 0n, 0n), u32(0, 0, 0, 0, 0, 0, 0, 0)]);
    for (const made of [
      request(16, u64(1n, 1n << 60n), u32(1, 0), u64(0n), u32(0, 0), text("")),
      request(4, setattr),
      request(43, u64(1n, 1n << 60n, 1n), u32(0, 0)),
    ]) {
      expect(seen(made)).toEqual({ ...caller, op: "invalid", errno: errno.EFBIG });
    }
  });
});
