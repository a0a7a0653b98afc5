/** A tree of files in memory: nodes, their names, their bytes, with the counts and times that go with each change. */
import type { FileName } from "../../helper/base/name.ts";
import type { Time } from "../../helper/base/time.ts";
import type { Kind, Node, NodeId, Place } from "../../helper/mount/workspace.ts";
import { firstMadeNode, rootNode, type Version } from "../../helper/replica/ids.ts";

export interface Entry {
  readonly node: { -readonly [K in keyof Node]: Node[K] };
  readonly children: Map<FileName, NodeId>;
  bytes: Buffer;
  parent: NodeId;
}

/** A node nothing has been done to. */
export function blankNode(about: Pick<Node, "id" | "kind" | "mode" | "version">, time: Time): Node {
  return {
    ...about,
    size: 0,
    nlink: about.kind === "dir" ? 2 : 1,
    ino: about.id,
    atime: time,
    mtime: time,
    ctime: time,
    target: "",
    owner: undefined,
  };
}

/** It judges nothing: its callers look first. */
export class MemoryTree {
  readonly #entries = new Map<NodeId, Entry>();
  #lastNode = firstMadeNode;
  #version = 0;
  #time = 1_700_000_000;

  constructor() {
    this.#make(rootNode, "dir", 0o755, rootNode);
  }

  get(id: NodeId): Entry | undefined {
    return this.#entries.get(id);
  }

  must(id: NodeId): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`no node ${id}`);
    return entry;
  }

  lookup(at: Place): NodeId | undefined {
    return this.#entries.get(at.parent)?.children.get(at.name);
  }

  mustLookup(at: Place): NodeId {
    const node = this.lookup(at);
    if (node === undefined) throw new Error(`no ${at.name} in ${at.parent}`);
    return node;
  }

  /** One of its names, where it was made or moved to last. */
  nameOf(id: NodeId): FileName | undefined {
    const entry = this.#entries.get(id);
    const siblings = entry === undefined ? undefined : this.#entries.get(entry.parent)?.children;
    for (const [name, node] of siblings ?? []) if (node === id) return name;
    return undefined;
  }

  bind(at: Place, kind: Kind, mode: number): NodeId {
    const id = ++this.#lastNode as NodeId;
    this.#make(id, kind, mode, at.parent);
    const parent = this.must(at.parent);
    parent.children.set(at.name, id);
    if (kind === "dir") parent.node.nlink++;
    this.touch(parent);
    return id;
  }

  link(node: NodeId, at: Place): void {
    this.must(at.parent).children.set(at.name, node);
    this.must(node).node.nlink++;
  }

  unbind(at: Place): void {
    const entry = this.must(this.mustLookup(at));
    const parent = this.must(at.parent);
    parent.children.delete(at.name);
    entry.node.nlink = entry.node.kind === "dir" ? 0 : entry.node.nlink - 1;
    if (entry.node.kind === "dir") parent.node.nlink--;
    this.touch(parent);
  }

  /** What has the new name loses it. */
  move(from: Place, to: Place): void {
    const node = this.mustLookup(from);
    if (this.lookup(to) !== undefined) this.unbind(to);
    this.must(from.parent).children.delete(from.name);
    this.must(to.parent).children.set(to.name, node);
    this.must(node).parent = to.parent;
  }

  /** Its content is another. */
  touch(entry: Entry): void {
    entry.node.version = ++this.#version as Version;
    entry.node.mtime = entry.node.ctime = this.#now();
  }

  /** If it has no name any more. */
  forget(node: NodeId): void {
    if (this.#entries.get(node)?.node.nlink === 0) this.#entries.delete(node);
  }

  #make(id: NodeId, kind: Kind, mode: number, parent: NodeId): void {
    const version = ++this.#version as Version;
    const node = blankNode({ id, kind, mode, version }, this.#now());
    this.#entries.set(id, { node, children: new Map(), bytes: Buffer.alloc(0), parent });
  }

  #now(): Time {
    return { sec: ++this.#time, nsec: 0 };
  }
}
