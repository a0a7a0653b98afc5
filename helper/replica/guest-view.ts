import type { FileName } from "../base/name.ts";
import { createGitPlaces, type GitPlaces } from "./git-place.ts";
import { rootNode, type NodeId } from "./ids.ts";
import { placesOf, type Inode, type Namespace } from "./namespace.ts";
import type { Kind, Place } from "./op.ts";
import { Overlay, refresh } from "./overlay.ts";
import type { PathRules } from "./path-rules.ts";
import { isPrivateId, PrivateLayer } from "./private-layer.ts";
import type { Tree } from "./tree.ts";
import { WorkClasses } from "./work-classes.ts";

/** A guest's tree: private over overlay over confirmed (R-VIEW). */
export class GuestView implements Tree {
  confirmed: Namespace;
  readonly overlay: Overlay;
  readonly privates = new PrivateLayer();
  /** Nodes without a name that live on at this guest alone, until forgotten. */
  readonly ghosts = new Map<NodeId, Inode>();
  readonly git: GitPlaces;

  readonly classes: WorkClasses;

  constructor(confirmed: Namespace, rules: PathRules) {
    this.confirmed = confirmed;
    this.overlay = new Overlay((id) => this.ghosts.get(id) ?? this.confirmed.get(id));
    // Without the hiding: whether a place is private is itself asked of this tree.
    const tree: Tree = {
      child: (dir, name) => this.privates.child(dir, name) ?? this.sharedChild(dir, name),
      kindOf: (id) => this.kindOf(id),
      placeOf: (id) => this.placeOf(id),
    };
    this.git = createGitPlaces(tree, rules);
    this.classes = new WorkClasses(tree, this.git, rules);
    this.replaceConfirmed(confirmed);
  }

  replaceConfirmed(confirmed: Namespace): void {
    this.confirmed = confirmed;
    this.dirsMoved();
    confirmed.listen({
      named: (dir, name, was, now) => {
        if ((now ?? was)?.kind === "dir" && was !== undefined) this.dirsMoved();
        this.git.appeared(dir, name);
      },
    });
  }

  /** A directory moved, went or came back: what was known of places below it is void. */
  dirsMoved(): void {
    this.git.moved();
    this.classes.forget();
    // Own files below have other paths.
    this.privates.revision++;
  }

  sharedChild(dir: NodeId, name: FileName): NodeId | undefined {
    const pending = this.overlay.names.get(dir)?.get(name);
    return pending === undefined ? this.confirmed.child(dir, name) : pending.node;
  }

  child(dir: NodeId, name: FileName): NodeId | undefined {
    const own = this.privates.names.get(dir)?.get(name);
    if (own !== undefined) return own;
    const shared = this.sharedChild(dir, name);
    return shared === undefined || this.#isCovered(dir, name, shared) ? undefined : shared;
  }

  /** Of the shared layers, but not shown: private here, removed here, or taken over under another name. */
  #isCovered(dir: NodeId, name: FileName, node: NodeId): boolean {
    return (
      this.git.isPrivate({ parent: dir, name }) || this.privates.nodes.has(node) || this.privates.isGone(dir, name)
    );
  }

  lookup(at: Place): NodeId | undefined {
    return this.child(at.parent, at.name);
  }

  node(id: NodeId): Inode | undefined {
    return (
      this.privates.nodes.get(id) ?? this.overlay.nodes.get(id)?.shown ?? this.ghosts.get(id) ?? this.confirmed.get(id)
    );
  }

  kindOf(id: NodeId): Inode["kind"] | undefined {
    return this.node(id)?.kind;
  }

  placeOf(id: NodeId): Place | undefined {
    const own = this.privates.nodes.get(id);
    if (own !== undefined || isPrivateId(id)) return own?.at;
    const claim = this.overlay.claims.get(id)?.findLast((at) => !this.privates.masks(at));
    if (claim !== undefined) return claim;
    const inode = this.confirmed.get(id);
    if (inode?.at === undefined || this.#shows(inode.at)) return inode?.at;
    return inode.also?.find((at) => this.#shows(at));
  }

  /** Every name a shared node shows under. */
  placesOf(id: NodeId): readonly Place[] {
    const claims = this.overlay.claims.get(id) ?? [];
    const confirmed = this.confirmed.get(id);
    const rest = confirmed === undefined ? [] : placesOf(confirmed).filter((at) => this.overlay.name(at) === undefined);
    return [...claims, ...rest].filter((at) => !this.privates.masks(at));
  }

  /** The confirmed layer's name is the one that shows. */
  #shows(at: Place): boolean {
    return this.overlay.name(at) === undefined && !this.privates.masks(at);
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
      if (own?.has(name) !== true && !this.#isCovered(dir, name, node)) found.push({ name, node });
    };
    for (const [name, node] of this.confirmed.get(dir)?.children ?? [])
      if (pending?.has(name) !== true) add(name, node);
    for (const [name, { node }] of pending ?? []) if (node !== undefined) add(name, node);
    for (const [name, node] of own ?? []) found.push({ name, node });
    return found;
  }

  /** In a git dir names private to this peer do not count (R-PRIV), unless the directory is private itself. */
  isEmpty(dir: NodeId): boolean {
    const allCount = this.isPrivateNode(dir) || this.git.info(dir).role === "work";
    return !this.list(dir).some(({ node }) => allCount || !this.isPrivateNode(node));
  }

  isPrivateNode(id: NodeId): boolean {
    return isPrivateId(id) || this.privates.nodes.has(id);
  }

  /** What is made, changed or removed there stays here. `kind`: of what is about to be there, where nothing is. */
  isPrivate(at: Place, kind: Kind = "file"): boolean {
    if (this.privates.child(at.parent, at.name) !== undefined || this.git.isPrivate(at)) return true;
    const node = this.sharedChild(at.parent, at.name);
    if (node === undefined && this.isPrivateNode(at.parent) && !this.privates.isKept(at.parent)) return true;
    return this.classes.isIgnored(at, (node === undefined ? undefined : this.kindOf(node)) ?? kind);
  }

  /** Private or hidden, or in a directory that is. */
  isNeverTold(at: Place): boolean {
    return isPrivateId(at.parent) || this.git.isPrivate(at);
  }

  /** The host's, at ignored places alone: a change makes it this guest's own (R-SEED). */
  isSeed(id: NodeId): boolean {
    const node = this.isPrivateNode(id) ? undefined : this.node(id);
    const place = node === undefined ? undefined : this.placeOf(id);
    if (node === undefined || place === undefined || !this.isPrivate(place, node.kind)) return false;
    return node.kind === "dir" || node.nlink === 1 || this.placesOf(id).every((at) => this.isPrivate(at, node.kind));
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
    if (this.isLive(id)) return;
    this.privates.nodes.delete(id);
    if (this.overlay.nodes.has(id)) return;
    this.ghosts.delete(id);
    if (this.confirmed.get(id)?.at === undefined) this.confirmed.nodes.delete(id);
  }
}
