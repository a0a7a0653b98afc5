import type { FileName } from "../base/name.ts";
import { notifyCode, size } from "./abi.ts";
import type { Notifications } from "./api.ts";
import { putI64 } from "./message.ts";

/** Notifications are replies nobody asked for: unique 0, the code where an answer has its error. Fresh memory each: they cross to a worker. */
export const notifications: Notifications = {
  invalidateNode(node, data) {
    const words = new Uint32Array((size.outHeader + 24) / 4);
    words[0] = words.byteLength;
    words[1] = notifyCode.invalidateInode;
    putI64(words, 4, node);
    // fs/fuse/inode.c, fuse_reverse_inval_inode: a negative offset leaves the pages, a length ≤ 0 means to the end.
    putI64(words, 6, data ? 0 : -1);
    putI64(words, 8, data ? -1 : 0);
    return new Uint8Array(words.buffer);
  },

  invalidateEntry(parent: number, name: FileName) {
    const bytes = Buffer.alloc(size.outHeader + 16 + name.length + 1);
    bytes.writeUInt32LE(bytes.length, 0);
    bytes.writeUInt32LE(notifyCode.invalidateEntry, 4);
    bytes.writeBigUInt64LE(BigInt(parent), 16);
    bytes.writeUInt32LE(name.length, 24);
    bytes.write(name, 32, "latin1");
    return bytes;
  },
};
