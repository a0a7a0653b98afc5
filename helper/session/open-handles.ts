import type { FileHandle } from "../mount/workspace.ts";
import type { NodeId } from "../replica/ids.ts";

export interface OpenHandle extends FileHandle {
  /** Tells the bursts of one file apart (R-BURST). */
  readonly number: number;
  /** Bytes of this file were refused after they were written, and nobody has been told through this handle yet. */
  refused: boolean;
}

/** What this mount has open, and who has yet to hear that written bytes were refused. */
export class OpenHandles {
  readonly #of = new Map<NodeId, Set<OpenHandle>>();
  readonly #unsafe = new Set<NodeId>();
  #last = 0;

  open(node: NodeId, { writable, append }: { readonly writable: boolean; readonly append: boolean }): OpenHandle {
    const handle: OpenHandle = { node, writable, append, number: ++this.#last, refused: false };
    const known = this.#of.get(node);
    if (known === undefined) this.#of.set(node, new Set([handle]));
    else known.add(handle);
    return handle;
  }

  close(handle: FileHandle): OpenHandle {
    const open = handle as OpenHandle;
    const known = this.#of.get(open.node);
    known?.delete(open);
    if (known?.size === 0) {
      this.#of.delete(open.node);
      this.#unsafe.delete(open.node);
    }
    return open;
  }

  isOpen(node: NodeId): boolean {
    return this.#of.has(node);
  }

  /** Handles opened later are not concerned: they begin from what the file is now. */
  refuse(node: NodeId): void {
    for (const handle of this.#of.get(node) ?? []) {
      handle.refused = handle.writable;
      if (handle.writable) this.#unsafe.add(node);
    }
  }

  /** Whether this handle has to be told now. */
  takeRefused(handle: FileHandle | undefined): boolean {
    const open = handle as OpenHandle | undefined;
    if (open?.refused !== true) return false;
    open.refused = false;
    this.#unsafe.delete(open.node);
    return true;
  }

  /** Whether an fsync of the file has to fail, through whichever handle it comes (fsync(2): EIO, once). */
  takeUnsafe(node: NodeId): boolean {
    return this.#unsafe.delete(node);
  }
}
