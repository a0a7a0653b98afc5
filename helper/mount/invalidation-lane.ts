/** The main thread's side of invalidate-worker.ts: a thread that writes notifications and blocks as long as the kernel lets it. */
import { Worker } from "node:worker_threads";
import type { NoticeBatch } from "./notice-batch.ts";

export interface InvalidationLane {
  /** Writes what it can claim, in order. One batch at a time. */
  write(batch: NoticeBatch): void;
  dispose(): Promise<void>;
}

/** `written`: everything the lane claimed of its batch is written. */
export type OpenLane = (written: () => void) => InvalidationLane;

export function workerLane(fd: number, onDefect: (error: unknown, during: string) => void): OpenLane {
  return (written) => {
    const worker = new Worker(new URL("./invalidate-worker.mjs", import.meta.url), { workerData: { fd } });
    worker.on("message", () => written());
    worker.on("error", (error) => onDefect(error, "writing invalidations"));
    worker.unref();
    return {
      write: (batch) => worker.postMessage(batch),
      dispose: async () => void (await worker.terminate()),
    };
  };
}
