/** Carries out on a guest's cache what the confirmed layer did to content. */
import type { SessionClock } from "../base/ports.ts";
import { unreachable } from "../base/brand.ts";
import type { GuestCache } from "../content/guest-cache.ts";
import type { RecoveryStore } from "../content/recovery-store.ts";
import type { ContentEffect, GuestReplica } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { SessionEvent } from "./api.ts";
import { contentInfo } from "./cached-content.ts";
import { shownPath } from "./timeline.ts";

export interface ContentApplierParts {
  readonly replica: GuestReplica;
  readonly cache: GuestCache;
  readonly recovery: RecoveryStore;
  readonly clock: SessionClock;
  readonly who: string;
  readonly emit: (event: SessionEvent) => void;
  readonly died: (node: NodeId) => void;
}

export function createContentApplier(parts: ContentApplierParts): (effects: readonly ContentEffect[]) => void {
  const { replica, cache, recovery, clock } = parts;

  function park({ node, path, reason, extents }: Extract<ContentEffect, { t: "park" }>): void {
    const kept = recovery.keep(
      { path, reason, who: parts.who, when: clock.now(), ...contentInfo({ replica, cache }, node) },
      { extents, ...(cache.has(node) && { copyTo: (to: string) => cache.copyTo(node, to) }) },
    );
    const shown = shownPath(path);
    if (kept.ok) parts.emit({ event: "recovered", path: shown, reason, id: String(kept.value.entry.id) });
    else
      parts.emit({
        event: "warning",
        text: `a version of ${shown} that lost a race could not be kept: no room for the recovery store`,
      });
  }

  function apply(effect: ContentEffect): void {
    switch (effect.t) {
      case "bytes": {
        // A file this cache never held is registered as wholly missing, unless these bytes are all of it.
        const { node, offset, bytes } = effect;
        const size = replica.node(node)?.size ?? 0;
        cache.ensure(node, offset === 0 && bytes.length >= size ? 0 : size);
        cache.write(node, offset, bytes);
        return;
      }
      case "stale":
        return cache.markStale(effect.node, effect.offset, effect.length);
      case "size":
        if (cache.has(effect.node)) cache.truncate(effect.node, effect.size);
        return;
      case "reset":
        return cache.reset(effect.node, effect.size);
      case "park":
        return park(effect);
      case "seed":
        cache.reset(effect.node, 0);
        cache.write(effect.node, 0, effect.bytes);
        return;
      case "dead":
        return parts.died(effect.node);
      default:
        return unreachable(effect);
    }
  }

  return (effects) => {
    for (const effect of effects) apply(effect);
  };
}
