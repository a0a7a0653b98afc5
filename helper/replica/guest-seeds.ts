import type { Time } from "../base/time.ts";
import type { Snapshot } from "./api.ts";
import type { Effects } from "./guest-effects.ts";
import type { GuestView } from "./guest-view.ts";
import type { Place } from "./op.ts";

/** R-PRIV: the configs that came with a snapshot. */
export function takeSeeds(view: GuestView, seeds: Snapshot["seeds"], effects: Effects): void {
  for (const { dir, name, bytes } of seeds) {
    const inode = view.node(dir);
    if (inode !== undefined) takeSeed(view, { parent: dir, name }, { bytes, time: inode.mtime }, effects);
  }
}

/** R-PRIV: a config of somebody else's, unless this guest has written its own. */
export function takeSeed(
  view: GuestView,
  at: Place,
  seed: { readonly bytes: Uint8Array; readonly time: Time },
  effects: Effects,
): void {
  const before = view.lookup(at);
  const node = view.privates.takeSeed(at, seed.bytes.length, seed.time);
  if (node === undefined) return;
  effects.content.push({ t: "seed", node, dir: at.parent, bytes: seed.bytes });
  effects.changes.push(before === node ? { t: "content", node } : { t: "name", at, before, after: node, kind: "file" });
}
