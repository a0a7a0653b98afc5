/** A guest's own files at ignored places (R-SEED): the host's are fetched whole before they become its own, and some become shared. */
import { setImmediate } from "node:timers/promises";
import type { Disposable } from "../base/disposable.ts";
import { errno } from "../base/errno.ts";
import { type Answer, done, fail, type Result } from "../base/result.ts";
import type { GuestReplica } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Node, Place } from "../replica/op.ts";
import type { PathRules } from "../replica/path-rules.ts";
import type { ViewChange } from "../replica/view-change.ts";
import type { GuestBasis } from "./guest-basis.ts";
import type { InWindow } from "./pending-window.ts";

type HandedBack = ReturnType<GuestReplica["handBack"]>;

/** A larger file does not cross by a rename (EXDEV: programs copy it then), and stays this guest's own under other rules. */
const largestCrossing = 32 * 1024 * 1024;
const piece = 1024 * 1024;
/** More than this is an installation or a build that a branch without the pattern brings to light, and stays. */
const mostTold = 2000;

export interface OwnFiles extends Disposable {
  /** Makes the call once all bytes of the node are here, if it is the host's and the call would make it this guest's own. */
  whole<T>(node: NodeId | undefined, call: () => Answer<T>): Answer<T>;
  /** Makes the call, a rename, once it may: what it makes this guest's own is here, and what it makes shared is told. */
  renaming<T>(from: Place, to: Place, call: () => Answer<T>): Answer<T>;
  /** What is no longer ignored is told, or handed back. */
  setRules(rules: PathRules): void;
  dispose(): void;
}

interface OwnFilesParts extends GuestBasis {
  readonly inWindow: InWindow;
  readonly report: (changes: readonly ViewChange[]) => void;
  readonly handedBack: (node: NodeId, keep: boolean, effects: HandedBack) => void;
}

export function createOwnFiles(parts: OwnFilesParts): OwnFiles {
  const { replica, cache, fetcher } = parts;
  let telling = 0;

  function isHere(id: NodeId): boolean {
    const node = replica.node(id);
    return node?.kind !== "file" || cache.covers(id, 0, node.size);
  }

  async function bring(id: NodeId): Promise<Result<void>> {
    for (let offset = 0; offset < (replica.node(id)?.size ?? 0); offset += piece) {
      const read = await fetcher.read(id, offset, piece);
      if (!read.ok) return read;
    }
    return done;
  }

  function whole<T>(id: NodeId | undefined, call: () => Answer<T>): Answer<T> {
    return id === undefined || isHere(id) || !replica.isSeed(id) ? call() : after(id, () => whole(id, call));
  }

  /** The host may write meanwhile: `call` looks again. */
  function after<T>(id: NodeId, call: () => Answer<T>): Promise<Result<T>> {
    return parts.waiters.arriving(bring(id)).then((brought) => (brought.ok ? call() : brought));
  }

  function renaming<T>(from: Place, to: Place, call: () => Answer<T>): Answer<T> {
    const id = replica.lookup(from);
    if (id !== undefined && !isHere(id) && (replica.isSeed(id) || replica.isHiding(from, to)))
      return after(id, () => renaming(from, to, call));
    const told = crossing(from, to);
    return told.ok ? call() : told;
  }

  /** A file of this guest's own that goes to a shared place is told first. */
  function crossing(from: Place, to: Place): Result<void> {
    const node = replica.crossing(from, to);
    if (node === undefined) return done;
    return node.size > largestCrossing ? fail(errno.EXDEV) : publish(node);
  }

  function publish({ id, kind, size }: Node): Result<void> {
    const bytes = kind === "file" && size > 0 ? cache.read(id, 0, size) : undefined;
    if (bytes?.ok === false) return bytes;
    const { send, changes } = replica.publish(id, bytes?.value ?? new Uint8Array(0), parts.clock.now());
    parts.send(send);
    if (changes.length > 0) parts.report(changes);
    return done;
  }

  /** A whole `node_modules` may be among them: the mount goes on meanwhile. A directory that others have by now takes in what is to be in it. */
  async function tell(strays: readonly NodeId[]): Promise<void> {
    const round = ++telling;
    for (const level of levelsOf(strays)) {
      for (const id of level) {
        await setImmediate();
        const room = await parts.inWindow(() => done);
        if (!room.ok || round !== telling) return;
        const shared = replica.yieldsTo(id);
        const keep = shared !== undefined && !(await isSame(id, shared));
        if (round !== telling) return;
        if (shared !== undefined) parts.handedBack(id, keep, replica.handBack(id, keep));
        const node = replica.node(id);
        if (shared === undefined && node !== undefined && node.size <= largestCrossing && !parts.readOnly())
          publish(node);
      }
      const heard = await parts.waiters.acknowledged();
      if (!heard.ok) return;
    }
  }

  /** Whether the host's file has the very bytes of the own one. What cannot be known, or changed meanwhile, is not the same. */
  async function isSame(own: NodeId, shared: NodeId): Promise<boolean> {
    const [mine, theirs] = [replica.node(own), replica.confirmed(shared)];
    if (mine === undefined || theirs === undefined || mine.kind !== theirs.kind) return false;
    if (mine.kind === "symlink") return mine.target === theirs.target;
    const [version, { size, version: of }] = [mine.version, theirs];
    if (mine.size !== size) return false;
    for (let offset = 0; offset < size; ) {
      const answer = await fetcher.ofHost(shared, offset);
      if (!answer.ok || answer.version !== of || answer.bytes.length === 0) return false;
      const here = cache.read(own, offset, Math.min(answer.bytes.length, size - offset));
      if (!here.ok || Buffer.compare(here.value, answer.bytes.subarray(0, here.value.length)) !== 0) return false;
      offset += answer.bytes.length;
    }
    return replica.node(own)?.version === version && replica.confirmed(shared)?.version === of;
  }

  /** Directories by their depth, then the rest. */
  function levelsOf(strays: readonly NodeId[]): readonly (readonly NodeId[])[] {
    const levels: NodeId[][] = [];
    const rest: NodeId[] = [];
    for (const id of strays) {
      const depth = replica.node(id)?.kind === "dir" ? replica.pathOf(id)?.length : undefined;
      if (depth === undefined) rest.push(id);
      else (levels[depth] ??= []).push(id);
    }
    return [...levels.filter((level) => level !== undefined), rest];
  }

  return {
    whole,
    renaming,
    setRules(rules) {
      const { strays, changes } = replica.setRules(rules);
      if (changes.length > 0) parts.report(changes);
      if (strays.length <= mostTold) void tell(strays);
    },
    dispose: () => void telling++,
  };
}
