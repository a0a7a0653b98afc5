/**
 * When notices show. VS Code shows three at once, the newest on top, most of them for ten seconds: one whose button the user needs
 * is neither pushed out nor buried by others. Pure: time and drawing are its parts.
 */
import type { Timers } from "./helper-edge.ts";
import { merged, type Notice } from "./notices.ts";

export interface NoticeBoard {
  /** Shown with the others of its moment, as few as can be; not while one that is needed waits for its answer. */
  tell(notice: Notice): void;
  /** Shown at once, on top of what was told before. Settles as `ask` does. */
  need<T>(ask: () => PromiseLike<T>): Promise<T>;
  dispose(): void;
}

/** What comes within this belongs to one moment. Milliseconds. */
const moment = 400;
/** How long what was told waits for an answer that does not come: by then VS Code itself has put the question away. Milliseconds. */
const patience = 10_000;

export function createNoticeBoard(parts: {
  readonly timers: Timers;
  readonly show: (notice: Notice) => void;
}): NoticeBoard {
  const { timers, show } = parts;
  const waits = new Set<{ cancel(): void }>();
  let held: readonly Notice[] = [];
  let timer: { cancel(): void } | undefined;

  function flush(): void {
    timer?.cancel();
    timer = undefined;
    const now = merged(held);
    held = [];
    for (const notice of now) show(notice);
  }

  function look(): void {
    if (waits.size === 0 && held.length > 0) timer ??= timers.after(moment, flush);
  }

  return {
    tell(notice) {
      held = [...held, notice];
      look();
    },
    async need(ask) {
      if (waits.size === 0) flush();
      const wait = timers.after(patience, answered);
      waits.add(wait);
      function answered(): void {
        wait.cancel();
        if (waits.delete(wait)) look();
      }
      try {
        return await ask();
      } finally {
        answered();
      }
    },
    dispose() {
      timer?.cancel();
      for (const wait of waits) wait.cancel();
    },
  };
}
