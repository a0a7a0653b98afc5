/**
 * libfuse 2 (fuse.c, hide_node) renames an open file that is unlinked or replaced to `.fuse_hidden…` in its directory, and asks
 * for it by that name until the last close. `hard_remove` would forbid it, but then READ and WRITE are ENOENT: fuse-native
 * cannot set flag_nullpath_ok. Here such a name is never made: the file loses its name as POSIX says, and the hidden
 * name is an alias of the node, known to libfuse and this table only.
 *
 * Whether the name goes (unlink) or is about to be replaced (rename, whose second half follows at once) is not told. So the
 * unlink waits a moment for such a rename, which then replaces atomically; meanwhile, what asks for the name waits too.
 */
import { done, type Answer } from "../../base/result.ts";
import type { NodeId, Place, Workspace } from "../workspace.ts";
import { baseName, parentPath } from "./names.ts";
import type { OpenFiles } from "./open-files.ts";

const hiddenName = /^\.fuse_hidden[0-9a-f]{16}$/;
/** The rename's second half comes in tens of microseconds if libfuse's thread gets a CPU. Too early is an unlink before the rename. */
const patienceMs = 10;

interface Leaving {
  readonly at: Place;
  readonly node: NodeId;
  readonly path: string;
  readonly alias: string;
  readonly settled: Promise<void>;
  readonly settle: () => void;
  timer: NodeJS.Timeout | undefined;
}

export class HiddenFiles {
  readonly #workspace: Workspace;
  readonly #files: OpenFiles;
  readonly #aliases = new Map<string, NodeId>();
  readonly #leaving = new Map<string, Leaving>();

  constructor(workspace: Workspace, files: OpenFiles) {
    this.#workspace = workspace;
    this.#files = files;
  }

  static isHidden(path: string): boolean {
    return hiddenName.test(baseName(path));
  }

  /** The node libfuse means by a hidden path; its directories may have moved, its last name is unique. */
  nodeOf(path: string): NodeId | undefined {
    return this.#aliases.size === 0 ? undefined : this.#aliases.get(baseName(path));
  }

  /** `path` goes, or is replaced. Its refusal can be told only for locks, which nothing is renamed over. */
  hide(path: string, at: Place, node: NodeId, to: string): Answer<void> {
    const alias = baseName(to);
    this.#aliases.set(alias, node);
    this.#files.use(node);
    if (at.name.endsWith(".lock")) return this.#unlinkNow(at, alias);
    let settle = (): void => {};
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const leaving: Leaving = { at, node, path, alias, settled, settle, timer: undefined };
    leaving.timer = setTimeout(() => void this.#unlink(leaving), patienceMs);
    this.#leaving.set(path, leaving);
    return done;
  }

  /** What a request for `path` must wait for, if anything. */
  settling(path: string): Promise<void> | undefined {
    if (this.#leaving.size === 0) return undefined;
    for (const leaving of this.#leaving.values()) {
      if (leaving.path === path || leaving.alias === baseName(path) || parentPath(leaving.path) === path)
        return leaving.settled;
    }
    return undefined;
  }

  /** A rename onto `path` is here: it replaces, unless the unlink has begun, which it must wait for. */
  claim(path: string): Promise<void> | undefined {
    const leaving = this.#leaving.get(path);
    if (leaving === undefined) return undefined;
    if (leaving.timer === undefined) return leaving.settled;
    clearTimeout(leaving.timer);
    this.#end(leaving);
    return undefined;
  }

  /** The last close: libfuse unlinks the hidden name. False: `path` is none of ours. */
  drop(path: string): boolean {
    const node = this.nodeOf(path);
    if (node === undefined) return false;
    this.#aliases.delete(baseName(path));
    this.#files.unuse(node);
    return true;
  }

  /** Unlinks now what still waits. */
  async dispose(): Promise<void> {
    await Promise.all(
      [...this.#leaving.values()].map((leaving) =>
        leaving.timer === undefined ? leaving.settled : this.#unlink(leaving),
      ),
    );
  }

  /** libfuse has reported success already: refused, the name simply stays. */
  async #unlink(leaving: Leaving): Promise<void> {
    clearTimeout(leaving.timer);
    leaving.timer = undefined;
    if (this.#workspace.lookup(leaving.at) === leaving.node) await this.#workspace.unlink(leaving.at);
    this.#end(leaving);
    this.#files.forgetIfDead(leaving.node);
  }

  async #unlinkNow(at: Place, alias: string): Promise<Awaited<Answer<void>>> {
    const removed = await this.#workspace.unlink(at);
    if (!removed.ok) this.drop(alias);
    return removed;
  }

  #end(leaving: Leaving): void {
    this.#leaving.delete(leaving.path);
    leaving.settle();
  }
}
