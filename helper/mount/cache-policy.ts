/** DESIGN §3 "Cache policy": what the kernel may keep, by path class. Seconds. */
import { openFlag } from "../fuse/abi.ts";
import type { PathClass } from "./workspace.ts";

export interface CachePolicy {
  readonly entryTtl: number;
  readonly attributeTtl: number;
  readonly negativeTtl: number;
}

const hour = 3600;
const table: { readonly [C in PathClass]: CachePolicy } = {
  "git-immutable": { entryTtl: 24 * hour, attributeTtl: 24 * hour, negativeTtl: 0 },
  "git-mutable": { entryTtl: 0, attributeTtl: 0, negativeTtl: 0 },
  "git-skeleton": { entryTtl: hour, attributeTtl: hour, negativeTtl: 0 },
  "work-tree": { entryTtl: hour, attributeTtl: hour, negativeTtl: hour },
};

/**
 * For how long at least the attributes in an answer to LOOKUP are good, seconds; the kernel makes it one tick of its clock
 * (fs/fuse/dir.c, time_to_jiffies). A stat by path that had to look the name up is answered by that and asks no GETATTR. What
 * may be a tick too old is an fstat after somebody else's chmod or utimes: of changed bytes the kernel is told.
 */
export const lookedUpTtl = 0.001;

export function cachePolicy(pathClass: PathClass): CachePolicy {
  return table[pathClass];
}

/**
 * FOPEN flags of a file. `pagesGood`: the kernel's pages hold the node's present version and no invalidation of them is
 * on its way. Readers need no FLUSH: it would tell nothing.
 */
export function fileOpenFlags(writable: boolean, pagesGood: boolean): number {
  return (writable ? 0 : openFlag.noFlush) | (pagesGood ? openFlag.keepCache : 0);
}
