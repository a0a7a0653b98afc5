/** A workspace in memory, with a peer to play (`remote`) and answers that can be made to wait (`gate`). */
import { errno } from "../../helper/base/errno.ts";
import type { FileName } from "../../helper/base/name.ts";
import { done, fail, ok, type Answer, type Result } from "../../helper/base/result.ts";
import type {
  Attributes,
  CreateOptions,
  FileHandle,
  Kind,
  Node,
  NodeId,
  PathClass,
  Place,
  SpaceFigures,
  ViewChange,
  ViewObserver,
  Workspace,
} from "../../helper/mount/workspace.ts";
import { firstSeq, rootNode } from "../../helper/replica/ids.ts";
import { type Entry, MemoryTree } from "./memory-tree.ts";

export type Gate = (
  call: "create" | "mkdir" | "read" | "write" | "unlink" | "rename",
  node: NodeId,
) => Promise<void> | undefined;

export class MemoryWorkspace implements Workspace {
  readonly position = firstSeq;
  readonly #tree = new MemoryTree();
  readonly forgotten: NodeId[] = [];
  readonly synced: NodeId[] = [];
  readonly released: FileHandle[] = [];
  /** Returns a promise to make the call wait for it. */
  gate: Gate = () => undefined;
  fsyncResult: Result<void> = done;
  #observer: ViewObserver | undefined;

  /** What another peer does: the view changes first, then the mount is told. */
  readonly remote = {
    create: (at: Place, text = "", mode = 0o644): NodeId =>
      this.#remoteMake(at, "file", mode, (entry) => (entry.bytes = Buffer.from(text))),
    mkdir: (at: Place): NodeId => this.#remoteMake(at, "dir", 0o755, () => {}),
    symlink: (at: Place, target: string): NodeId =>
      this.#remoteMake(at, "symlink", 0o777, (entry) => (entry.node.target = target)),
    write: (node: NodeId, text: string): void => {
      const entry = this.#tree.must(node);
      entry.bytes = Buffer.from(text);
      this.#tree.touch(entry);
      this.tell([{ t: "content", node }]);
    },
    chmod: (node: NodeId, mode: number): void => {
      this.#tree.must(node).node.mode = mode;
      this.tell([{ t: "attributes", node }]);
    },
    remove: (at: Place): void => {
      const node = this.#tree.mustLookup(at);
      const { kind } = this.#tree.must(node).node;
      this.#tree.unbind(at);
      this.tell([{ t: "name", at, before: node, after: undefined, kind }]);
    },
    rename: (from: Place, to: Place): void => {
      const node = this.#tree.mustLookup(from);
      const victim = this.lookup(to);
      const { kind } = this.#tree.must(node).node;
      this.#tree.move(from, to);
      this.tell([
        { t: "name", at: from, before: node, after: undefined, kind, moved: { to } },
        { t: "name", at: to, before: victim, after: node, kind, moved: { from } },
      ]);
    },
    /** Another file takes the name over, as an adopted refusal does. */
    replace: (at: Place, text: string): NodeId => {
      const before = this.#tree.mustLookup(at);
      this.#tree.unbind(at);
      const after = this.#tree.bind(at, "file", 0o644);
      this.#tree.must(after).bytes = Buffer.from(text);
      this.tell([{ t: "name", at, before, after, kind: "file" }]);
      return after;
    },
  };

  tell(changes: readonly ViewChange[]): void {
    this.#observer?.changed(changes);
  }

  /** The barrier a grant waits for. */
  invalidated(): Promise<void> {
    return this.#observer?.invalidated() ?? Promise.resolve();
  }

  text(node: NodeId): string {
    return this.#tree.must(node).bytes.toString();
  }

  lookup(at: Place): NodeId | undefined {
    return this.#tree.lookup(at);
  }

  node(id: NodeId): Node | undefined {
    const entry = this.#tree.get(id);
    // A copy, as a view makes it: callers may compare with what was.
    return entry === undefined ? undefined : { ...entry.node, size: entry.bytes.length };
  }

  list(dir: NodeId): { readonly name: FileName; readonly node: NodeId }[] {
    return [...(this.#tree.get(dir)?.children ?? [])].map(([name, node]) => ({ name, node }));
  }

  parent(id: NodeId): NodeId | undefined {
    return this.#tree.get(id)?.parent;
  }

  classOf({ parent, name }: Place): PathClass {
    if (name === ".git" || this.classOfDir(parent) === "git-mutable") {
      return /^[0-9a-f]{38}$|^pack-/.test(name) ? "git-immutable" : "git-mutable";
    }
    return "work-tree";
  }

  classOfDir(dir: NodeId): PathClass {
    return dir === rootNode ? "work-tree" : this.classOfNode(dir);
  }

  classOfNode(id: NodeId): PathClass {
    const entry = this.#tree.get(id);
    if (entry === undefined || id === rootNode) return "work-tree";
    const name = this.#tree.nameOf(id);
    return name === undefined ? "work-tree" : this.classOf({ parent: entry.parent, name });
  }

  isIndex(id: NodeId): boolean {
    const entry = this.#tree.get(id);
    return entry !== undefined && this.#tree.nameOf(id) === "index" && this.classOfDir(entry.parent) === "git-mutable";
  }

  create(at: Place, options: CreateOptions): Answer<NodeId> {
    return this.#gated("create", at.parent, () => this.#makeAt(at, "file", options.mode));
  }

  mkdir(at: Place, mode: number): Answer<NodeId> {
    return this.#gated("mkdir", at.parent, () => this.#makeAt(at, "dir", mode));
  }

  symlink(at: Place, target: string): Answer<NodeId> {
    const made = this.#makeAt(at, "symlink", 0o777);
    if (made.ok) this.#tree.must(made.value).node.target = target;
    return made;
  }

  link(node: NodeId, at: Place): Answer<void> {
    if (this.lookup(at) !== undefined) return fail(errno.EEXIST);
    this.#tree.link(node, at);
    return done;
  }

  unlink(at: Place): Answer<void> {
    return this.#gated("unlink", at.parent, () => this.#removeAt(at));
  }

  rmdir(at: Place): Answer<void> {
    const node = this.lookup(at);
    if (node !== undefined && this.#tree.must(node).children.size > 0) return fail(errno.ENOTEMPTY);
    return this.#removeAt(at);
  }

  rename(from: Place, to: Place, noReplace: boolean): Answer<void> {
    return this.#gated("rename", from.parent, () => {
      if (this.lookup(from) === undefined) return fail(errno.ENOENT);
      if (noReplace && this.lookup(to) !== undefined) return fail(errno.EEXIST);
      this.#tree.move(from, to);
      return done;
    });
  }

  setAttributes(node: NodeId, attributes: Attributes): Answer<void> {
    const entry = this.#tree.must(node);
    const { size, ...rest } = attributes;
    if (size !== undefined) {
      entry.bytes = Buffer.concat([entry.bytes.subarray(0, size)], size);
      this.#tree.touch(entry);
    }
    Object.assign(entry.node, rest);
    return done;
  }

  open(node: NodeId, mode: { readonly writable: boolean; readonly append: boolean }): Result<FileHandle> {
    return this.#tree.get(node) !== undefined ? ok({ node, ...mode }) : fail(errno.ESTALE);
  }

  read(node: NodeId, offset: number, length: number): Answer<Uint8Array> {
    return this.#gated("read", node, () => ok(this.#tree.must(node).bytes.subarray(offset, offset + length)));
  }

  write(node: NodeId, handle: FileHandle | undefined, offset: number, bytes: Uint8Array): Answer<number> {
    const copy = Buffer.from(bytes);
    return this.#gated("write", node, () => {
      const entry = this.#tree.must(node);
      const start = handle?.append ? entry.bytes.length : offset;
      const whole = Buffer.alloc(Math.max(entry.bytes.length, start + copy.length));
      entry.bytes.copy(whole);
      copy.copy(whole, start);
      entry.bytes = whole;
      this.#tree.touch(entry);
      return ok(start);
    });
  }

  flush(): Answer<void> {
    return done;
  }

  async fsync(node: NodeId): Promise<Result<void>> {
    this.synced.push(node);
    return this.fsyncResult;
  }

  release(handle: FileHandle): void {
    this.released.push(handle);
  }

  forget(node: NodeId): void {
    this.forgotten.push(node);
    this.#tree.forget(node);
  }

  async space(): Promise<Result<SpaceFigures>> {
    return ok({ blockSize: 4096, blocks: 1000n, free: 500n, available: 500n, files: 1000n, filesFree: 500n });
  }

  observe(observer: ViewObserver): void {
    this.#observer = observer;
  }

  #gated<T>(call: Parameters<Gate>[0], node: NodeId, act: () => Result<T>): Answer<T> {
    const waiting = this.gate(call, node);
    return waiting === undefined ? act() : waiting.then(act);
  }

  #remoteMake(at: Place, kind: Kind, mode: number, fill: (entry: Entry) => void): NodeId {
    const node = this.#tree.bind(at, kind, mode);
    fill(this.#tree.must(node));
    this.tell([{ t: "name", at, before: undefined, after: node, kind }]);
    return node;
  }

  #makeAt(at: Place, kind: Kind, mode: number): Result<NodeId> {
    if (this.lookup(at) !== undefined) return fail(errno.EEXIST);
    return ok(this.#tree.bind(at, kind, mode));
  }

  #removeAt(at: Place): Result<void> {
    if (this.lookup(at) === undefined) return fail(errno.ENOENT);
    this.#tree.unbind(at);
    return done;
  }
}
