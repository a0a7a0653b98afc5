/** Open files of this mount: one number per open, counted up and never reused. */
import type { NodeId } from "../replica/ids.ts";
import type { FileHandle } from "./workspace.ts";

export interface OpenHandle {
  readonly id: number;
  readonly node: NodeId;
  /** Undefined for opens of the echo worker, which reach nothing below the mount. */
  readonly file: FileHandle | undefined;
}

export class Handles {
  readonly #open = new Map<number, OpenHandle>();
  #last = 0;

  get size(): number {
    return this.#open.size;
  }

  add(node: NodeId, file: FileHandle | undefined): number {
    const id = ++this.#last;
    this.#open.set(id, { id, node, file });
    return id;
  }

  /**
   * The workspace's handle to write through, if `id` is still open on `node`. FUSE.md: write-back of a mapping and FSYNC
   * may carry a released handle or another open's; they then apply to the node alone.
   */
  fileOf(id: number, node: NodeId): FileHandle | undefined {
    const handle = this.#open.get(id);
    return handle !== undefined && handle.node === node ? handle.file : undefined;
  }

  remove(id: number): OpenHandle | undefined {
    const handle = this.#open.get(id);
    this.#open.delete(id);
    return handle;
  }

  drain(): OpenHandle[] {
    const all = [...this.#open.values()];
    this.#open.clear();
    return all;
  }
}
