import { closeSync, writeSync } from "node:fs";
import { release } from "node:os";
import { errno } from "../base/errno.ts";
import { opcode } from "./abi.ts";
import type { Device, Request, RequestHandler } from "./api.ts";
import { decode } from "./decode.ts";
import { createReplies, nobodyWaits } from "./encode.ts";
import { startFsReader } from "./fs-reader.ts";
import { largestWrite, negotiate, parseKernelVersion, readInit } from "./init.ts";
import { createMessage, opcodeOf } from "./message.ts";
import { pipeReaderWorks, startPipeReader } from "./pipe-reader.ts";
import type { Reader, ReaderEvents } from "./reader.ts";
import { createStayAwake } from "./stay-awake.ts";

export interface ServeOptions {
  /** `pipe`: event loop, private API. `fs`: thread pool. `auto` (default): pipe where its self-check passes. */
  readonly reader?: "auto" | "pipe" | "fs";
  /** How long the event loop keeps turning after the last request. 0 = not at all. */
  readonly stayAwakeMs?: number;
  /** Upper bound of one WRITE in bytes, at most 1 MiB. */
  readonly maxWrite?: number;
  /** Defects: a handler that threw, an answer the kernel refused, reading that failed for good. Never called for normal ends. */
  readonly onError?: (error: unknown, during: string) => void;
}

export interface ServedDevice extends Device {
  /** True once INIT is answered: from then on the mount may be touched (never by this thread). False if it ended before. */
  readonly ready: Promise<boolean>;
  readonly reader: Promise<"pipe" | "fs">;
}

const nothingSettled: Device["protocol"] = { minor: 0, maxWrite: 0, flags: 0n };

/**
 * Serves a mounted /dev/fuse descriptor (`fd`, blocking or not, which the device owns from now on and closes in `dispose`).
 * Answers INIT itself, then calls the handler once per request, synchronously and in the kernel's order. A handler that throws
 * is reported and its request answered EIO. End the workers that write to `fd` before `dispose`: its number is used again.
 */
export function serve(fd: number, handler: RequestHandler, options: ServeOptions = {}): ServedDevice {
  const { onError = printDefect, maxWrite = largestWrite } = options;
  const message = createMessage(Math.min(maxWrite, largestWrite));
  const replies = createReplies(fd, (error, unique) => onError(error, `answer to request ${unique}`));
  const stayAwake = createStayAwake(options.stayAwakeMs ?? 0.2);
  const ready = deferred<boolean>();
  const ended = deferred<void>();
  let protocol = nothingSettled;
  let reader: Reader | undefined;
  let disposed = false;

  function receive(length: number): void {
    if (protocol === nothingSettled) return greet();
    const request = decode(message, length);
    try {
      handler(request);
    } catch (error) {
      onError(error, `${request.op} of node ${request.node}`);
      if (wantsAnswer(request)) replies.error(request.unique, errno.EIO);
    }
    stayAwake();
    if (request.op === "destroy") ended.resolve();
  }

  /** The kernel sends nothing else before INIT is answered. */
  function greet(): void {
    if (opcodeOf(message) !== opcode.init) return;
    const outcome = negotiate(readInit(message), parseKernelVersion(release()), maxWrite);
    try {
      writeSync(fd, outcome.reply);
    } catch (error) {
      if (!nobodyWaits(error)) onError(error, "answer to INIT");
      return;
    }
    if (outcome.t === "too-old") return end(new Error("the kernel's FUSE protocol is older than 7.31"));
    if (outcome.t === "again") return;
    protocol = outcome.protocol;
    ready.resolve(true);
  }

  function end(failure: Error | undefined): void {
    if (failure !== undefined) onError(failure, "reading requests");
    ready.resolve(false);
    ended.resolve();
  }

  async function chooseReader(): Promise<"pipe" | "fs"> {
    const wanted = options.reader ?? "auto";
    const chosen = wanted === "auto" ? ((await pipeReaderWorks()) ? "pipe" : "fs") : wanted;
    const events: ReaderEvents = { message: receive, ended: end };
    const start = chosen === "pipe" ? startPipeReader : startFsReader;
    if (disposed) closeSync(fd);
    else reader = start(fd, message, events);
    return chosen;
  }

  const chosen = chooseReader();
  chosen.catch((error: unknown) => {
    onError(error, "choosing a reader");
    end(undefined);
  });

  return {
    fd,
    replies,
    get protocol() {
      return protocol;
    },
    ready: ready.promise,
    ended: ended.promise,
    reader: chosen,
    dispose() {
      if (disposed) return;
      disposed = true;
      reader?.stop();
      end(undefined);
    },
  };
}

/** fs/fuse/dev.c: FORGET and BATCH_FORGET have no reply; INTERRUPT takes none but EAGAIN and ENOSYS. */
function wantsAnswer(request: Request): boolean {
  return request.op !== "forget" && request.op !== "interrupt";
}

function printDefect(error: unknown, during: string): void {
  process.stderr.write(`fuse: ${during}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
