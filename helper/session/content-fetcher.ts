/** Brings missing bytes of a guest's files from the host: by range, only what is missing, only what is true (DESIGN §5). */
import { errno } from "../base/errno.ts";
import { done, fail, type Result } from "../base/result.ts";
import type { GuestCache, Span } from "../content/guest-cache.ts";
import { Ranges, type Range } from "../content/ranges.ts";
import type { FetchAnswer, Priority } from "../peer/api.ts";
import type { ContentEffect, GuestReplica } from "../replica/api.ts";
import type { NodeId, Seq } from "../replica/ids.ts";

/** Files up to this size come whole, longer ones in pieces of it. Bytes. */
const piece = 256 * 1024;
/** How often a range that changed while it travelled is asked for again. */
const attempts = 20;

export interface ContentFetcher {
  /** Precondition: offset + length ≤ the node's size. EIO rather than zeros or a short answer. */
  read(node: NodeId, offset: number, length: number): Promise<Result<Uint8Array>>;
  /** A piece of the file as the host has it, past the cache: what this guest has under its number may be its own. */
  ofHost(node: NodeId, offset: number): Promise<FetchAnswer>;
  /** Background: makes a whole small file present. */
  prefetch(node: NodeId): Promise<void>;
  /** Called after each message from the order, with what it did to content. */
  advanced(content: readonly ContentEffect[]): void;
  /** The furthest position an answer speaks of that waits for the order; 0 where none does. */
  readonly awaited: number;
  /** The cache could not take own bytes of this file: until they are decided, reading what is missing is EIO, never older bytes. */
  tear(node: NodeId): void;
}

export interface ContentFetcherParts {
  readonly replica: GuestReplica;
  readonly cache: GuestCache;
  readonly fetch: (node: NodeId, offset: number, length: number, priority: Priority) => Promise<FetchAnswer>;
}

/** A request on its way, and what the order changed of its file meanwhile. */
interface Flight {
  readonly node: NodeId;
  readonly changed: { readonly position: Seq; readonly from: number; readonly to: number }[];
}

export function createContentFetcher({ replica, cache, fetch }: ContentFetcherParts): ContentFetcher {
  const inFlight = new Map<string, Promise<Result<void>>>();
  const flights = new Set<Flight>();
  /** Files with own undecided bytes that the cache had no room for: what the host holds of them is older. */
  const torn = new Set<NodeId>();
  let waiting: { readonly position: Seq; readonly settle: () => void }[] = [];

  /** Aligned pieces that together hold the missing spans: neighbours asked for at once share one request. */
  function piecesOf(spans: readonly Span[]): Set<number> {
    const starts = new Set<number>();
    for (const { offset, length } of spans)
      for (let start = offset - (offset % piece); start < offset + length; start += piece) starts.add(start);
    return starts;
  }

  function noteChange(effect: ContentEffect, position: Seq): void {
    const range = changedBy(effect);
    if (range === undefined) return;
    for (const flight of flights) if (flight.node === effect.node) flight.changed.push({ position, ...range });
  }

  function bring(node: NodeId, start: number, priority: Priority): Promise<Result<void>> {
    if (replica.isPrivateNode(node)) return Promise.resolve(fail(errno.EIO));
    const key = `${node}:${start}`;
    const running = inFlight.get(key);
    if (running !== undefined) return running;
    const begun = bringOnce(node, start, priority).finally(() => inFlight.delete(key));
    inFlight.set(key, begun);
    return begun;
  }

  async function bringOnce(node: NodeId, start: number, priority: Priority): Promise<Result<void>> {
    const flight: Flight = { node, changed: [] };
    flights.add(flight);
    const answer = await fetch(node, start, askedLength(node, start, priority), priority).finally(() =>
      flights.delete(flight),
    );
    if (!answer.ok) return fail(answer.errno);
    const { position, version } = answer;
    return new Promise((resolve) => {
      // Judged at the answer's own position, or on what was changed since. What is not true, the reader asks for again.
      const settle = (): void => {
        if (isTorn(node)) return resolve(fail(errno.EIO));
        // Taken over meanwhile: what the host has of it is another's.
        if (replica.isPrivateNode(node)) return resolve(done);
        const bytes = withinView(node, start, answer.bytes);
        if (replica.confirmed(node)?.version === version) cache.fill(node, start, bytes);
        else if (!replica.hasPendingContent(node)) fillUnchanged(flight, position, start, bytes);
        resolve(done);
      };
      if (replica.position >= position) settle();
      else waiting.push({ position, settle });
    });
  }

  /** A reader takes what there is, also where the file has grown; a prefetch is counted by what it brings. */
  function askedLength(node: NodeId, start: number, priority: Priority): number {
    return priority === "demand" ? piece : Math.min(piece, Math.max(1, (replica.node(node)?.size ?? 0) - start));
  }

  function isTorn(node: NodeId): boolean {
    if (torn.has(node) && !replica.hasPendingContent(node)) torn.delete(node);
    return torn.has(node);
  }

  /** Own undecided truncation: what the host still has beyond it must not come back when the file grows again. */
  function withinView(node: NodeId, start: number, bytes: Uint8Array): Uint8Array {
    return bytes.subarray(0, Math.max(0, (replica.node(node)?.size ?? 0) - start));
  }

  /** The order has overtaken the answer: of a file somebody is writing all the time that is the rule. Unknown changes keep all of it out. */
  function fillUnchanged({ node, changed }: Flight, position: Seq, start: number, bytes: Uint8Array): void {
    const since = changed.filter((change) => change.position > position);
    if (since.length === 0) return;
    const parts = new Ranges();
    parts.add(start, start + bytes.length);
    for (const { from, to } of since) parts.remove(from, to);
    for (const { from, to } of parts.all()) cache.fill(node, from, bytes.subarray(from - start, to - start));
  }

  return {
    async read(node, offset, length) {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const size = replica.node(node)?.size ?? 0;
        const wanted = Math.max(0, Math.min(length, size - offset));
        cache.ensure(node, size);
        const missing = cache.missing(node, offset, wanted);
        if (missing.length === 0) return cache.read(node, offset, wanted);
        const brought = await Promise.all([...piecesOf(missing)].map((start) => bring(node, start, "demand")));
        const failed = brought.find((result) => !result.ok);
        if (failed !== undefined && !failed.ok) return failed;
      }
      return fail(errno.EIO);
    },
    ofHost: (node, offset) => fetch(node, offset, piece, "prefetch"),
    async prefetch(node) {
      const size = replica.node(node)?.size ?? 0;
      cache.ensure(node, size);
      for (const start of piecesOf(cache.missing(node, 0, size))) await bring(node, start, "prefetch");
    },
    get awaited() {
      return waiting.reduce((furthest, { position }) => Math.max(furthest, position), 0);
    },
    tear: (node) => void torn.add(node),
    advanced(content) {
      const { position } = replica;
      if (flights.size > 0) for (const effect of content) noteChange(effect, position);
      if (waiting.length === 0) return;
      for (const waiter of waiting) if (waiter.position <= position) waiter.settle();
      waiting = waiting.filter((waiter) => waiter.position > position);
    },
  };
}

function changedBy(effect: ContentEffect): Range | undefined {
  switch (effect.t) {
    case "bytes":
      return { from: effect.offset, to: effect.offset + effect.bytes.length };
    case "stale":
      return { from: effect.offset, to: effect.offset + effect.length };
    case "size":
      return { from: effect.size, to: Number.POSITIVE_INFINITY };
    case "reset":
      return { from: 0, to: Number.POSITIVE_INFINITY };
    default:
      return undefined;
  }
}
