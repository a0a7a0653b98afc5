import { closeSync } from "node:fs";
import { parseFileName } from "../base/name.ts";
import type { HostReplica } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Node, Place } from "../replica/op.ts";
import { failure } from "./attempt.ts";
import type { Descriptor } from "./descriptors.ts";
import { Past } from "./past.ts";
import { RealFiles, reopen } from "./real-files.ts";
import { RealPaths } from "./real-paths.ts";
import { Stamps } from "./stamps.ts";

/** The part of the host's tree that leads to real files: always the tree before the operation being applied. */
export type FolderView = Pick<HostReplica, "placeOf" | "node" | "lookup" | "isPrivate" | "isHidden">;

export interface FolderHooks {
  /** Whether the content of a file that loses its last name may still be asked for (an open handle, a guest behind). Default: yes. */
  wants?(node: NodeId): boolean;
  /** A file was made, and is real; the tree does not have it yet. */
  made?(at: Place): void;
  /** An operation found a name taken that is free in the tree: a stray process has made it. */
  occupied?(at: Place): void;
  /** A private file of this host is about to go with its directory (R-PRIV): for the recovery store. */
  losing?(directory: NodeId, names: readonly string[], bytes: Uint8Array): void;
}

/** What the host's folder holds open and remembers; the calls of host-folder.ts and host-names.ts work on it. Methods throw errors with an errno's `code`. */
export class Opened {
  readonly paths: RealPaths;
  readonly files: RealFiles;
  readonly past = new Past();
  readonly stamps = new Stamps();
  /** Directories with names that no fsync has made durable. */
  readonly unsynced = new Set<NodeId>();
  #view: FolderView | undefined;
  #hooks: FolderHooks = {};

  constructor(realPath: string) {
    this.paths = new RealPaths(realPath);
    this.files = new RealFiles(this.paths);
  }

  bind(view: FolderView, hooks: FolderHooks): void {
    this.#view = view;
    this.#hooks = hooks;
    this.paths.bind(view);
  }

  node(id: NodeId): Node | undefined {
    return this.#view?.node(id);
  }

  isDirectory(id: NodeId): boolean {
    return this.node(id)?.kind === "dir";
  }

  lookup(at: Place): NodeId | undefined {
    return this.#view?.lookup(at);
  }

  parentOf(id: NodeId): NodeId | undefined {
    return this.#view?.placeOf(id)?.parent;
  }

  placeOf(id: NodeId): Place {
    const at = this.#view?.placeOf(id);
    if (at === undefined) throw failure("ESTALE", "node without a name");
    return at;
  }

  /** Goes with its directory (R-PRIV); what is hidden by its name stays (R-HIDE). */
  isPrivate(parent: NodeId, latin1: string): boolean {
    const name = parseFileName(latin1);
    const at = name === undefined ? undefined : { parent, name };
    return at !== undefined && this.#view?.isPrivate(at) === true && !this.#view.isHidden(at);
  }

  losing(directory: NodeId, names: readonly string[], bytes: Uint8Array): void {
    this.#hooks.losing?.(directory, names, bytes);
  }

  made(at: Place): void {
    this.#hooks.made?.(at);
  }

  occupied(at: Place | undefined): void {
    if (at !== undefined) this.#hooks.occupied?.(at);
  }

  /** The node's real file, of now or of the past, open. */
  descriptor(id: NodeId, writable: boolean): Descriptor {
    const past = this.past.descriptor(id);
    if (past === undefined) return this.files.open(id, this.placeOf(id), writable);
    if (past.writable || !writable) return past;
    const reopened: Descriptor = { fd: reopen(past.fd, true), writable: true, pins: 0, orphan: false };
    this.past.keep(id, reopened);
    return reopened;
  }

  /** Before a name goes: if it is the last one of a file still wanted, the file is opened. True if it is the last one. */
  holdVictim(id: NodeId): boolean {
    const node = this.node(id);
    if (node === undefined || node.kind !== "file" || node.nlink > 1) return false;
    if (this.#hooks.wants?.(id) === false) return true;
    try {
      this.descriptor(id, false);
    } catch (error) {
      // Gone or replaced by a stray process: there is nothing to keep.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    return true;
  }

  /** After the last name has gone. */
  lose(id: NodeId): void {
    this.stamps.forget(id);
    const held = this.files.take(id);
    if (held === undefined) return;
    if (this.#hooks.wants?.(id) === false) closeSync(held.fd);
    else this.past.keep(id, held);
  }

  dispose(): void {
    this.files.dispose();
    this.past.dispose();
    this.paths.dispose();
  }
}
