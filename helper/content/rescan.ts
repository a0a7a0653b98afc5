import { closeSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { mustFileName } from "../base/name.ts";
import type { Time } from "../base/time.ts";
import type { View } from "../replica/api.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import type { Node, Op, Place } from "../replica/op.ts";
import { lookInto } from "./found-file.ts";
import type { HostFolder } from "./host-folder.ts";
import { below, directoryFlags, objectOf } from "./real-paths.ts";
import { realStat, type RealStat } from "./real-stat.ts";
import type { Stamps } from "./stamps.ts";

/** A difference between the real folder and the tree, as an operation for `HostReplica.adopt`, in an order that applies. */
export interface Found {
  readonly op: Op;
  readonly found?: Partial<Pick<Node, "ino" | "size" | "mtime" | "ctime" | "mode">>;
}

/** Bytes. */
const smallFile = 8 * 1024;
const mutableFile = 1024 * 1024;

export interface RescanOptions {
  readonly view: Pick<View, "lookup" | "node" | "list" | "classOf" | "isPrivate" | "isPrivateNode">;
  readonly newNode: () => NodeId;
  readonly time: Time;
  /** Only this directory and what is below; the root if absent. */
  readonly under?: NodeId;
}

/**
 * What was changed behind the mount. The caller adopts everything returned, in order, at once: the stamps are new already.
 * A file counts as changed when ino, size, mtime or ctime is not what this helper left. A rename is a removal and a
 * creation, and so is another file under a known name. Contents found are ranges without bytes, except small ones
 * and those of git's mutable files: these are read at once, and stay open, so that the objects found after them hold what they refer to. Directories that cannot be read are taken as unchanged.
 */
export function rescan(folder: HostFolder, options: RescanOptions): Found[] {
  const comparison = new Comparison(folder, options);
  comparison.directory(options.under ?? rootNode);
  comparison.addNames();
  const referring = comparison.additions.splice(0);
  // git writes objects before what refers to them: looked at last, they hold all that is referred to; and they are told first.
  comparison.objects();
  comparison.addNames();
  return [...comparison.removals, ...comparison.additions, ...referring];
}

class Comparison {
  readonly removals: Found[] = [];
  readonly additions: Found[] = [];
  readonly #folder: HostFolder;
  readonly #options: RescanOptions;
  /** Files that have more than one name, by real ino; a file of the host's alone is none of those that all have, and the other way round. */
  readonly #linked = { shared: new Map<number, NodeId>(), private: new Map<number, NodeId>() };
  /** Names to add, after all known files have been seen: one of them may be what a new name links to. */
  readonly #names: Place[] = [];
  readonly #objects: NodeId[] = [];
  readonly #device: bigint;

  constructor(folder: HostFolder, options: RescanOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#device = realStat(Buffer.from(`${objectOf(folder.opened.paths.root)}/.`)).dev;
  }

  directory(id: NodeId): void {
    const { view } = this.#options;
    const fd = attempt(() => this.#folder.opened.paths.directory(id));
    const real = fd === undefined ? undefined : attempt(() => readdirSync(objectOf(fd), "latin1"));
    if (fd === undefined || real === undefined) return;
    const unseen = new Set<string>(real);
    for (const { name, node } of view.list(id)) {
      const at = { parent: id, name };
      if (unseen.delete(name)) this.#compare(fd, at, node);
      else this.#remove(at, node);
    }
    for (const text of unseen) this.#names.push({ parent: id, name: mustFileName(text) });
  }

  objects(): void {
    for (const dir of this.#objects) this.directory(dir);
  }

  addNames(): void {
    for (const at of this.#names.splice(0)) {
      const parent = attempt(() => this.#folder.opened.paths.directory(at.parent));
      if (parent !== undefined) this.#add(parent, at);
    }
  }

  #compare(parent: number, at: Place, id: NodeId): void {
    const node = this.#options.view.node(id);
    const stat = attempt(() => realStat(below(parent, at.name)));
    if (node === undefined || stat === undefined) return;
    const { stamps, paths } = this.#folder.opened;
    if (stat.kind !== node.kind || isReplaced(node, stat, stamps)) {
      this.#remove(at, id);
      this.#names.push(at);
      return;
    }
    if (stat.kind === "file" && stat.nlink > 1)
      this.#linked[this.#options.view.isPrivateNode(id) ? "private" : "shared"].set(stat.ino, id);
    if (node.kind === "dir") {
      // Another directory under the same name goes on as the same node; only the way to it is new.
      const known = attempt(() => realStat(Buffer.from(`${objectOf(paths.directory(id))}/.`)));
      if (known === undefined || known.ino !== stat.ino) paths.forget(id);
      if (at.name === "objects") this.#objects.push(id);
      else this.directory(id);
    } else if (stamps.differs(id, stat.stamp)) {
      this.#changed(node, parent, at, stat);
    }
  }

  #changed(node: Node, parent: number, at: Place, seen: RealStat): void {
    const left = this.#folder.opened.stamps.of(node.id);
    const { stat, bytes } = seen.kind === "file" ? this.#read(parent, at, node.id, seen) : { stat: seen };
    const { time } = this.#options;
    this.#folder.opened.stamps.leave(node.id, stat.stamp);
    const sameBytes = left?.size === stat.size && left.mtimeMs === stat.stamp.mtimeMs;
    if (sameBytes) {
      if (stat.mode !== node.mode) this.additions.push({ op: { t: "setattr", node: node.id, mode: stat.mode, time } });
      return;
    }
    this.additions.push({ op: { t: "truncate", node: node.id, base: node.version, size: stat.size, time } });
    this.#content(node.id, stat, bytes);
    if (stat.mode !== node.mode) this.additions.push({ op: { t: "setattr", node: node.id, mode: stat.mode, time } });
  }

  /** The file at the name with its bytes, if they are to travel along; git's mutable files stay open. */
  #read(
    parent: number,
    at: Place,
    node: NodeId,
    seen: RealStat,
  ): { readonly stat: RealStat; readonly bytes?: Uint8Array } {
    const isMutable = this.#options.view.classOf(at) === "git-mutable" && !at.name.startsWith("tmp_");
    const most = isMutable ? mutableFile : smallFile;
    const found = seen.size > most ? undefined : attempt(() => lookInto(below(parent, at.name), most));
    if (found === undefined) return { stat: seen };
    if (isMutable) this.#folder.opened.files.keepAs(node, found.fd);
    else closeSync(found.fd);
    return found;
  }

  #content(node: NodeId, stat: RealStat, bytes: Uint8Array | undefined): void {
    if (stat.size === 0) return;
    const op: Op = {
      t: "write",
      node,
      // Adopted without a condition: what is there is there.
      base: this.#options.view.node(node)?.version ?? (0 as Node["version"]),
      extents: [{ offset: 0, length: stat.size, ...(bytes !== undefined && { bytes }) }],
      more: false,
      time: this.#options.time,
    };
    this.additions.push({ op, found: { size: stat.size, mtime: stat.mtime, ctime: stat.ctime } });
  }

  #remove(at: Place, id: NodeId): void {
    const node = this.#options.view.node(id);
    if (node === undefined) return;
    const { time, view } = this.#options;
    if (node.kind === "dir") {
      for (const child of view.list(id)) this.#remove({ parent: id, name: child.name }, child.node);
      this.removals.push({ op: { t: "rmdir", at, node: id, time } });
      this.#folder.opened.paths.forget(id);
      return;
    }
    this.removals.push({ op: { t: "unlink", at, node: id, seen: node.version, time } });
    if (node.nlink <= 1) this.#folder.opened.lose(id);
  }

  #add(parent: number, at: Place): void {
    const seen = attempt(() => realStat(below(parent, at.name)));
    if (seen === undefined || seen.kind === "other" || seen.dev !== this.#device) return;
    const { time, newNode } = this.#options;
    const links = this.#linked[this.#options.view.isPrivate(at) ? "private" : "shared"];
    const linked = seen.kind !== "dir" && seen.nlink > 1 ? links.get(seen.ino) : undefined;
    if (linked !== undefined) {
      this.additions.push({ op: { t: "link", at, node: linked, time } });
      return;
    }
    const node = newNode();
    const { stat, bytes } = seen.kind === "file" ? this.#read(parent, at, node, seen) : { stat: seen };
    const found = { mode: stat.mode, mtime: stat.mtime, ctime: stat.ctime };
    if (stat.kind === "dir") {
      this.additions.push({ op: { t: "mkdir", at, node, mode: stat.mode, time }, found });
      this.#addChildren(below(parent, at.name), node);
      return;
    }
    this.#folder.opened.stamps.leave(node, stat.stamp);
    if (stat.nlink > 1) links.set(stat.ino, node);
    if (stat.kind === "symlink") {
      const target = attempt(() => readlinkSync(below(parent, at.name), "latin1"));
      if (target !== undefined) this.additions.push({ op: { t: "symlink", at, node, target, time }, found });
      return;
    }
    this.additions.push({ op: { t: "create", at, node, mode: stat.mode, time }, found });
    this.#content(node, stat, bytes);
  }

  #addChildren(path: Buffer, node: NodeId): void {
    const fd = attempt(() => openSync(path, directoryFlags));
    if (fd === undefined) return;
    try {
      for (const text of attempt(() => readdirSync(objectOf(fd), "latin1")) ?? []) {
        this.#add(fd, { parent: node, name: mustFileName(text) });
      }
    } finally {
      closeSync(fd);
    }
  }
}

/** Another file under the name. Who has the old one open, or mapped, goes on with the old one's bytes. */
function isReplaced({ id, kind }: Node, { stamp }: RealStat, stamps: Stamps): boolean {
  if (kind === "symlink") return stamps.differs(id, stamp);
  const left = stamps.of(id);
  return kind === "file" && left !== undefined && left.ino !== stamp.ino;
}

/** A failed system call means that the object has just gone, or is not ours to read. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== "string") throw error;
    return undefined;
  }
}
