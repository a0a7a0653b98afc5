import type { Result } from "../base/result.ts";
import type { ContentEffect } from "./api.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId, OpId } from "./ids.ts";
import { parkEffect } from "./parking.ts";
import type { ViewChange } from "./view-change.ts";

/** A `Received` under construction. */
export interface Effects {
  readonly content: ContentEffect[];
  readonly changes: ViewChange[];
  readonly settled: { readonly id: OpId; readonly result: Result<void> }[];
}

export function noEffects(): Effects {
  return { content: [], changes: [], settled: [] };
}

export function park(view: GuestView, node: NodeId, why: Parameters<typeof parkEffect>[2], effects: Effects): void {
  const effect = parkEffect(view, node, why);
  if (effect !== undefined) effects.content.push(effect);
}
