/** R-UNSENT: writes that wait for the host longer than moments outlive a guest that is killed; its next session recovers them. */
import type { Disposable } from "../base/disposable.ts";
import type { SessionClock, Timers } from "../base/ports.ts";
import type { GuestCache } from "../content/guest-cache.ts";
import { recoveredLine } from "../content/recovered.ts";
import type { RecoveryStore } from "../content/recovery-store.ts";
import { takeUnsent, UnsentStore } from "../content/unsent-store.ts";
import type { GuestReplica } from "../replica/api.ts";
import type { NodeId, Version } from "../replica/ids.ts";
import type { SessionEvent } from "./api.ts";
import { contentInfo, keepContent } from "./cached-content.ts";
import { createSlices } from "./slices.ts";
import { shownPath } from "./timeline.ts";
import { createWarnOnce } from "./warn-once.ts";

/** What waits this long is kept; between two looks. ms */
const pause = 1000;

export interface UnsentKeeperParts {
  readonly replica: GuestReplica;
  readonly cache: GuestCache;
  readonly recovery: RecoveryStore;
  /** Of all sessions of this workspace; made when there is something to keep. */
  readonly folder: string;
  readonly who: string;
  readonly clock: SessionClock;
  readonly timers: Timers;
  readonly emit: (event: SessionEvent) => void;
}

/** Recovers what killed sessions left, before it returns. Never throws. `dispose`: once all is decided or abandoned. */
export function startUnsentKeeper(parts: UnsentKeeperParts): Disposable {
  const { replica, cache, timers, emit } = parts;
  const store = new UnsentStore(parts.folder);
  const kept = new Map<NodeId, Version>();
  /** The last operation there was at the last look; 0: none was undecided. */
  let mark = 0;
  let isOver = false;
  let running: Promise<void> = Promise.resolve();
  let timer: { cancel(): void } | undefined;

  const warn = (text: string): void => emit({ event: "warning", text });
  const warnOf = createWarnOnce(warn, "what the host has not heard of cannot be kept for a crash");

  function recover(): void {
    const { entries, failed } = takeUnsent(parts.folder, parts.recovery);
    for (const { path, id } of entries)
      emit({ event: "recovered", path: shownPath(path), reason: "unsent", id: String(id) });
    if (failed > 0) warn(`${failed} versions of your last session cannot be recovered now: no room`);
  }

  async function save(): Promise<void> {
    const slices = createSlices();
    const lines = new Map<NodeId, string>();
    const fresh: NodeId[] = [];
    for (const { node, path } of replica.unsent()) {
      if (slices.isFull()) await slices.next();
      const now = replica.node(node);
      if (now === undefined || !cache.has(node)) continue;
      if (kept.get(node) !== now.version) {
        keepContent(cache, node, store.path(node), now.size);
        kept.set(node, now.version);
        fresh.push(node);
      }
      const about = { path, reason: "unsent", who: parts.who, when: parts.clock.now() } as const;
      lines.set(node, recoveredLine({ id: node, ...about, ...contentInfo(parts, node), size: now.size }));
    }
    await store.save(lines, fresh);
    for (const node of kept.keys()) if (!lines.has(node)) kept.delete(node);
  }

  async function look(): Promise<void> {
    const { lastSubmitted, lastDecided } = replica;
    const isLate = mark !== 0 && lastSubmitted !== 0 && lastDecided < mark;
    mark = lastSubmitted;
    try {
      if (isLate) await save();
      else if (kept.size > 0) forget();
    } catch (error) {
      warnOf(error);
    }
    if (!isOver) wait();
  }

  function forget(): void {
    kept.clear();
    store.clear();
  }

  function wait(): void {
    timer = timers.after(pause, () => {
      running = look();
    });
  }

  try {
    recover();
  } catch (error) {
    warnOf(error);
  }
  wait();

  return {
    async dispose() {
      isOver = true;
      timer?.cancel();
      await running;
      try {
        forget();
      } catch (error) {
        warnOf(error);
      }
    },
  };
}
