/** Between the package's callbacks and answers: at once from memory, later by promise, EIO for defects and at the end. */
import { errno, type Errno } from "../../base/errno.ts";
import type { Answer, Result } from "../../base/result.ts";
import type { NativeReply } from "./binding.ts";

export class Desk {
  readonly #parked = new Set<NativeReply>();
  readonly #onDefect: (error: unknown, during: string) => void;
  requests = 0;
  #closed = false;

  constructor(onDefect: (error: unknown, during: string) => void) {
    this.#onDefect = onDefect;
  }

  get parked(): number {
    return this.#parked.size;
  }

  /**
   * A callback for the package. `send` writes the success and is not called once the request was answered: its buffer
   * is libfuse's and gone by then. A handler that throws must not reach the native part, which would end the process.
   */
  serve<A extends readonly unknown[], T>(
    during: string,
    act: (...args: A) => Answer<T>,
    send?: (reply: NativeReply, value: T, ...args: A) => void,
  ): (...all: [...A, NativeReply]) => void {
    return (...all) => {
      this.requests++;
      const reply = all[all.length - 1] as NativeReply;
      const args = all.slice(0, -1) as unknown as A;
      const settle = (result: Result<T>): void => {
        if (!result.ok) return refuse(reply, result.errno);
        if (send === undefined) return reply(0);
        send(reply, result.value, ...args);
      };
      try {
        const answer = act(...args);
        if (answer instanceof Promise) this.#park(during, answer, settle, reply);
        else settle(answer);
      } catch (error) {
        this.#refuse(error, during, reply);
      }
    };
  }

  #park<T>(during: string, answer: Promise<Result<T>>, settle: (result: Result<T>) => void, reply: NativeReply): void {
    if (this.#closed) return refuse(reply, errno.EIO);
    this.#parked.add(reply);
    answer
      .then((result) => {
        if (this.#parked.delete(reply)) settle(result);
      })
      .catch((error: unknown) => this.#refuse(error, during, reply));
  }

  #refuse(error: unknown, during: string, reply: NativeReply): void {
    this.#parked.delete(reply);
    this.#onDefect(error, during);
    refuse(reply, errno.EIO);
  }

  /** Answers what waits, and from now on whatever would have to: a lazily unmounted file may still be asked for. */
  close(): void {
    this.#closed = true;
    const waiting = [...this.#parked];
    this.#parked.clear();
    for (const reply of waiting) refuse(reply, errno.EIO);
  }
}

function refuse(reply: NativeReply, code: Errno): void {
  reply(-Number(code));
}
