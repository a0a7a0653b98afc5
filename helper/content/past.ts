import { closeSync, fstatSync } from "node:fs";
import type { NodeId } from "../replica/ids.ts";
import { letGo, type Descriptor } from "./descriptors.ts";
import { readFully } from "./file-io.ts";

/** Files kept open beyond this count have their content moved into memory, if small, so that `rm -rf` of a big tree does not run out of descriptors. */
const descriptorsKept = 4096;
const bytesInMemory = 64 * 1024 * 1024;
const smallFile = 256 * 1024;

/**
 * Files that have lost their last name and are still read (or written through an open handle): the descriptor taken
 * before the unlink keeps the real file alive, as it does for any process.
 */
export class Past {
  readonly #open = new Map<NodeId, Descriptor>();
  readonly #bytes = new Map<NodeId, Uint8Array>();
  #memory = 0;

  keep(node: NodeId, descriptor: Descriptor): void {
    this.drop(node);
    this.#open.set(node, descriptor);
    if (this.#open.size > descriptorsKept) this.#makeRoom();
  }

  has(node: NodeId): boolean {
    return this.#open.has(node) || this.#bytes.has(node);
  }

  descriptor(node: NodeId): Descriptor | undefined {
    return this.#open.get(node);
  }

  /** Content that was moved into memory. */
  bytes(node: NodeId): Uint8Array | undefined {
    return this.#bytes.get(node);
  }

  writeBytes(node: NodeId, offset: number, bytes: Uint8Array): void {
    const old = this.#bytes.get(node) ?? new Uint8Array(0);
    const grown = new Uint8Array(Math.max(old.length, offset + bytes.length));
    grown.set(old);
    grown.set(bytes, offset);
    this.#remember(node, grown);
  }

  resizeBytes(node: NodeId, size: number): void {
    const resized = new Uint8Array(size);
    resized.set((this.#bytes.get(node) ?? resized).subarray(0, size));
    this.#remember(node, resized);
  }

  drop(node: NodeId): void {
    const descriptor = this.#open.get(node);
    this.#open.delete(node);
    if (descriptor !== undefined) letGo(descriptor);
    this.#forget(node);
  }

  dispose(): void {
    for (const node of [...this.#open.keys(), ...this.#bytes.keys()]) this.drop(node);
  }

  /** Moves the oldest small files into memory, half of the descriptors at once at most. */
  #makeRoom(): void {
    for (const [node, descriptor] of this.#open) {
      if (this.#open.size <= descriptorsKept / 2 || this.#memory >= bytesInMemory) return;
      const { size } = fstatSync(descriptor.fd);
      if (size > smallFile || descriptor.pins > 0) continue;
      const bytes = new Uint8Array(size);
      const length = readFully(descriptor.fd, bytes, 0);
      this.#open.delete(node);
      closeSync(descriptor.fd);
      this.#remember(node, bytes.subarray(0, length));
    }
  }

  #remember(node: NodeId, bytes: Uint8Array): void {
    this.#forget(node);
    this.#bytes.set(node, bytes);
    this.#memory += bytes.length;
  }

  #forget(node: NodeId): void {
    this.#memory -= this.#bytes.get(node)?.length ?? 0;
    this.#bytes.delete(node);
  }
}
