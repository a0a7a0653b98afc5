/** The main thread's side of invalidate-worker.ts: a thread that writes notifications and blocks as long as the kernel lets it. */
import { Worker } from "node:worker_threads";

export interface Notification {
  readonly serial: number;
  readonly bytes: Uint8Array;
}

/** Worker → main. `unknown`: the kernel did not know the node or name (ENOENT). */
export interface Written {
  readonly serials: readonly number[];
  readonly unknown: readonly number[];
}

/** Writes in order; each batch is reported once it is written. */
export interface InvalidationLane {
  write(batch: readonly Notification[]): void;
  dispose(): Promise<void>;
}

export type OpenLane = (written: (report: Written) => void) => InvalidationLane;

export function workerLane(fd: number, onDefect: (error: unknown, during: string) => void): OpenLane {
  return (written) => {
    const worker = new Worker(new URL("./invalidate-worker.mjs", import.meta.url), { workerData: { fd } });
    worker.on("message", (report: Written) => written(report));
    worker.on("error", (error) => onDefect(error, "writing invalidations"));
    worker.unref();
    return {
      write: (batch) => worker.postMessage(batch),
      dispose: async () => void (await worker.terminate()),
    };
  };
}
