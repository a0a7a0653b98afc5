import { createMessage, type Message } from "../../../helper/fuse/message.ts";

export interface HandMade {
  readonly message: Message;
  readonly length: number;
}

/** A request as the kernel lays it out: header, then `body` as given (little-endian parts by u32, u64, text). */
export function request(opcode: number, ...body: readonly Uint8Array[]): HandMade {
  const message = createMessage(1 << 16);
  const rest = Buffer.concat(body);
  // len, opcode, unique 6, nodeid 7, uid 1000, gid 1001, pid 4242, extension length 0
  const header = Buffer.concat([
    u32(40 + rest.length),
    u32(opcode),
    u64(6n),
    u64(7n),
    u32(1000),
    u32(1001),
    u32(4242),
    u32(0),
  ]);
  header.copy(message.bytes);
  rest.copy(message.bytes, 40);
  return { message, length: 40 + rest.length };
}

export const caller = { unique: 6, node: 7, uid: 1000, gid: 1001, pid: 4242 };

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32LE(value >>> 0, i * 4);
  });
  return bytes;
}

export function u64(...values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, i) => {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value), i * 8);
  });
  return bytes;
}

/** NUL-terminated, one byte per unit. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, "latin1");
}
