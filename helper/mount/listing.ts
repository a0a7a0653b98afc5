/**
 * OPENDIR, READDIR, READDIRPLUS. A handle lists what was there when it began to read (offset 0, so also after rewinddir),
 * without names that have gone since. Order and offsets are those of the directory's cookies (listing-cookies.ts).
 */
import { errno } from "../base/errno.ts";
import type { FileName } from "../base/name.ts";
import type { DirectoryRow, RequestOf } from "../fuse/api.ts";
import type { NodeId } from "../replica/ids.ts";
import { presentEntry } from "./attributes.ts";
import { cachePolicy, directoryOpenFlags } from "./cache-policy.ts";
import type { MountContext } from "./context.ts";
import { Cookies } from "./listing-cookies.ts";
import type { Kind, Node } from "./workspace.ts";

/** Rising by cookie. */
export type Listing = readonly { readonly name: FileName; readonly cookie: number }[];

/** DT_* of dirent.h */
const typeOf: { readonly [K in Kind]: number } = { file: 8, dir: 4, symlink: 10 };
/** Lower bounds of a row's bytes: no answer holds more rows than its size divided by these. */
const leastRow = 32;
const leastPlusRow = 160;

export function opendir(context: MountContext, request: RequestOf<"open" | "opendir">): void {
  const { workspace, handles, lookups, replies } = context;
  const id = request.node as NodeId;
  const node = workspace.node(id);
  if (node === undefined) return replies.error(request.unique, errno.ESTALE);
  if (node.kind !== "dir") return replies.error(request.unique, errno.ENOTDIR);
  const known = lookups.pin(id);
  const flags = directoryOpenFlags(workspace.classOfDir(id), known.pendingPages === 0);
  replies.opened(request.unique, { handle: handles.add(id, undefined), flags });
}

export function readdir(context: MountContext, request: RequestOf<"readdir" | "readdirplus">): void {
  const { workspace, handles, lookups, replies } = context;
  const id = request.node as NodeId;
  const handle = handles.get(request.handle);
  const dir = workspace.node(id);
  if (handle === undefined || dir === undefined) return replies.error(request.unique, errno.EBADF);
  if (request.offset === 0 || handle.listing === undefined) handle.listing = takeListing(context, id);
  const plus = request.op === "readdirplus";
  const rows = rowsAfter(
    context,
    dir,
    handle.listing,
    request.offset,
    Math.ceil(request.size / (plus ? leastPlusRow : leastRow)),
    plus,
  );
  const used = replies.listing(request.unique, request.size, rows, plus);
  if (!plus) return;
  for (let i = 0; i < used; i++) {
    const row = rows[i];
    if (row?.entry) lookups.answered(row.entry.node as NodeId, id, row.name as FileName, row.entry.entryTtl);
  }
}

function takeListing(context: MountContext, id: NodeId): Listing {
  const living = context.workspace.list(id);
  const known = context.lookups.get(id);
  const cookies = known?.cookies ?? new Cookies();
  if (known !== undefined) known.cookies = cookies;
  cookies.prune(living);
  return living.map(({ name }) => ({ name, cookie: cookies.of(name) })).sort((a, b) => a.cookie - b.cookie);
}

function rowsAfter(
  context: MountContext,
  dir: Node,
  listing: Listing,
  offset: number,
  most: number,
  plus: boolean,
): DirectoryRow[] {
  const { workspace } = context;
  const rows: DirectoryRow[] = [];
  if (offset < 1) rows.push({ name: ".", ino: dir.ino, next: 1, type: typeOf.dir, entry: null });
  if (offset < 2) rows.push({ name: "..", ino: inoOfParent(context, dir), next: 2, type: typeOf.dir, entry: null });
  for (let i = firstAfter(listing, offset); i < listing.length && rows.length < most; i++) {
    const { name, cookie } = listing[i] as Listing[number];
    const at = { parent: dir.id, name };
    const id = workspace.lookup(at);
    const node = id === undefined ? undefined : workspace.node(id);
    if (node === undefined) continue;
    // An entry that may not be cached would only cost a FORGET.
    const cached = plus && cachePolicy(workspace.classOf(at)).entryTtl > 0;
    rows.push({
      name,
      ino: node.ino,
      next: cookie,
      type: typeOf[node.kind],
      entry: cached ? presentEntry(context, at, node) : null,
    });
  }
  return rows;
}

function inoOfParent(context: MountContext, dir: Node): number {
  const parent = context.workspace.parent(dir.id);
  return (parent === undefined ? undefined : context.workspace.node(parent)?.ino) ?? dir.ino;
}

/** Index of the first row whose cookie is above `offset`. */
function firstAfter(listing: Listing, offset: number): number {
  let low = 0;
  let high = listing.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((listing[middle] as Listing[number]).cookie <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
