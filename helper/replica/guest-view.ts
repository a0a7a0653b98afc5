import type { FileName } from "../base/name.ts";
import { createGitPlaces, type GitPlaces } from "./git-place.ts";
import { rootNode, type NodeId } from "./ids.ts";
import { placesOf, type Inode, type Namespace } from "./namespace.ts";
import type { Place } from "./op.ts";
import { Overlay, refresh } from "./overlay.ts";
import type { PathRules } from "./path-rules.ts";
import { isPrivateId, PrivateLayer } from "./private-layer.ts";
import type { Tree } from "./tree.ts";

/** A guest's tree: private over overlay over confirmed (R-VIEW). */
export class GuestView implements Tree {
  confirmed: Namespace;
  readonly overlay: Overlay;
  readonly privates = new PrivateLayer();
  /** Nodes without a name that live on at this guest alone, until forgotten. */
  readonly ghosts = new Map<NodeId, Inode>();
  readonly git: GitPlaces;

  constructor(confirmed: Namespace, rules: PathRules) {
    this.confirmed = confirmed;
    this.overlay = new Overlay((id) => this.ghosts.get(id) ?? this.confirmed.get(id));
    // Without the hiding: whether a place is private is itself asked of this tree.
    this.git = createGitPlaces(
      {
        child: (dir, name) => this.sharedChild(dir, name),
        kindOf: (id) => this.kindOf(id),
        placeOf: (id) => this.placeOf(id),
      },
      rules,
    );
    this.replaceConfirmed(confirmed);
  }

  replaceConfirmed(confirmed: Namespace): void {
    this.confirmed = confirmed;
    this.git.moved();
    confirmed.listen({
      named: (dir, name, was, now) => {
        if ((now ?? was)?.kind === "dir" && was !== undefined) this.git.moved();
        this.git.appeared(dir, name);
      },
    });
  }

  sharedChild(dir: NodeId, name: FileName): NodeId | undefined {
    const pending = this.overlay.names.get(dir)?.get(name);
    return pending === undefined ? this.confirmed.child(dir, name) : pending.node;
  }

  child(dir: NodeId, name: FileName): NodeId | undefined {
    const own = this.privates.names.get(dir)?.get(name);
    if (own !== undefined) return own;
    const shared = this.sharedChild(dir, name);
    return shared !== undefined && this.git.isPrivate({ parent: dir, name }) ? undefined : shared;
  }

  lookup(at: Place): NodeId | undefined {
    return this.child(at.parent, at.name);
  }

  node(id: NodeId): Inode | undefined {
    return (
      this.overlay.nodes.get(id)?.shown ?? this.privates.nodes.get(id) ?? this.ghosts.get(id) ?? this.confirmed.get(id)
    );
  }

  kindOf(id: NodeId): Inode["kind"] | undefined {
    return this.node(id)?.kind;
  }

  placeOf(id: NodeId): Place | undefined {
    if (isPrivateId(id)) return this.privates.nodes.get(id)?.at;
    const claim = this.overlay.claims.get(id)?.at(-1);
    if (claim !== undefined) return claim;
    const inode = this.confirmed.get(id);
    if (inode?.at === undefined || this.overlay.names.size === 0) return inode?.at;
    return placesOf(inode).find((at) => this.overlay.name(at) === undefined);
  }

  isLive(id: NodeId): boolean {
    return id === rootNode || this.placeOf(id) !== undefined;
  }

  isLiveDir(id: NodeId): boolean {
    return this.kindOf(id) === "dir" && this.isLive(id);
  }

  list(dir: NodeId): { readonly name: FileName; readonly node: NodeId }[] {
    const found: { name: FileName; node: NodeId }[] = [];
    const pending = this.overlay.names.get(dir);
    const own = this.privates.names.get(dir);
    const add = (name: FileName, node: NodeId): void => {
      if (own?.has(name) !== true && !this.git.isPrivate({ parent: dir, name })) found.push({ name, node });
    };
    for (const [name, node] of this.confirmed.get(dir)?.children ?? [])
      if (pending?.has(name) !== true) add(name, node);
    for (const [name, { node }] of pending ?? []) if (node !== undefined) add(name, node);
    for (const [name, node] of own ?? []) found.push({ name, node });
    return found;
  }

  /** Names private to this peer do not count (R-PRIV); in a private directory everything does. */
  isEmpty(dir: NodeId): boolean {
    return !this.list(dir).some(({ node }) => isPrivateId(dir) || !isPrivateId(node));
  }

  isPrivate(at: Place): boolean {
    return isPrivateId(at.parent) || this.privates.child(at.parent, at.name) !== undefined || this.git.isPrivate(at);
  }

  /** After counts or the confirmed layer changed: a drained node shows the confirmed layer, or lives on as a ghost. */
  settle(id: NodeId): void {
    const entry = this.overlay.nodes.get(id);
    if (entry === undefined) return;
    const confirmed = this.confirmed.get(id);
    const drained = entry.attrs === 0 && entry.content === 0;
    if (drained && (confirmed === undefined || (entry.ghost && confirmed.at === undefined)))
      this.ghosts.set(id, entry.shown);
    else if (confirmed !== undefined && !entry.ghost) refresh(entry, confirmed);
    if (!drained) return;
    if (confirmed === undefined) entry.shown.nlink = 0;
    this.overlay.nodes.delete(id);
  }

  forget(id: NodeId): void {
    if (this.isLive(id) || this.overlay.nodes.has(id)) return;
    this.ghosts.delete(id);
    this.privates.nodes.delete(id);
    if (this.confirmed.get(id)?.at === undefined) this.confirmed.nodes.delete(id);
  }
}
