/**
 * Reads /dev/fuse from the event loop itself: epoll wakes, one read() of up to max_write + 4096 bytes into our buffer, and
 * the handler runs, with no thread hop. This is Node's private API (what net.Socket's `onread` option uses), the only file
 * that knows it; `pipeReaderWorks` tries it on a harmless descriptor first, and fs-reader.ts stands in where it fails.
 */
import { closeSync, openSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { createMessage, type Message } from "./message.ts";
import { failuresInARow, meaningOfReadError, type Reader, type ReaderEvents } from "./reader.ts";

/** lib/net.js, lib/internal/stream_base_commons.js: the parts of a stream handle used here. */
interface PipeHandle {
  open(fd: number): number;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  close(): void;
  onread: () => void;
}

interface PrivateApi {
  readonly createPipe: () => PipeHandle;
  /** Bytes of the last read, or a negative errno (4095 = end of file). */
  readonly lastRead: () => number;
}

/** Undefined where Node no longer has the bindings. */
function privateApi(): PrivateApi | undefined {
  const { binding } = process as unknown as { binding?: (name: string) => Record<string, unknown> };
  if (typeof binding !== "function") return undefined;
  // --pending-deprecation would print DEP0111 to the user, who can do nothing about it.
  const quiet = process.noDeprecation;
  process.noDeprecation = true;
  try {
    const { Pipe, constants } = binding.call(process, "pipe_wrap") as {
      Pipe: new (type: number) => PipeHandle;
      constants: { SOCKET: number };
    };
    const { streamBaseState, kReadBytesOrError } = binding.call(process, "stream_wrap") as {
      streamBaseState: Int32Array;
      kReadBytesOrError: number;
    };
    if (typeof Pipe !== "function" || !ArrayBuffer.isView(streamBaseState) || typeof kReadBytesOrError !== "number")
      return undefined;
    return {
      createPipe: () => new Pipe(constants.SOCKET),
      lastRead: () => streamBaseState[kReadBytesOrError] as number,
    };
  } catch {
    return undefined; // "No such module: pipe_wrap", or whatever it says: the other reader works.
  } finally {
    process.noDeprecation = quiet as boolean;
  }
}

export function startPipeReader(fd: number, message: Message, events: ReaderEvents): Reader {
  const api = privateApi();
  if (api === undefined) throw new Error("this Node has no pipe_wrap binding");
  const { createPipe, lastRead } = api;
  let handle = attach();
  let failures = 0;
  let stopped = false;

  function attach(): PipeHandle {
    const pipe = createPipe();
    const problem = pipe.open(fd);
    if (problem !== 0) throw new Error(`pipe open: ${getSystemErrorName(problem)}`);
    pipe.useUserBuffer(message.bytes);
    pipe.onread = onread;
    const refused = pipe.readStart();
    if (refused !== 0) throw new Error(`pipe read: ${getSystemErrorName(refused)}`);
    return pipe;
  }

  function onread(): void {
    if (stopped) return;
    const count = lastRead();
    if (count > 0) {
      failures = 0;
      events.message(count);
    } else failed(count);
  }

  function failed(code: number): void {
    // libuv's word for EAGAIN, the stream still armed: the caller withdrew its request (a signal) before it was read.
    if (code === 0) return;
    if (code === endOfFile) return events.ended(undefined);
    const name = getSystemErrorName(code);
    const meaning = meaningOfReadError(name);
    if (meaning === "ended") events.ended(undefined);
    else if (meaning === "broken" || ++failures > failuresInARow) events.ended(new Error(`reading /dev/fuse: ${name}`));
    else restart();
  }

  /**
   * After an error libuv stops the stream for good, and closing its handle would close the descriptor. So a fresh handle
   * takes the descriptor over and the spent one is left: it is inactive, and the environment frees it at exit.
   */
  function restart(): void {
    handle.readStop();
    handle = attach();
  }

  return {
    stop() {
      if (stopped) return;
      stopped = true;
      handle.readStop();
      handle.close();
    },
  };
}

/** UV_EOF */
const endOfFile = -4095;

let verdict: Promise<boolean> | undefined;

/**
 * Self-check, once per process: one event-loop read from /dev/random, which epoll accepts and which always has bytes, must arrive in
 * our buffer with its length told. False after 200 ms of silence.
 */
export function pipeReaderWorks(): Promise<boolean> {
  verdict ??= tryOnRandom();
  return verdict;
}

function tryOnRandom(): Promise<boolean> {
  const api = privateApi();
  if (api === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const message = createMessage(0);
    const fd = openSync("/dev/random", "r");
    let reader: Reader | undefined;
    const deadline = setTimeout(() => settle(false), 200);

    function settle(works: boolean): void {
      clearTimeout(deadline);
      if (reader === undefined) closeSync(fd);
      else reader.stop();
      resolve(works);
    }

    try {
      reader = startPipeReader(fd, message, {
        message: (length) => settle(length === message.bytes.length && message.bytes.some((byte) => byte !== 0)),
        ended: () => settle(false),
      });
    } catch {
      settle(false); // Whatever it lacks, the other reader works.
    }
  });
}
