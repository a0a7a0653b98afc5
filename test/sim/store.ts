import type { NodeId } from "../../helper/replica/ids.ts";

/** File bytes in memory; `known` marks what is present (a guest's cache has gaps). */
export class Store {
  readonly files = new Map<NodeId, { bytes: Uint8Array; known: Uint8Array }>();

  #file(node: NodeId, size: number): { bytes: Uint8Array; known: Uint8Array } {
    let file = this.files.get(node);
    if (file === undefined) this.files.set(node, (file = { bytes: new Uint8Array(0), known: new Uint8Array(0) }));
    if (file.bytes.length < size) {
      const bytes = new Uint8Array(size);
      const known = new Uint8Array(size);
      bytes.set(file.bytes);
      known.set(file.known);
      file.bytes = bytes;
      file.known = known;
    }
    return file;
  }

  /** A file not met before: nothing of it is present. */
  meet(node: NodeId, size: number): void {
    if (!this.files.has(node)) this.reset(node, size);
  }

  write(node: NodeId, offset: number, bytes: Uint8Array): void {
    const old = this.files.get(node)?.bytes.length ?? 0;
    const file = this.#file(node, offset + bytes.length);
    if (offset > old) file.known.fill(1, old, offset);
    file.bytes.set(bytes, offset);
    file.known.fill(1, offset, offset + bytes.length);
  }

  stale(node: NodeId, offset: number, length: number): void {
    this.#file(node, offset + length).known.fill(0, offset, offset + length);
  }

  resize(node: NodeId, size: number, was: number): void {
    const file = this.#file(node, Math.max(size, was));
    if (size < file.bytes.length) {
      file.bytes = file.bytes.slice(0, size);
      file.known = file.known.slice(0, size);
    }
    if (size > was) {
      file.bytes.fill(0, was, size);
      file.known.fill(1, was, size);
    }
  }

  reset(node: NodeId, size: number): void {
    this.files.set(node, { bytes: new Uint8Array(size), known: new Uint8Array(size) });
  }

  get(node: NodeId): { bytes: Uint8Array; known: Uint8Array } {
    return this.files.get(node) ?? { bytes: new Uint8Array(0), known: new Uint8Array(0) };
  }
}

/** Content is made of tokens of four bytes, each written once: what was lost can be named. */
export const tokenSize = 4;

export function tokenBytes(token: number): Uint8Array {
  return Uint8Array.of(token & 255, (token >> 8) & 255, (token >> 16) & 255, 77);
}

export function tokensIn(bytes: Uint8Array, known?: Uint8Array): Set<number> {
  const tokens = new Set<number>();
  for (let i = 0; i + tokenSize <= bytes.length; i += tokenSize) {
    if (bytes[i + 3] === 77 && (known === undefined || known[i] === 1))
      tokens.add((bytes[i] ?? 0) + ((bytes[i + 1] ?? 0) << 8) + ((bytes[i + 2] ?? 0) << 16));
  }
  return tokens;
}
