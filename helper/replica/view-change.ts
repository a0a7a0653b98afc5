import type { NodeId } from "./ids.ts";
import type { Kind, Place } from "./op.ts";

/**
 * How long and whether the kernel may cache: the rows of DESIGN's table (mount/cache-policy.ts turns it into numbers).
 * `git-skeleton`: a git dir and the directories in it that git makes once and never removes.
 */
export type PathClass = "git-immutable" | "git-mutable" | "git-skeleton" | "work-tree";

/** What a change made by somebody else (or an adopted refusal) did to this peer's view. Sent after the view has changed. */
export type ViewChange =
  /** `at` names another node than before (undefined = nothing). `moved` pairs the two halves of one rename. */
  | {
      readonly t: "name";
      readonly at: Place;
      readonly before: NodeId | undefined;
      readonly after: NodeId | undefined;
      readonly kind: Kind;
      readonly moved?: { readonly from: Place } | { readonly to: Place };
    }
  /** Bytes (and with them size, times) of a file changed. */
  | { readonly t: "content"; readonly node: NodeId }
  /** Only attributes changed (mode, times, nlink). */
  | { readonly t: "attributes"; readonly node: NodeId };
