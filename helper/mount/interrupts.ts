/**
 * INTERRUPT of a parked request. fs/fuse/dev.c sends it for any signal, once per request, and then lets only the answer
 * wake the thread, SIGKILL or not. Reads of ordinary files end early for a caller that is dying and for nobody else: an
 * EINTR would break programs that are sent signals all the time (Go, JVM), and make a page fault a SIGBUS. So a read is
 * answered EINTR as soon as its caller has SIGKILL pending (every fatal signal becomes one: kernel/signal.c,
 * complete_signal); mutations wait for their outcome.
 */
import { readFileSync } from "node:fs";
import { errno, type Errno } from "../base/errno.ts";
import type { Timers } from "../base/ports.ts";
import type { Parked } from "./parked.ts";

const lookAgainMs = 100;

export interface InterruptOptions {
  readonly parked: Parked;
  readonly replyError: (unique: number, errno: Errno) => void;
  readonly timers: Timers;
  readonly isDying: (thread: number) => boolean;
}

export class Interrupts {
  readonly #options: InterruptOptions;
  readonly #signalled = new Set<number>();
  #timer: { cancel(): void } | undefined;

  constructor(options: InterruptOptions) {
    this.#options = options;
  }

  interrupt(unique: number): void {
    const request = this.#options.parked.find(unique);
    if (request === undefined || !request.interruptible) return;
    this.#signalled.add(unique);
    this.#look();
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#signalled.clear();
  }

  #look(): void {
    const { parked, replyError, timers } = this.#options;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const unique of this.#signalled) {
      const request = parked.find(unique);
      if (request === undefined) this.#signalled.delete(unique);
      else if (this.#options.isDying(request.pid)) {
        this.#signalled.delete(unique);
        parked.answer(request, () => replyError(unique, errno.EINTR));
      }
    }
    if (this.#signalled.size > 0) this.#timer = timers.after(lookAgainMs, () => this.#look());
  }
}

const sigkill = 1n << 8n;

/** `SigPnd:	0000000000000100` in /proc/<tid>/status holds SIGKILL. A thread that cannot be seen counts as dying. */
export function isDying(thread: number): boolean {
  let status: string;
  try {
    status = readFileSync(`/proc/${thread}/status`, "latin1");
  } catch {
    return true;
  }
  const pending = /^SigPnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return pending === undefined || (BigInt(`0x${pending}`) & sigkill) !== 0n;
}
