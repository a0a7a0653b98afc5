import type { FileName } from "../base/name.ts";
import { bornBy, changed, modified, newborn, setAttributes } from "./apply.ts";
import type { LocalOp } from "./api.ts";
import type { NodeId, Version } from "./ids.ts";
import { placesOf, samePlace, type Inode } from "./namespace.ts";
import type { Place } from "./op.ts";
import { copyOf } from "./overlay.ts";

/** Numbers of what can never be told begin here (R-ID): private in a git dir, or hidden. */
export const firstPrivateNode = 2 ** 52;

export function isPrivateId(id: NodeId): boolean {
  return id >= firstPrivateNode;
}

/**
 * A guest's own files, under shared or private directories (R-PRIV, R-HIDE, R-SEED). Told to nobody. Of an ignored path it also
 * holds what this guest changed of the host's: nodes taken over under their number, and names that are gone here.
 */
export class PrivateLayer {
  readonly names = new Map<NodeId, Map<FileName, NodeId>>();
  readonly nodes = new Map<NodeId, Inode>();
  /** The host's names that this guest removed. */
  readonly gone = new Map<NodeId, Set<FileName>>();
  /** Shared directories that somebody else removed while something of this guest was in them. */
  readonly #kept = new Set<NodeId>();
  /** The host's files that were under names of this guest's own when the rules changed: those may be replaced. */
  replaceable: ReadonlySet<NodeId> = new Set();
  /** Files that came with a seed and were not written here since. */
  readonly #borrowed = new Set<NodeId>();
  /** Grows with every change, so that who keeps a copy knows (R-OWN). */
  revision = 0;
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

  /** What the other layers have under this name does not show. */
  masks({ parent, name }: Place): boolean {
    return this.names.get(parent)?.has(name) === true || this.isGone(parent, name);
  }

  isGone(dir: NodeId, name: FileName): boolean {
    return this.gone.get(dir)?.has(name) === true;
  }

  gonePlaces(): readonly Place[] {
    return [...this.gone].flatMap(([parent, names]) => [...names].map((name) => ({ parent, name })));
  }

  /** The name shows again what the other layers have. */
  bringBack(at: Place): void {
    this.revision++;
    const gone = this.gone.get(at.parent);
    if (gone?.delete(at.name) === true && gone.size === 0) this.gone.delete(at.parent);
  }

  isKept(dir: NodeId): boolean {
    return this.#kept.has(dir);
  }

  /** The caller has checked what POSIX asks, and taken over what it names. `covered`: another layer has something there. */
  perform(
    op: Exclude<LocalOp, { t: "seed" }>,
    found: { readonly node: NodeId | undefined; readonly victim: NodeId | undefined; readonly covered: boolean },
  ): void {
    this.revision++;
    switch (op.t) {
      case "create":
      case "mkdir":
      case "symlink": {
        const inode = bornBy(op, this.newVersion());
        inode.hidden = true;
        this.nodes.set(inode.id, inode);
        this.#enter(op.at, inode);
        return;
      }
      case "link": {
        const inode = this.nodes.get(op.node);
        if (inode === undefined) return;
        changed(inode, op.time);
        this.#enter(op.at, inode);
        inode.nlink++;
        return;
      }
      case "unlink":
      case "rmdir":
        if (found.node !== undefined) this.#leave(op.at, found.node, op.time);
        if (found.covered) this.hideName(op.at);
        return;
      case "rename": {
        const inode = found.node === undefined ? undefined : this.nodes.get(found.node);
        if (inode === undefined) return;
        if (found.victim !== undefined) this.#leave(op.to, found.victim, op.time);
        this.#unname(op.from, inode, op.time);
        if (found.covered) this.hideName(op.from);
        changed(inode, op.time);
        this.#enter(op.to, inode);
        return;
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
    this.revision++;
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

  /** The host's node, as it shows now, is this guest's own from here on, under the names given (R-SEED). */
  takeOver(shown: Inode, places: readonly Place[]): void {
    this.revision++;
    const inode = copyOf(shown);
    inode.hidden = true;
    this.nodes.set(inode.id, inode);
    for (const at of places) this.#name(at, inode);
  }

  /** One more name of an own file, as it was before this session. */
  addName(id: NodeId, at: Place): void {
    const inode = this.nodes.get(id);
    if (inode === undefined) return;
    this.revision++;
    this.#name(at, inode);
    inode.nlink++;
  }

  /** A node of the shared layers, as it was there, moves here; `victim` has the name until now. */
  receive(shown: Inode, at: Place, victim: NodeId | undefined, time: Inode["mtime"]): void {
    if (victim !== undefined) this.#leave(at, victim, time);
    this.takeOver(shown, [at]);
  }

  /** A directory somebody else removed stays here for what is in it. */
  keep(shown: Inode, at: Place): void {
    this.takeOver(shown, [at]);
    this.#kept.add(shown.id);
  }

  /** A directory taken over that somebody else removed. */
  outlives(dir: NodeId): void {
    this.revision++;
    this.#kept.add(dir);
  }

  /** No more this guest's own: the other layers show what they have. */
  giveBack(id: NodeId): void {
    this.revision++;
    const inode = this.nodes.get(id);
    if (inode === undefined) return;
    for (const at of placesOf(inode)) this.#unset(at);
    this.nodes.delete(id);
    this.#kept.delete(id);
  }

  /** A shared directory took the name of a kept one: what was in that is in this now. */
  graft(from: NodeId, to: NodeId): void {
    this.revision++;
    const moved = this.names.get(from);
    this.giveBack(from);
    this.names.delete(from);
    for (const [name, id] of moved ?? []) {
      const inode = this.nodes.get(id);
      if (inode === undefined) continue;
      forget(inode, { parent: from, name });
      this.#name({ parent: to, name }, inode);
    }
  }

  /** A directory went: its private children go with it. */
  dropUnder(dir: NodeId): void {
    this.revision++;
    for (const [name, id] of this.names.get(dir) ?? []) {
      this.dropUnder(id);
      this.#leave({ parent: dir, name }, id);
    }
    this.gone.delete(dir);
  }

  #enter(at: Place, inode: Inode): void {
    this.#name(at, inode);
    this.#parentChanged(at, inode.ctime, inode.kind === "dir" ? 1 : 0);
  }

  #name(at: Place, inode: Inode): void {
    let dir = this.names.get(at.parent);
    if (dir === undefined) this.names.set(at.parent, (dir = new Map()));
    dir.set(at.name, inode.id);
    this.bringBack(at);
    if (inode.at === undefined) inode.at = at;
    else (inode.also ??= []).push(at);
  }

  /** The host's name, which is nothing of this guest's own, does not show here any more. */
  hideName({ parent, name }: Place): void {
    this.revision++;
    let gone = this.gone.get(parent);
    if (gone === undefined) this.gone.set(parent, (gone = new Set()));
    gone.add(name);
  }

  #leave(at: Place, id: NodeId, time?: Inode["mtime"]): void {
    const inode = this.nodes.get(id);
    if (inode === undefined) return;
    this.#unname(at, inode, time);
    inode.nlink = inode.kind === "dir" ? 0 : inode.nlink - 1;
    this.#borrowed.delete(id);
    // The shared layers remember it, and may have it back.
    if (this.#kept.delete(id)) this.nodes.delete(id);
  }

  #unname(at: Place, inode: Inode, time?: Inode["mtime"]): void {
    this.#unset(at);
    forget(inode, at);
    if (time !== undefined) this.#parentChanged(at, time, inode.kind === "dir" ? -1 : 0);
  }

  #unset(at: Place): void {
    const dir = this.names.get(at.parent);
    dir?.delete(at.name);
    if (dir?.size === 0) this.names.delete(at.parent);
  }

  #parentChanged(at: Place, time: Inode["mtime"], directories: number): void {
    const parent = this.nodes.get(at.parent);
    if (parent === undefined) return;
    modified(parent, time);
    parent.nlink += directories;
  }
}

function forget(inode: Inode, at: Place): void {
  const rest = placesOf(inode).filter((place) => !samePlace(place, at));
  inode.at = rest[0];
  inode.also = rest.length > 1 ? rest.slice(1) : undefined;
}
