/**
 * READDIR, READDIRPLUS. OPENDIR is answered ENOSYS: the kernel then opens directories by itself and keeps every listing until
 * an invalidation (fs/fuse/dir.c and readdir.c, no_opendir), so there are no handles. Who reads on goes on with the rows
 * of whoever began last (offset 0, so also after rewinddir), without names that have gone since: no reader is kept going by
 * what is made meanwhile. Order and offsets are those of the directory's cookies (listing-cookies.ts).
 */
import { errno } from "../base/errno.ts";
import type { FileName } from "../base/name.ts";
import type { DirectoryRow, RequestOf } from "../fuse/api.ts";
import type { NodeId } from "../replica/ids.ts";
import { presentEntry } from "./attributes.ts";
import { cachePolicy } from "./cache-policy.ts";
import type { MountContext } from "./context.ts";
import { Cookies } from "./listing-cookies.ts";
import type { Known } from "./lookups.ts";
import type { Kind, Node } from "./workspace.ts";

/** Rising by cookie. */
export type Listing = readonly { readonly name: FileName; readonly cookie: number }[];

/** DT_* of dirent.h */
const typeOf: { readonly [K in Kind]: number } = { file: 8, dir: 4, symlink: 10 };
/** Lower bounds of a row's bytes: no answer holds more rows than its size divided by these. */
const leastRow = 32;
const leastPlusRow = 160;

export function readdir(context: MountContext, request: RequestOf<"readdir" | "readdirplus">): void {
  const { workspace, lookups, replies } = context;
  const id = request.node as NodeId;
  const dir = workspace.node(id);
  const known = lookups.get(id);
  if (known === undefined || dir === undefined) return replies.error(request.unique, errno.ESTALE);
  if (request.offset === 0 || known.listing === undefined) known.listing = takeListing(context, known);
  const plus = request.op === "readdirplus";
  const most = Math.ceil(request.size / (plus ? leastPlusRow : leastRow));
  const rows = rowsAfter(context, dir, known.listing, request.offset, most, plus);
  const used = replies.listing(request.unique, request.size, rows, plus);
  known.listed = true;
  if (rows.length === 0) known.listing = undefined;
  if (!plus) return;
  for (let i = 0; i < used; i++) {
    const row = rows[i];
    if (row?.entry) lookups.answered(row.entry.node as NodeId, id, row.name as FileName, row.entry.entryTtl);
  }
}

function takeListing(context: MountContext, known: Known): Listing {
  const living = context.workspace.list(known.node);
  const cookies = (known.cookies ??= new Cookies());
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
