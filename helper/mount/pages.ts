/**
 * Whether the kernel's pages of a file are the truth. They are known good at one version; a local change carries the
 * kernel's pages along (no AUTO_INVAL_DATA), a change by others comes with an invalidation.
 */
import type { NodeId, Version } from "../replica/ids.ts";
import type { MountContext } from "./context.ts";
import type { Known } from "./lookups.ts";
import type { Node } from "./workspace.ts";

export function arePagesGood(known: Known, node: Node): boolean {
  return known.pendingPages === 0 && known.pagesVersion === node.version;
}

/** After a local change made through the kernel: pages good before it are good after it. */
export function keepPages(context: MountContext, id: NodeId, before: Version): void {
  const known = context.lookups.get(id);
  if (known === undefined || known.pagesVersion !== before) return;
  const node = context.workspace.node(id);
  if (node !== undefined) known.pagesVersion = node.version;
}
