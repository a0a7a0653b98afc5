import { type Errno, errno } from "../base/errno.ts";
import { type FileName, parseFileName } from "../base/name.ts";
import { bodyBytes, opcode, size } from "./abi.ts";
import type { Caller, Request } from "./api.ts";
import { body, type Message, u64 } from "./message.ts";

/** Requests that carry names; whatever is left is not offered. */
export function decodeNamed(message: Message, length: number, caller: Caller, code: number): Request {
  const { words } = message;
  const fixed = code === opcode.symlink ? 0 : (bodyBytes[code] ?? 0);
  const start = size.inHeader + (code === opcode.unlink || code === opcode.rmdir ? 0 : fixed);
  switch (code) {
    case opcode.unlink:
    case opcode.rmdir:
    case opcode.symlink:
    case opcode.mknod:
    case opcode.mkdir:
    case opcode.create:
    case opcode.link:
    case opcode.rename:
    case opcode.rename2:
      break;
    default:
      return { op: "other", ...caller, opcode: code };
  }
  const name = nameAt(message, start, length);
  if (typeof name !== "string") return invalid(caller, name);
  const after = start + name.length + 1;
  const a = words[body] as number;
  const b = words[body + 1] as number;
  const c = words[body + 2] as number;

  switch (code) {
    case opcode.unlink:
      return { op: "unlink", ...caller, name };
    case opcode.rmdir:
      return { op: "rmdir", ...caller, name };
    case opcode.mkdir:
      return { op: "mkdir", ...caller, name, mode: a, umask: b };
    case opcode.mknod:
      return { op: "mknod", ...caller, name, mode: a, rdev: b, umask: c };
    case opcode.create:
      return { op: "create", ...caller, name, flags: a, mode: b, umask: c };
    case opcode.link:
      return { op: "link", ...caller, target: u64(words, body), name };
    case opcode.symlink: {
      const end = endOfText(message, after, length);
      return end < 0
        ? invalid(caller, errno.EINVAL)
        : { op: "symlink", ...caller, name, target: message.bytes.toString("latin1", after, end) };
    }
    default: {
      const toName = nameAt(message, after, length);
      if (typeof toName !== "string") return invalid(caller, toName);
      return { op: "rename", ...caller, name, toDir: u64(words, body), toName, flags: code === opcode.rename2 ? c : 0 };
    }
  }
}

export function invalid(caller: Caller, why: Errno): Request {
  return { op: "invalid", ...caller, errno: why };
}

/** The kernel lets names of up to 1024 bytes (PATH_MAX - 1 from 6.15) through: NAME_MAX is ours to enforce. */
export function nameAt(message: Message, start: number, length: number): FileName | Errno {
  const end = endOfText(message, start, length);
  if (end < 0) return errno.EINVAL;
  if (end - start > 255) return errno.ENAMETOOLONG;
  return parseFileName(message.bytes.toString("latin1", start, end)) ?? errno.EINVAL;
}

/** Position of the NUL that ends the text, or -1. */
function endOfText({ bytes }: Message, start: number, length: number): number {
  for (let at = start; at < length; at++) if (bytes[at] === 0) return at;
  return -1;
}
