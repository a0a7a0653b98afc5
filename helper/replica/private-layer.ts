import type { FileName } from "../base/name.ts";
import { changed, modified, newborn, setAttributes } from "./apply.ts";
import type { LocalOp } from "./api.ts";
import type { NodeId, Version } from "./ids.ts";
import { placesOf, samePlace, type Inode } from "./namespace.ts";
import type { Place } from "./op.ts";

/** Private numbers begin here and never leave the guest (R-ID). */
export const firstPrivateNode = 2 ** 52;

export function isPrivateId(id: NodeId): boolean {
  return id >= firstPrivateNode;
}

/** A guest's own files at private places, under shared or private directories (R-PRIV). Told to nobody. */
export class PrivateLayer {
  readonly names = new Map<NodeId, Map<FileName, NodeId>>();
  readonly nodes = new Map<NodeId, Inode>();
  /** Files that came with a seed and were not written here since. */
  readonly #borrowed = new Set<NodeId>();
  #nextNode = firstPrivateNode;
  #nextVersion = firstPrivateNode;

  newNode(): NodeId {
    return this.#nextNode++ as NodeId;
  }

  newVersion(): Version {
    return this.#nextVersion++ as Version;
  }

  child(dir: NodeId, name: FileName): NodeId | undefined {
    return this.names.get(dir)?.get(name);
  }

  /** The caller has checked what POSIX asks. */
  perform(
    op: Exclude<LocalOp, { t: "seed" }>,
    found: { readonly node: NodeId | undefined; readonly victim: NodeId | undefined },
  ): void {
    switch (op.t) {
      case "create":
      case "mkdir":
      case "symlink": {
        const kind = op.t === "create" ? "file" : op.t === "mkdir" ? "dir" : "symlink";
        const inode = newborn({
          node: op.node,
          kind,
          mode: op.t === "symlink" ? 0o777 : op.mode,
          time: op.time,
          version: this.newVersion(),
        });
        if (op.t === "symlink") {
          inode.target = op.target;
          inode.size = op.target.length;
        }
        inode.hidden = true;
        this.nodes.set(inode.id, inode);
        this.#enter(op.at, inode);
        return;
      }
      case "link": {
        const inode = this.nodes.get(op.node);
        if (inode === undefined) return;
        this.#enter(op.at, inode);
        inode.nlink++;
        return changed(inode, op.time);
      }
      case "unlink":
      case "rmdir":
        if (found.node !== undefined) this.#leave(op.at, found.node);
        return;
      case "rename": {
        const inode = found.node === undefined ? undefined : this.nodes.get(found.node);
        if (inode === undefined) return;
        if (found.victim !== undefined) this.#leave(op.to, found.victim);
        this.#unname(op.from, inode);
        this.#enter(op.to, inode);
        return changed(inode, op.time);
      }
      case "truncate":
        return this.written(op.node, op.size, op.time, true);
      case "setattr": {
        const inode = this.nodes.get(op.node);
        if (inode !== undefined) setAttributes(inode, op);
      }
    }
  }

  written(id: NodeId, end: number, time: Inode["mtime"], exact = false): void {
    const inode = this.nodes.get(id);
    if (inode === undefined) return;
    inode.size = exact ? end : Math.max(inode.size, end);
    inode.version = this.newVersion();
    modified(inode, time);
    this.#borrowed.delete(id);
  }

  /** Takes a seed unless this peer wrote its own. Returns the node that now has these bytes. */
  takeSeed(at: Place, size: number, time: Inode["mtime"]): NodeId | undefined {
    const present = this.child(at.parent, at.name);
    if (present !== undefined && !this.#borrowed.has(present)) return undefined;
    const inode =
      (present === undefined ? undefined : this.nodes.get(present)) ??
      newborn({ node: this.newNode(), kind: "file", mode: 0o644, time, version: this.newVersion() });
    inode.hidden = true;
    if (present === undefined) {
      this.nodes.set(inode.id, inode);
      this.#enter(at, inode);
    }
    inode.size = size;
    inode.version = this.newVersion();
    this.#borrowed.add(inode.id);
    return inode.id;
  }

  /** A shared directory went: its private children go with it. */
  dropUnder(dir: NodeId): void {
    for (const [name, id] of this.names.get(dir) ?? []) {
      this.dropUnder(id);
      this.#leave({ parent: dir, name }, id);
    }
  }

  #enter(at: Place, inode: Inode): void {
    let dir = this.names.get(at.parent);
    if (dir === undefined) this.names.set(at.parent, (dir = new Map()));
    dir.set(at.name, inode.id);
    if (inode.at === undefined) inode.at = at;
    else (inode.also ??= []).push(at);
    const parent = this.nodes.get(at.parent);
    if (parent !== undefined) modified(parent, inode.ctime);
  }

  #leave(at: Place, id: NodeId): void {
    const inode = this.nodes.get(id);
    if (inode === undefined) return;
    this.#unname(at, inode);
    inode.nlink = inode.kind === "dir" ? 0 : inode.nlink - 1;
    this.#borrowed.delete(id);
  }

  #unname(at: Place, inode: Inode): void {
    const dir = this.names.get(at.parent);
    dir?.delete(at.name);
    if (dir?.size === 0) this.names.delete(at.parent);
    const rest = placesOf(inode).filter((place) => !samePlace(place, at));
    inode.at = rest[0];
    inode.also = rest.length > 1 ? rest.slice(1) : undefined;
  }
}
