/** One direction of one connection. Each chunk leaves `delay ± jitter` after it came, never before an earlier one. */
import type { Socket } from "node:net";

export interface LaneDelay {
  readonly ms: number;
  readonly jitter: number;
}

export interface Lane {
  bytes(): number;
  stall(): void;
  resume(): void;
}

/** More than a link's credit, so that the link's own flow control acts first. */
const mostQueued = 64 << 20;

export function createLane(options: {
  readonly from: Socket;
  readonly to: Socket;
  readonly delay: () => LaneDelay;
  readonly random: () => number;
}): Lane {
  const { from, to } = options;
  /** undefined stands for the end of the stream. */
  const queue: { readonly due: number; readonly chunk: Buffer | undefined }[] = [];
  let queued = 0;
  let passed = 0;
  let lastDue = 0;
  let stalled = false;
  let timer: NodeJS.Timeout | undefined;

  const release = (): void => {
    timer = undefined;
    while (!stalled && queue[0] !== undefined && queue[0].due <= performance.now()) {
      const chunk = queue.shift()?.chunk;
      if (to.destroyed) continue;
      if (chunk === undefined) to.end();
      else {
        queued -= chunk.length;
        to.write(chunk);
      }
    }
    if (queued < mostQueued) from.resume();
    if (!stalled && queue[0] !== undefined) timer = setTimeout(release, Math.max(0, queue[0].due - performance.now()));
  };

  const accept = (chunk: Buffer | undefined): void => {
    const { ms, jitter } = options.delay();
    const due = performance.now() + Math.max(0, ms + (options.random() * 2 - 1) * jitter);
    lastDue = Math.max(lastDue, due);
    queue.push({ due: lastDue, chunk });
    queued += chunk?.length ?? 0;
    if (queued >= mostQueued) from.pause();
    if (timer === undefined) release();
  };

  from.on("data", (chunk: Buffer) => {
    passed += chunk.length;
    accept(chunk);
  });
  from.on("end", () => accept(undefined));
  from.on("close", () => {
    if (!from.readableEnded) to.destroy();
  });
  to.on("close", () => clearTimeout(timer));

  return {
    bytes: () => passed,
    stall: () => {
      stalled = true;
    },
    resume: () => {
      stalled = false;
      if (timer === undefined) release();
    },
  };
}
