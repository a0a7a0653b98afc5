/** Open files by the number libfuse keeps as `fh`, and which dead nodes are still in use. */
import { errno } from "../../base/errno.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { FileHandle, NodeId, Workspace } from "../workspace.ts";

/** fuse-native.c reads the number as int32 and takes 0 for none. */
const lastNumber = 0x7fff_ffff;

export class OpenFiles {
  readonly #workspace: Workspace;
  readonly #open = new Map<number, FileHandle>();
  /** How many handles and hidden names use a node. */
  readonly #uses = new Map<NodeId, number>();
  #last = 0;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  get size(): number {
    return this.#open.size;
  }

  open(node: NodeId, mode: { readonly writable: boolean; readonly append: boolean }): Result<number> {
    const opened = this.#workspace.open(node, mode);
    if (!opened.ok) return opened;
    const number = this.#freeNumber();
    if (number === undefined) {
      this.#workspace.release(opened.value);
      return fail(errno.ENFILE);
    }
    this.#open.set(number, opened.value);
    this.use(node);
    return ok(number);
  }

  get(number: number): FileHandle | undefined {
    return this.#open.get(number);
  }

  release(number: number): void {
    const handle = this.#open.get(number);
    if (handle === undefined) return;
    this.#open.delete(number);
    this.#workspace.release(handle);
    this.unuse(handle.node);
  }

  isUsed(node: NodeId): boolean {
    return this.#uses.has(node);
  }

  use(node: NodeId): void {
    this.#uses.set(node, (this.#uses.get(node) ?? 0) + 1);
  }

  unuse(node: NodeId): void {
    const left = (this.#uses.get(node) ?? 1) - 1;
    if (left > 0) this.#uses.set(node, left);
    else this.#uses.delete(node);
    this.forgetIfDead(node);
  }

  /** A node lost a name or a use: libfuse asks by path, so what has neither cannot be asked for again. */
  forgetIfDead(node: NodeId): void {
    if (!this.#uses.has(node) && this.#workspace.node(node)?.nlink === 0) this.#workspace.forget(node);
  }

  /** The mount is gone. */
  releaseAll(): void {
    for (const handle of this.#open.values()) this.#workspace.release(handle);
    this.#open.clear();
    this.#uses.clear();
  }

  #freeNumber(): number | undefined {
    for (let tries = 0; tries <= this.#open.size; tries++) {
      this.#last = this.#last === lastNumber ? 1 : this.#last + 1;
      if (!this.#open.has(this.#last)) return this.#last;
    }
    return undefined;
  }
}
