/** Content of a guest's cache on its way to where it outlives the session. */
import { getSystemErrorName } from "node:util";
import type { GuestCache } from "../content/guest-cache.ts";
import type { KeptInfo } from "../content/recovery-store.ts";
import type { GuestReplica } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";

/** The file's first `size` bytes at `path`, as a link where that can be: what is written later shows there, too. Throws what the file system says. */
export function keepContent(cache: GuestCache, node: NodeId, path: string, size: number): void {
  const failed = cache.keepAt(node, path, size);
  if (failed !== undefined)
    throw Object.assign(new Error("content cannot be kept"), { code: getSystemErrorName(-(failed as number)) });
}

/** What the recovery store wants to know of content that is in the cache. */
export function contentInfo(
  { replica, cache }: { readonly replica: GuestReplica; readonly cache: GuestCache },
  node: NodeId,
): Pick<KeptInfo, "node" | "base" | "present"> {
  const whole = !cache.has(node) || cache.covers(node, 0, replica.node(node)?.size ?? 0);
  const present = cache.present(node).map(({ from, to }) => [from, to] as const);
  return { node, base: replica.confirmed(node)?.version ?? 0, ...(!whole && { present }) };
}
