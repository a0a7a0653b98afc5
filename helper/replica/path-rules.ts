import type { FileName } from "../base/name.ts";
import type { NodeId } from "./ids.ts";
import type { Kind } from "./op.ts";

/**
 * Which paths of the work tree are not simply shared (R-HIDE, R-SEED). Told by the host, the same for all. Both are asked of
 * what is outside git dirs only.
 */
export interface PathRules {
  /** By name, but for certain directories: the host's stays at the host, a guest's own at the guest. Never changes within a session, whatever is moved. */
  isHidden(name: FileName, dir: NodeId): boolean;
  /**
   * Ignored by git and not tracked, nor above something tracked. `path`: names from the root, the last of them of this `kind`;
   * what is below an ignored directory is ignored.
   */
  isIgnored(path: readonly FileName[], kind: Kind): boolean;
}

export const nothingApart: PathRules = { isHidden: () => false, isIgnored: () => false };
