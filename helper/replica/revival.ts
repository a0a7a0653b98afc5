import type { Op } from "./op.ts";
import type { Overlay } from "./overlay.ts";
import type { PendingQueue } from "./pending.ts";

/** R-REVIVE at a guest: what this peer has put into a directory that somebody else removed brings it back; until that is decided it stays in view. */
export function keepForRevival(
  overlay: Overlay,
  queue: PendingQueue,
  { at, node }: Extract<Op, { readonly t: "rmdir" }>,
): void {
  if (overlay.name(at) !== undefined) return;
  for (const pending of queue.all()) {
    const { names } = pending.holds;
    if (!names.some((name) => name.parent === node && overlay.name(name)?.node !== undefined)) continue;
    overlay.setName(at, node);
    pending.holds = { ...pending.holds, names: [...names, at] };
  }
}
