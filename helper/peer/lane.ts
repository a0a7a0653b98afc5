import type { Duplex } from "node:stream";
import { frameOf, parse } from "./codec/bytes.ts";
import { encodeBye, readBye } from "./codec/greeting.ts";
import { type LinkError, linkError } from "./errors.ts";
import { createFrameCutter, type FrameCutter } from "./framing.ts";
import { firstDataType, frameType } from "./protocol.ts";

/** What a lane tells its owner. */
export interface LaneEvents {
  /** `body` is a view valid during the call. Credit for a data frame returns when this does, or when its promise settles.
   *  A string is the reason why the frame breaks the protocol: the lane ends. */
  frame(type: number, body: Uint8Array): string | undefined | Promise<void>;
  /** Once. Nothing is handed out afterwards. `theirs`: the other side said why. */
  end(error: LinkError, theirs: boolean): void;
  /** Something left the queue. */
  sent?(): void;
}

export interface LaneOptions {
  readonly socket: Duplex;
  readonly maxFrame: number;
  /** Data bytes either side may have sent and not seen taken. */
  readonly window: number;
  /** More queued bytes than this end the lane: its owner ignored backpressure. */
  readonly maxQueue: number;
  readonly events: LaneEvents;
}

/** Bytes given to the socket ahead of what it has sent. */
const socketAhead = 256 * 1024;
const sent = new Uint8Array(0);
const maxControlQueue = 1024;
/** How long a goodbye may take to leave before the socket is destroyed. */
const byeMs = 1000;

/**
 * Frames over one connection, in order. Data counts against the receiver's credit; control goes ahead of data. What is
 * sent during one turn of the event loop leaves in one write.
 */
export class Lane {
  readonly #socket: Duplex;
  readonly #cutter: FrameCutter;
  readonly #window: number;
  readonly #maxQueue: number;
  #events: LaneEvents;
  #control: Uint8Array[] = [];
  #data: Uint8Array[] = [];
  #next = 0;
  /** The latest of each that may be lost: sent when nothing else waits. */
  readonly #latest = new Map<number, Uint8Array>();
  #queued = 0;
  #credit: number;
  /** Received and not yet taken; taken and not yet granted back. */
  #owed = 0;
  #taken = 0;
  #scheduled = false;
  #blocked = false;
  #ended = false;

  constructor(options: LaneOptions) {
    this.#socket = options.socket;
    this.#cutter = createFrameCutter(options.maxFrame);
    this.#window = options.window;
    this.#credit = options.window;
    this.#maxQueue = options.maxQueue;
    this.#events = options.events;
    const socket = this.#socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("drain", () => {
      this.#blocked = false;
      this.#flush();
    });
    socket.on("error", (error: Error) => this.#finish(linkError("cut", error.message), false));
    socket.on("end", () => this.#finish(linkError("cut"), false));
    socket.on("close", () => this.#finish(linkError("cut"), false));
  }

  get pendingBytes(): number {
    return this.#queued + this.#socket.writableLength;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The greeting is over: another owner, and larger frames. */
  handOver(events: LaneEvents, maxFrame: number): void {
    this.#events = events;
    this.#cutter.maxFrame = maxFrame;
  }

  /** Never waits: owners watch `pendingBytes` and `sent`. After the end nothing is sent. */
  send(frame: Uint8Array): void {
    if (this.#ended) return;
    if ((frame[4] as number) < firstDataType) {
      if (this.#control.length >= maxControlQueue) return void this.#finish(linkError("too-slow"), false);
      this.#control.push(frame);
    } else {
      this.#queued += frame.length;
      if (this.#queued > this.#maxQueue) return void this.#finish(linkError("too-slow"), false);
      this.#data.push(frame);
    }
    this.#schedule();
  }

  /** Data that the next of its key replaces while it waits. It goes only when no other data is left to be sent, and never fills a queue. */
  offer(key: number, frame: Uint8Array): void {
    if (this.#ended) return;
    this.#latest.set(key, frame);
    this.#schedule();
  }

  /** Says goodbye with the reason and ends; the owner is told `error` too. Without a reason the connection is cut. */
  close(error: LinkError, goodbye: boolean): void {
    if (this.#ended) return;
    if (goodbye) {
      this.#socket.write(encodeBye(error));
      this.#socket.end();
      const timer = setTimeout(() => this.#socket.destroy(), byeMs);
      timer.unref();
      this.#socket.once("close", () => clearTimeout(timer));
    }
    this.#finish(error, false, goodbye);
  }

  #finish(error: LinkError, theirs: boolean, leaveOpen = false): false {
    if (this.#ended) return false;
    this.#ended = true;
    this.#control = [];
    this.#data = [];
    this.#latest.clear();
    this.#next = 0;
    this.#queued = 0;
    if (!leaveOpen) this.#socket.destroy();
    else this.#socket.resume();
    this.#events.end(error, theirs);
    return false;
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return;
    const broken = this.#cutter.feed(chunk, (frame) => this.#take(frame));
    if (broken !== undefined) this.close(linkError("protocol", broken), true);
  }

  #take(frame: Uint8Array): boolean {
    const type = frame[0] as number;
    const body = frame.subarray(1);
    if (type === frameType.credit) return this.#granted(body);
    if (type === frameType.bye) {
      const bye = parse(body, readBye);
      return this.#finish(bye.ok ? bye.value : linkError("protocol", bye.why), bye.ok);
    }
    const size = type < firstDataType ? 0 : frame.length + 4;
    this.#owed += size;
    if (this.#owed > this.#window) {
      this.close(linkError("protocol", "sent more than its credit"), true);
      return false;
    }
    const answer = this.#handOut(type, body);
    if (typeof answer === "string") this.close(linkError("protocol", answer), true);
    else if (answer !== undefined) {
      void answer.then(
        () => this.#give(size),
        (error: unknown) => this.close(defectOf(error), true),
      );
    } else this.#give(size);
    return !this.#ended;
  }

  /** A defect that this peer's frame met costs this peer its connection, and nobody else the session. */
  #handOut(type: number, body: Uint8Array): string | undefined | Promise<void> {
    try {
      return this.#events.frame(type, body);
    } catch (error) {
      return defectOf(error).detail;
    }
  }

  #granted(body: Uint8Array): boolean {
    const grant = parse(body, (r) => r.u32());
    if (!grant.ok || this.#credit + grant.value > this.#window) {
      this.close(linkError("protocol", "impossible credit"), true);
      return false;
    }
    this.#credit += grant.value;
    this.#schedule();
    return true;
  }

  /** Credit goes back in quarters of the window. */
  #give(size: number): void {
    this.#taken += size;
    if (this.#ended || this.#taken < this.#window / 4) return;
    const grant = this.#taken;
    this.#owed -= grant;
    this.#taken = 0;
    this.send(frameOf(frameType.credit, (w) => w.u32(grant)));
  }

  #schedule(): void {
    if (this.#scheduled || this.#blocked) return;
    this.#scheduled = true;
    process.nextTick(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#ended || this.#blocked) return;
    const socket = this.#socket;
    const out = this.#control;
    this.#control = [];
    let size = 0;
    while (this.#next < this.#data.length && size + socket.writableLength < socketAhead) {
      const frame = this.#data[this.#next] as Uint8Array;
      if (frame.length > this.#credit) break;
      this.#credit -= frame.length;
      this.#queued -= frame.length;
      size += frame.length;
      // Sent frames leave at once: a queue that is never quite empty would keep a thousand of them.
      this.#data[this.#next++] = sent;
      out.push(frame);
    }
    this.#compact();
    if (this.#data.length === 0) this.#flushLatest(out, size);
    if (out.length > 0 && !socket.write(out.length === 1 ? (out[0] as Uint8Array) : Buffer.concat(out)))
      this.#blocked = true;
    else if (this.#mayGoOn()) this.#schedule();
    this.#events.sent?.();
  }

  #flushLatest(out: Uint8Array[], before: number): void {
    let size = before;
    for (const [key, frame] of this.#latest) {
      if (frame.length > this.#credit || size + this.#socket.writableLength >= socketAhead) return;
      this.#credit -= frame.length;
      size += frame.length;
      this.#latest.delete(key);
      out.push(frame);
    }
  }

  #mayGoOn(): boolean {
    const next = this.#data[this.#next] ?? this.#latest.values().next().value;
    return next !== undefined && next.length <= this.#credit;
  }

  #compact(): void {
    if (this.#next === this.#data.length) this.#data = [];
    else if (this.#next < 1024) return;
    else this.#data = this.#data.slice(this.#next);
    this.#next = 0;
  }
}

export function defectOf(error: unknown): LinkError {
  return linkError("protocol", `a defect here: ${error instanceof Error ? error.message : String(error)}`);
}
