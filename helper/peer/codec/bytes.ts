/** Thrown by Reader, caught in `parse` alone: what arrived is no message of this protocol. */
class Malformed extends Error {}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** Reads one whole frame body; input that ends early, is too long or breaks a rule is an answer, never an exception. */
export function parse<T>(bytes: Uint8Array, read: (reader: Reader) => T): Parsed<T> {
  const reader = new Reader(bytes);
  try {
    const value = read(reader);
    reader.end();
    return { ok: true, value };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, why: error.message };
    throw error;
  }
}

/** Little-endian, unsigned unless said otherwise. Every length is compared with what is left before anything is allocated. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  fail(why: string): never {
    throw new Malformed(why);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) this.fail("ends early");
    this.#at = at + length;
    return at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)] as number;
  }
  u16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }
  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }
  /** 0..2^53-1 in eight bytes. */
  uint(): number {
    const at = this.#take(8);
    const high = this.#bytes.readUInt32LE(at + 4);
    if (high > 0x1fffff) this.fail("number too large");
    return high * 2 ** 32 + this.#bytes.readUInt32LE(at);
  }
  /** ±(2^53-1), two's complement in eight bytes. */
  int(): number {
    const at = this.#take(8);
    const value = this.#bytes.readInt32LE(at + 4) * 2 ** 32 + this.#bytes.readUInt32LE(at);
    if (!Number.isSafeInteger(value)) this.fail("number too large");
    return value;
  }
  bool(): boolean {
    const value = this.u8();
    if (value > 1) this.fail("no boolean");
    return value === 1;
  }
  /** One of `values` by its index. */
  choice<T>(values: readonly T[]): T {
    const value = values[this.u8()];
    return value === undefined ? this.fail("unknown choice") : value;
  }
  /** A copy: frames live in buffers that are used again. */
  fixed(length: number): Uint8Array {
    const at = this.#take(length);
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(at, at + length));
    return copy;
  }
  bytes(max: number): Uint8Array {
    const length = this.u32();
    if (length > max) this.fail("too many bytes");
    return this.fixed(length);
  }
  latin1(max: number): string {
    const length = this.u16();
    if (length > max) this.fail("text too long");
    const at = this.#take(length);
    return this.#bytes.toString("latin1", at, at + length);
  }
  /** Text for people: UTF-8, without characters that move a terminal's cursor or the reading direction. */
  text(max: number): string {
    const length = this.u16();
    if (length > max * 4) this.fail("text too long");
    const at = this.#take(length);
    return cleanText(this.#bytes.toString("utf8", at, at + length), max);
  }
  list<T>(max: number, smallest: number, item: (reader: Reader) => T): T[] {
    const count = this.u32();
    if (count > max || count * smallest > this.left) this.fail("list too long");
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(item(this));
    return items;
  }
  end(): void {
    if (this.left !== 0) this.fail("bytes left over");
  }
}

const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function cleanText(text: string, max: number): string {
  return Array.from(text.replace(unprintable, "")).slice(0, max).join("");
}

/** Builds frames: `u32 length · u8 type · body`. One instance is reused for all; `frame` hands out a copy. */
export class Writer {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #at = 0;

  begin(type: number): void {
    this.#at = 4;
    this.u8(type);
  }
  /** The finished frame. A buffer that one large message made grow is let go. */
  frame(): Uint8Array {
    this.#bytes.writeUInt32LE(this.#at - 4, 0);
    const frame = Buffer.allocUnsafe(this.#at);
    this.#bytes.copy(frame, 0, 0, this.#at);
    if (this.#bytes.length > 2 ** 20) this.#bytes = Buffer.allocUnsafeSlow(64 * 1024);
    return frame;
  }
  get size(): number {
    return this.#at;
  }
  /** What was laid without a frame around it. */
  written(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, this.#at));
  }

  #room(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, at + length));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#at = at + length;
    return at;
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }
  u16(value: number): void {
    const at = this.#room(2);
    this.#bytes.writeUInt16LE(value, at);
  }
  u32(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeUInt32LE(value, at);
  }
  patchU32(at: number, value: number): void {
    this.#bytes.writeUInt32LE(value, at);
  }
  uint(value: number): void {
    const at = this.#room(8);
    this.#bytes.writeUInt32LE(value % 2 ** 32, at);
    this.#bytes.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
  }
  int(value: number): void {
    const at = this.#room(8);
    const high = Math.floor(value / 2 ** 32);
    this.#bytes.writeUInt32LE(value - high * 2 ** 32, at);
    this.#bytes.writeInt32LE(high, at + 4);
  }
  bool(value: boolean): void {
    this.u8(value ? 1 : 0);
  }
  choice<T>(values: readonly T[], value: T): void {
    this.u8(values.indexOf(value));
  }
  fixed(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.fixed(bytes);
  }
  latin1(text: string): void {
    this.u16(text.length);
    const at = this.#room(text.length);
    this.#bytes.write(text, at, text.length, "latin1");
  }
  text(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    this.u16(bytes.length);
    this.fixed(bytes);
  }
}

const shared = new Writer();

/** One frame of `type` whose body `write` lays. */
export function frameOf(type: number, write: (writer: Writer) => void): Uint8Array {
  shared.begin(type);
  write(shared);
  return shared.frame();
}
