import { errno } from "../base/errno.ts";
import { bodyBytes, fsyncDataOnly, getattrHandle, opcode, size, writeFlag } from "./abi.ts";
import type { Caller, Request } from "./api.ts";
import { decodeNamed, invalid, nameAt } from "./decode-names.ts";
import { readSetAttributes } from "./decode-setattr.ts";
import { body, lengthOf, type Message, u64, uniqueOf } from "./message.ts";

/**
 * One message of `length` bytes as a Request. Total: what cannot be understood becomes `invalid` or `other`.
 * A WRITE's data is a view into the message.
 */
export function decode(message: Message, length: number): Request {
  const { words } = message;
  const unique = uniqueOf(message);
  const node = u64(words, 4);
  const uid = words[6] as number;
  const gid = words[7] as number;
  const pid = words[8] as number;
  const caller: Caller = { unique, node, uid, gid, pid };
  const code = words[1] as number;
  if (length < size.inHeader + (bodyBytes[code] ?? 0) || lengthOf(message) !== length)
    return invalid(caller, errno.EINVAL);

  switch (code) {
    case opcode.lookup: {
      const name = nameAt(message, size.inHeader, length);
      return typeof name === "string" ? { op: "lookup", unique, node, uid, gid, pid, name } : invalid(caller, name);
    }
    case opcode.getattr:
      return (words[body] as number) & getattrHandle
        ? { op: "getattr", unique, node, uid, gid, pid, handle: u64(words, body + 2) }
        : { op: "getattr", unique, node, uid, gid, pid };
    case opcode.open:
    case opcode.opendir:
      return {
        op: code === opcode.open ? "open" : "opendir",
        unique,
        node,
        uid,
        gid,
        pid,
        flags: words[body] as number,
      };
    case opcode.read:
      return {
        op: "read",
        unique,
        node,
        uid,
        gid,
        pid,
        handle: u64(words, body),
        offset: u64(words, body + 2),
        size: words[body + 4] as number,
        flags: words[body + 8] as number,
      };
    case opcode.write:
      return decodeWrite(message, length, caller);
    case opcode.release:
    case opcode.releasedir:
      return {
        op: code === opcode.release ? "release" : "releasedir",
        unique,
        node,
        uid,
        gid,
        pid,
        handle: u64(words, body),
        flags: words[body + 2] as number,
      };
    case opcode.flush:
      return { op: "flush", unique, node, uid, gid, pid, handle: u64(words, body) };
    case opcode.forget:
      return { op: "forget", unique, node, uid, gid, pid, forgets: [{ node, count: u64(words, body) }] };
    case opcode.batchForget:
      return decodeBatchForget(message, length, caller);
    case opcode.readdir:
    case opcode.readdirplus:
      return {
        op: code === opcode.readdir ? "readdir" : "readdirplus",
        unique,
        node,
        uid,
        gid,
        pid,
        handle: u64(words, body),
        offset: u64(words, body + 2),
        size: words[body + 4] as number,
      };
    case opcode.setattr:
      return decodeSetattr(message, caller);
    case opcode.readlink:
      return { op: "readlink", ...caller };
    case opcode.statfs:
      return { op: "statfs", ...caller };
    case opcode.destroy:
      return { op: "destroy", ...caller };
    case opcode.fsync:
    case opcode.fsyncdir:
      return {
        op: code === opcode.fsync ? "fsync" : "fsyncdir",
        ...caller,
        handle: u64(words, body),
        dataOnly: ((words[body + 2] as number) & fsyncDataOnly) !== 0,
      };
    case opcode.interrupt:
      return { op: "interrupt", ...caller, target: u64(words, body) };
    case opcode.fallocate:
      return decodeFallocate(message, caller);
    case opcode.tmpfile:
      return {
        op: "tmpfile",
        ...caller,
        flags: words[body] as number,
        mode: words[body + 1] as number,
        umask: words[body + 2] as number,
      };
    default:
      return decodeNamed(message, length, caller, code);
  }
}

function decodeWrite({ bytes, words }: Message, length: number, caller: Caller): Request {
  const count = words[body + 4] as number;
  const flags = words[body + 5] as number;
  const start = size.inHeader + size.writeIn;
  const offset = u64(words, body + 2);
  if (start + count > length) return invalid(caller, errno.EINVAL);
  if (!Number.isSafeInteger(offset + count)) return invalid(caller, errno.EFBIG);
  return {
    op: "write",
    unique: caller.unique,
    node: caller.node,
    uid: caller.uid,
    gid: caller.gid,
    pid: caller.pid,
    handle: u64(words, body),
    offset,
    data: bytes.subarray(start, start + count),
    cached: (flags & writeFlag.cache) !== 0,
    flags: words[body + 8] as number,
    killSuidGid: (flags & writeFlag.killSuidGid) !== 0,
  };
}

function decodeSetattr({ words }: Message, caller: Caller): Request {
  const set = readSetAttributes(words);
  if (set.size !== undefined && !Number.isSafeInteger(set.size)) return invalid(caller, errno.EFBIG);
  return { op: "setattr", ...caller, set };
}

function decodeFallocate({ words }: Message, caller: Caller): Request {
  const offset = u64(words, body + 2);
  const length = u64(words, body + 4);
  if (!Number.isSafeInteger(offset + length)) return invalid(caller, errno.EFBIG);
  return { op: "fallocate", ...caller, handle: u64(words, body), offset, length, mode: words[body + 6] as number };
}

function decodeBatchForget({ words }: Message, length: number, caller: Caller): Request {
  const count = words[body] as number;
  if (length < size.inHeader + 8 + count * 16) return invalid(caller, errno.EINVAL);
  const forgets: { node: number; count: number }[] = [];
  for (let i = 0; i < count; i++) {
    const at = body + 2 + i * 4;
    forgets.push({ node: u64(words, at), count: u64(words, at + 2) });
  }
  return { op: "forget", ...caller, forgets };
}
