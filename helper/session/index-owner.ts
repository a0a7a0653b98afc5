/**
 * Git's index between peers whose mounts show different owners (DESIGN "One stat everywhere"). The shared bytes say the owner
 * the host shows; this mount shows them with its own owner in its place, and what is written here is shared with the host's.
 * A workspace around the workspace, there only where owners differ.
 */
import { type Answer, ok, type Result } from "../base/result.ts";
import { exchangeIndexOwner, type Owner } from "../git/index-owner.ts";
import type { FileHandle, Workspace } from "../mount/workspace.ts";
import type { View } from "../replica/api.ts";
import type { NodeId, Version } from "../replica/ids.ts";
import type { Place } from "../replica/op.ts";

/** Exchanged indexes kept whole: the present one, and those still mapped by a git that runs. */
const keptIndexes = 4;

export interface IndexOwnerParts {
  readonly workspace: Workspace;
  readonly view: Pick<View, "lookup" | "node" | "placeOf" | "gitDirOf">;
  /** As the host shows it: what the shared bytes say. */
  readonly shared: Owner;
  /** As this mount shows it. */
  readonly shown: Owner;
}

/**
 * Every reader of a node sees one form of it for as long as the kernel knows the node, also after its name is gone: pages
 * read early and late belong together. Exchanging is its own inverse, so the kernel's pages of what was written here stay true
 * when the bytes below them change to the shared form.
 */
export function withIndexOwner({ workspace, view, shared, shown }: IndexOwnerParts): Workspace {
  /** Shown exchanged. */
  const exchanged = new Set<NodeId>();
  /** Being written here: the bytes below are in this mount's form until FLUSH. */
  const ours = new Set<NodeId>();
  const kept = new Map<NodeId, { readonly version: Version | undefined; readonly bytes: Answer<Uint8Array> }>();

  const versionOf = (node: NodeId): Version | undefined => view.node(node)?.version;

  /** `index` and `index.lock` directly in a git dir. Other indexes (`next-index-7.lock`) are read by their writer alone. */
  function isIndexPlace(at: Place | undefined): boolean {
    if (at === undefined || (at.name !== "index" && at.name !== "index.lock")) return false;
    return view.gitDirOf(at.parent) === at.parent;
  }

  function isExchanged(node: NodeId): boolean {
    return !ours.has(node) && (exchanged.has(node) || isIndexPlace(view.placeOf(node)));
  }

  function readWhole(node: NodeId): Answer<Uint8Array> {
    return andThen(workspace.read(node, 0, view.node(node)?.size ?? 0), (bytes) =>
      ok(exchangeIndexOwner(bytes, shared, shown)),
    );
  }

  function exchangedBytes(node: NodeId): Answer<Uint8Array> {
    const version = versionOf(node);
    const known = kept.get(node);
    if (known !== undefined && known.version === version) return known.bytes;
    const bytes = andThen(readWhole(node), (read) => {
      if (versionOf(node) === version) return ok(read);
      kept.delete(node);
      return exchangedBytes(node);
    });
    kept.delete(node);
    kept.set(node, { version, bytes });
    for (const oldest of kept.keys()) if (kept.size > keptIndexes) kept.delete(oldest);
    // An error is not remembered.
    if (bytes instanceof Promise) void bytes.then((result) => result.ok || kept.delete(node));
    else if (!bytes.ok) kept.delete(node);
    return bytes;
  }

  /** Writes the bytes below in the other form. What is no whole index is the same in both. */
  function changeForm(node: NodeId, handle: FileHandle | undefined): Answer<void> {
    kept.delete(node);
    return andThen(workspace.read(node, 0, view.node(node)?.size ?? 0), (bytes) => {
      const other = exchangeIndexOwner(bytes, shared, shown);
      if (other === bytes) return ok(undefined);
      return andThen(workspace.write(node, handle?.append ? undefined : handle, 0, other), () => ok(undefined));
    });
  }

  /** Before the first byte is changed here. */
  function makeOurs(node: NodeId, handle: FileHandle | undefined): Answer<void> {
    return andThen(changeForm(node, handle), () => {
      ours.add(node);
      return ok(undefined);
    });
  }

  function makeShared(node: NodeId, handle: FileHandle | undefined): Answer<void> {
    return andThen(changeForm(node, handle), () => {
      ours.delete(node);
      exchanged.add(node);
      return ok(undefined);
    });
  }

  // Call by call: a spread would read `position` once, and of a workspace that is a class take no method at all.
  return {
    get position() {
      return workspace.position;
    },
    lookup: (at) => workspace.lookup(at),
    node: (id) => workspace.node(id),
    list: (dir) => workspace.list(dir),
    parent: (id) => workspace.parent(id),
    classOf: (at) => workspace.classOf(at),
    classOfDir: (dir) => workspace.classOfDir(dir),
    classOfNode: (id) => workspace.classOfNode(id),
    isIndex: (id) => workspace.isIndex(id),
    create: (at, options) => workspace.create(at, options),
    mkdir: (at, mode) => workspace.mkdir(at, mode),
    symlink: (at, target) => workspace.symlink(at, target),
    link: (node, at) => workspace.link(node, at),
    unlink: (at) => workspace.unlink(at),
    rmdir: (at) => workspace.rmdir(at),
    open: (node, mode) => workspace.open(node, mode),
    fsync: (node) => workspace.fsync(node),
    release: (handle) => workspace.release(handle),
    space: () => workspace.space(),
    observe: (observer) => workspace.observe(observer),

    read(node, offset, length) {
      if (!isExchanged(node)) return workspace.read(node, offset, length);
      exchanged.add(node);
      return andThen(exchangedBytes(node), (bytes) => ok(bytes.subarray(offset, offset + length)));
    },
    write(node, handle, offset, bytes) {
      if (!isExchanged(node)) return workspace.write(node, handle, offset, bytes);
      const made = makeOurs(node, handle);
      // The request's buffer is the kernel's and does not wait.
      const stays = made instanceof Promise ? bytes.slice() : bytes;
      return andThen(made, () => workspace.write(node, handle, offset, stays));
    },
    setAttributes(node, attributes) {
      const cuts = attributes.size !== undefined && attributes.size > 0 && isExchanged(node);
      if (!cuts) return workspace.setAttributes(node, attributes);
      return andThen(makeOurs(node, undefined), () => workspace.setAttributes(node, attributes));
    },
    flush(node, handle) {
      if (!ours.has(node)) return workspace.flush(node, handle);
      return andThen(makeShared(node, handle), () => workspace.flush(node, handle));
    },
    rename(from, to, noReplace) {
      const node = view.lookup(from);
      const arrives = node !== undefined && isIndexPlace(to) && !isExchanged(node);
      if (!arrives) return workspace.rename(from, to, noReplace);
      return andThen(makeShared(node, undefined), () => workspace.rename(from, to, noReplace));
    },
    forget(node) {
      exchanged.delete(node);
      ours.delete(node);
      kept.delete(node);
      workspace.forget(node);
    },
  };
}

/** At once where the answer is known, else when it is. */
function andThen<T, U>(answer: Answer<T>, follow: (value: T) => Answer<U>): Answer<U> {
  const continued = (result: Result<T>): Answer<U> => (result.ok ? follow(result.value) : result);
  return answer instanceof Promise ? answer.then(continued) : continued(answer);
}
