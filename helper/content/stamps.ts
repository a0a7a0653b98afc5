import type { BigIntStats } from "node:fs";
import { timeOfNs } from "../base/time.ts";
import type { NodeId } from "../replica/ids.ts";

/** What stat(2) says about a real file, as far as it tells one content from another. Times in ms, as Node cuts them (¼ µs). */
export interface Stamp {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** Remembers how this helper last left each real file, so that a change made behind the mount can be told. */
export class Stamps {
  readonly #left = new Map<NodeId, Stamp>();
  /** Written to since the stamp was taken: only ino is compared until the next `leave`. */
  readonly #busy = new Set<NodeId>();

  leave(node: NodeId, stats: Stamp): void {
    this.#left.set(node, { ino: stats.ino, size: stats.size, mtimeMs: stats.mtimeMs, ctimeMs: stats.ctimeMs });
    this.#busy.delete(node);
  }

  /** This helper is changing the file itself. */
  touch(node: NodeId): void {
    this.#busy.add(node);
  }

  isBusy(node: NodeId): boolean {
    return this.#busy.has(node);
  }

  of(node: NodeId): Stamp | undefined {
    return this.#left.get(node);
  }

  forget(node: NodeId): void {
    this.#left.delete(node);
    this.#busy.delete(node);
  }

  /** True when `now` is not what was left. A file never stamped counts as unchanged. */
  differs(node: NodeId, now: Stamp): boolean {
    const left = this.#left.get(node);
    if (left === undefined) return false;
    if (left.ino !== now.ino) return true;
    if (this.#busy.has(node)) return false;
    return left.size !== now.size || left.mtimeMs !== now.mtimeMs || left.ctimeMs !== now.ctimeMs;
  }
}

/** The same doubles that `Stats` has, from exact nanoseconds (lib/internal/fs/utils.js: sec * 1000 + nsec / 1e6). */
export function stampOf(stats: BigIntStats): Stamp {
  return { ino: Number(stats.ino), size: Number(stats.size), mtimeMs: ms(stats.mtimeNs), ctimeMs: ms(stats.ctimeNs) };
}

function ms(ns: bigint): number {
  const time = timeOfNs(ns);
  return time.sec * 1000 + time.nsec / 1e6;
}
