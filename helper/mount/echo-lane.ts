/** The main thread's side of echo-worker.ts: a thread that makes one VFS call on the own mount at a time. */
import { Worker } from "node:worker_threads";

/** Paths are bytes. */
export type EchoCall =
  | { readonly t: "create" | "mkdir"; readonly path: Uint8Array; readonly mode: number }
  | { readonly t: "symlink"; readonly path: Uint8Array; readonly target: Uint8Array }
  | { readonly t: "unlink" | "rmdir"; readonly path: Uint8Array }
  | { readonly t: "rename"; readonly path: Uint8Array; readonly to: Uint8Array }
  | { readonly t: "modify"; readonly path: Uint8Array; readonly size: number }
  | { readonly t: "touch"; readonly path: Uint8Array };

/** Worker → main. */
export type EchoReport =
  | { readonly t: "ready"; readonly thread: number }
  /** `error`: what the call answered, as watchers then saw nothing. */
  | { readonly t: "done"; readonly error: string | undefined };

export interface EchoLane {
  call(call: EchoCall): void;
  dispose(): Promise<void>;
}

export type OpenEchoLane = (report: (report: EchoReport) => void) => EchoLane;

export function echoWorkerLane(onDefect: (error: unknown, during: string) => void): OpenEchoLane {
  return (report) => {
    const worker = new Worker(new URL("./echo-worker.mjs", import.meta.url));
    worker.on("message", (message: EchoReport) => report(message));
    worker.on("error", (error) => onDefect(error, "echoing a change"));
    worker.unref();
    return {
      call: (call) => worker.postMessage(call),
      dispose: async () => void (await worker.terminate()),
    };
  };
}
