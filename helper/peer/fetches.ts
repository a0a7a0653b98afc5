import { errno } from "../base/errno.ts";
import type { NodeId } from "../replica/ids.ts";
import { parse } from "./codec/bytes.ts";
import { type FetchAnswer, readChunk } from "./codec/to-guest.ts";
import { encodeFetch, type Priority } from "./codec/to-host.ts";
import type { Lane } from "./lane.ts";
import { frameType, limits } from "./protocol.ts";

export interface FetchRange {
  readonly node: NodeId;
  readonly offset: number;
  readonly length: number;
  readonly priority: Priority;
}

interface Piece {
  readonly range: FetchRange;
  readonly settle: (answer: FetchAnswer) => void;
}

/** On the wire at once. */
const maxFlying = { demand: 16, prefetch: 64 } as const;
/** What prefetches may bring at once: demand never stands behind more. Bytes. */
const maxPrefetch = 4 * limits.chunk;
const retries = 5;

/** A guest's requests for content, over whatever bulk lane there is. Answers may come in any order. */
export class Fetches {
  #lane: Lane | undefined;
  #waiting: { [priority in Priority]: Piece[] } = { demand: [], prefetch: [] };
  readonly #flying = new Map<number, Piece>();
  #flyingPrefetch = 0;
  #prefetchBytes = 0;
  #nextId = 1;
  #closed = false;

  /** Cut into pieces of 256 KiB; they belong together only when all show the same version. */
  async fetch(range: FetchRange): Promise<FetchAnswer> {
    if (range.length > limits.fetch) return { ok: false, errno: errno.EINVAL };
    if (range.length <= limits.chunk) return this.#piece(range);
    for (let i = 0; i < retries; i++) {
      const answer = joined(await Promise.all(piecesOf(range).map((piece) => this.#piece(piece))));
      if (answer !== undefined) return answer;
    }
    return { ok: false, errno: errno.ESTALE };
  }

  #piece(range: FetchRange): Promise<FetchAnswer> {
    if (this.#closed) return Promise.resolve({ ok: false, errno: errno.EIO });
    return new Promise((settle) => {
      this.#waiting[range.priority].push({ range, settle });
      this.#pump();
    });
  }

  /** What was on its way on the lane before is asked again. */
  attach(lane: Lane): void {
    this.#lane = lane;
    const again = [...this.#flying.values()];
    this.#flying.clear();
    this.#flyingPrefetch = 0;
    this.#prefetchBytes = 0;
    for (const piece of again.reverse()) this.#waiting[piece.range.priority].unshift(piece);
    this.#pump();
  }

  #pump(): void {
    const lane = this.#lane;
    if (lane === undefined || lane.ended) return;
    for (;;) {
      const priority = this.#nextPriority();
      if (priority === undefined) return;
      const piece = this.#waiting[priority].shift() as Piece;
      const id = this.#nextId;
      this.#nextId = (this.#nextId % 0xffff_ffff) + 1;
      this.#flying.set(id, piece);
      if (priority === "prefetch") this.#countPrefetch(1, piece);
      lane.send(encodeFetch({ id, ...piece.range }));
    }
  }

  #nextPriority(): Priority | undefined {
    const flyingDemand = this.#flying.size - this.#flyingPrefetch;
    if (this.#waiting.demand.length > 0) return flyingDemand < maxFlying.demand ? "demand" : undefined;
    const prefetch = this.#waiting.prefetch[0];
    if (prefetch === undefined || this.#flyingPrefetch >= maxFlying.prefetch) return undefined;
    return this.#prefetchBytes + prefetch.range.length <= maxPrefetch ? "prefetch" : undefined;
  }

  #countPrefetch(one: 1 | -1, { range }: Piece): void {
    this.#flyingPrefetch += one;
    this.#prefetchBytes += one * range.length;
  }

  /** One frame of the bulk lane; a string is why it breaks the protocol. */
  frame(type: number, body: Uint8Array): string | undefined {
    if (type !== frameType.chunk) return `frame ${type} on the bulk lane`;
    const chunk = parse(body, readChunk);
    if (!chunk.ok) return chunk.why;
    const { id, answer } = chunk.value;
    const piece = this.#flying.get(id);
    if (piece === undefined) return "answer to no question";
    if (answer.ok && answer.bytes.length > piece.range.length) return "more bytes than asked for";
    this.#flying.delete(id);
    if (piece.range.priority === "prefetch") this.#countPrefetch(-1, piece);
    piece.settle(answer);
    this.#pump();
    return undefined;
  }

  /** The link is gone for good: everybody who waits gets EIO. */
  close(): void {
    this.#closed = true;
    const all = [...this.#flying.values(), ...this.#waiting.demand, ...this.#waiting.prefetch];
    this.#flying.clear();
    this.#waiting = { demand: [], prefetch: [] };
    for (const piece of all) piece.settle({ ok: false, errno: errno.EIO });
  }
}

function piecesOf(range: FetchRange): FetchRange[] {
  return Array.from({ length: Math.ceil(range.length / limits.chunk) }, (_, i) => {
    const start = i * limits.chunk;
    return { ...range, offset: range.offset + start, length: Math.min(limits.chunk, range.length - start) };
  });
}

/** One answer from pieces of one version; undefined when the content changed between them. */
function joined(pieces: readonly FetchAnswer[]): FetchAnswer | undefined {
  const first = pieces[0] as FetchAnswer;
  const bytes: Uint8Array[] = [];
  let position = 0;
  for (const piece of pieces) {
    if (!piece.ok) return piece;
    if (!first.ok || piece.version !== first.version || piece.size !== first.size) return undefined;
    position = Math.max(position, piece.position);
    bytes.push(piece.bytes);
  }
  return first.ok ? { ...first, position: position as typeof first.position, bytes: Buffer.concat(bytes) } : first;
}
