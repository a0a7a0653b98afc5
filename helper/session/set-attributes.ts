import type { Time } from "../base/time.ts";
import type { Attributes } from "../mount/workspace.ts";
import type { NodeId } from "../replica/ids.ts";
import type { LocalOp } from "../replica/api.ts";

type SetAttributes = Extract<LocalOp, { t: "setattr" }>;

/** What is set of a node besides its size, as an operation; undefined where that is nothing. */
export function setAttributesOp(
  node: NodeId,
  { mode, atime, mtime }: Attributes,
  time: Time,
): SetAttributes | undefined {
  if (mode === undefined && atime === undefined && mtime === undefined) return undefined;
  return {
    t: "setattr",
    node,
    time,
    ...(mode !== undefined && { mode }),
    ...(atime !== undefined && { atime }),
    ...(mtime !== undefined && { mtime }),
  };
}
