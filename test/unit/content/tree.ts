import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { mustFileName, parseFileName, type FileName } from "../../../helper/base/name.ts";
import type { Errno } from "../../../helper/base/errno.ts";
import type { SnapshotNode } from "../../../helper/replica/api.ts";
import type { NodeId, Version } from "../../../helper/replica/ids.ts";
import type { Node, Op, Place } from "../../../helper/replica/op.ts";
import { openHostFolder, type HostFolder } from "../../../helper/content/host-folder.ts";
import { blankNode } from "../../harness/memory-tree.ts";

export const time = { sec: 1_700_000_000, nsec: 0 };
export const v0 = 0 as Version;

/** The least tree that can drive a HostFolder: nodes with names, changed by operations after the folder took them. */
export class Tree {
  readonly nodes = new Map<NodeId, { -readonly [key in keyof Node]: Node[key] }>();
  readonly names = new Map<string, { at: Place; node: NodeId }>();
  readonly privates = new Set<string>();
  readonly hidden = new Set<string>();
  #next = 2;

  constructor(nodes: readonly SnapshotNode[] = []) {
    this.nodes.set(1 as NodeId, blankNode({ id: 1 as NodeId, kind: "dir", mode: 0o755, version: v0 }, time));
    for (const node of nodes) {
      this.nodes.set(node.id, { ...node });
      for (const at of node.places) this.names.set(key(at), { at, node: node.id });
      this.#next = Math.max(this.#next, node.id + 1);
    }
  }

  newNode = (): NodeId => this.#next++ as NodeId;
  node = (id: NodeId) => this.nodes.get(id);
  lookup = (at: Place) => this.names.get(key(at))?.node;
  placeOf = (id: NodeId) => [...this.names.values()].find((entry) => entry.node === id)?.at;
  list = (dir: NodeId) =>
    [...this.names.values()]
      .filter((entry) => entry.at.parent === dir)
      .map((entry) => ({ name: entry.at.name, node: entry.node }));
  classOf = (): "work-tree" => "work-tree";
  isPrivate = (at: Place) => this.privates.has(at.name) || this.isHidden(at);
  isPrivateNode = (id: NodeId) => [...this.names.values()].some(({ at, node }) => node === id && this.isPrivate(at));
  isHidden = (at: Place) => this.hidden.has(at.name);

  at(path: string): Place {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    let parent = 1 as NodeId;
    for (const part of parts) parent = this.lookup({ parent, name: mustFileName(part) }) ?? (0 as NodeId);
    return { parent, name: parseFileName(name) as FileName };
  }
  id(path: string): NodeId {
    return this.lookup(this.at(path)) ?? (0 as NodeId);
  }

  adopt(op: Op): void {
    switch (op.t) {
      case "create":
      case "mkdir":
      case "symlink":
        this.nodes.set(op.node, {
          ...blankNode(
            {
              id: op.node,
              kind: op.t === "create" ? "file" : op.t === "mkdir" ? "dir" : "symlink",
              mode: op.t === "symlink" ? 0o777 : op.mode,
              version: v0,
            },
            time,
          ),
          target: op.t === "symlink" ? op.target : "",
        });
        this.names.set(key(op.at), { at: op.at, node: op.node });
        return;
      case "link":
        this.names.set(key(op.at), { at: op.at, node: op.node });
        this.#count(op.node, 1);
        return;
      case "unlink":
      case "rmdir":
        this.names.delete(key(op.at));
        this.#count(op.node, -1);
        return;
      case "rename":
        this.names.delete(key(op.from));
        if (op.victim !== null) this.#count(op.victim.node, -1);
        this.names.set(key(op.to), { at: op.to, node: op.node });
        return;
      case "write":
        for (const extent of op.extents) this.#size(op.node, (size) => Math.max(size, extent.offset + extent.length));
        return;
      case "append":
        return this.#size(op.node, (size) => size + op.extent.length);
      case "truncate":
        return this.#size(op.node, () => op.size);
      case "setattr": {
        const node = this.nodes.get(op.node);
        if (node !== undefined && op.mode !== undefined) node.mode = op.mode;
        return;
      }
      case "seed":
    }
  }

  #count(id: NodeId, by: number): void {
    const node = this.nodes.get(id);
    if (node !== undefined) node.nlink += by;
  }
  #size(id: NodeId, of: (size: number) => number): void {
    const node = this.nodes.get(id);
    if (node !== undefined) node.size = of(node.size);
  }
}

/** A temporary real folder, its HostFolder and a tree, ended by `dispose`. */
export class Bench {
  readonly dir = mkdtempSync(join(tmpdir(), "pm-content-"));
  tree = new Tree();
  folder: HostFolder;

  constructor(fill: (dir: string) => void = () => {}) {
    fill(this.dir);
    this.folder = openHostFolder(this.dir);
    this.folder.bind(this.tree);
  }

  /** The order of the host: the folder first, then the tree. */
  do(op: Op): Errno | undefined {
    const failed = this.folder.apply(op);
    if (failed === undefined) this.tree.adopt(op);
    return failed;
  }
  create(path: string, text = "", mode = 0o644): NodeId {
    const node = this.tree.newNode();
    const failed = this.do({ t: "create", at: this.tree.at(path), node, mode, time });
    if (failed !== undefined) throw new Error(`create: ${failed}`);
    if (text !== "") this.write(node, 0, text);
    return node;
  }
  mkdir(path: string, mode = 0o755): NodeId {
    const node = this.tree.newNode();
    const failed = this.do({ t: "mkdir", at: this.tree.at(path), node, mode, time });
    if (failed !== undefined) throw new Error(`mkdir: ${failed}`);
    return node;
  }
  write(node: NodeId, offset: number, text: string): Errno | undefined {
    const bytes = Buffer.from(text);
    return this.do({
      t: "write",
      node,
      base: v0,
      extents: [{ offset, length: bytes.length, bytes }],
      more: false,
      time,
    });
  }
  unlink(path: string): Errno | undefined {
    return this.do({ t: "unlink", at: this.tree.at(path), node: this.tree.id(path), seen: v0, time });
  }
  rename(from: string, to: string): Errno | undefined {
    const victim = this.tree.lookup(this.tree.at(to));
    return this.do({
      t: "rename",
      from: this.tree.at(from),
      to: this.tree.at(to),
      node: this.tree.id(from),
      victim: victim === undefined ? null : { node: victim, seen: v0 },
      time,
    });
  }
  text(node: NodeId, offset = 0, length = 1 << 20): string | Errno {
    const bytes = this.folder.read(node, offset, length);
    return typeof bytes === "number" ? bytes : Buffer.from(bytes).toString();
  }
  real(path: string): string {
    return join(this.dir, path);
  }
  dispose(): void {
    this.folder.dispose();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function key(at: Place): string {
  return `${at.parent}/${at.name}`;
}
