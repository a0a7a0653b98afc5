import { done, fail, type Result } from "../base/result.ts";
import type { ContentEffect, Down, Received, Snapshot } from "./api.ts";
import { applyOp, type Applied } from "./apply.ts";
import { keysOf, nodeChange, pairMoves, shownOf, watch, type Keys } from "./changes.ts";
import type { GuestSender } from "./guest-sender.ts";
import type { GuestView } from "./guest-view.ts";
import { rootNode, type NodeId, type OpId, type PeerId, type Seq } from "./ids.ts";
import { type Namespace, samePlace } from "./namespace.ts";
import type { Op, Ordered, Place } from "./op.ts";
import { contentOf, notePath, parkEffect } from "./parking.ts";
import type { Pending } from "./pending.ts";
import { keepForRevival } from "./revival.ts";
import { namespaceOf } from "./snapshot.ts";
import type { ViewChange } from "./view-change.ts";

type Refused = Extract<Ordered, { t: "refused" }>;
/** Effects under construction. */
interface Effects {
  readonly content: ContentEffect[];
  readonly changes: ViewChange[];
  readonly settled: { readonly id: OpId; readonly result: Result<void> }[];
}

const opsPerPeer = 2 ** 40;

/** The half of a guest that adopts the order. */
export class GuestReceiver {
  position: Seq;
  /** Index of the last message taken. */
  received: number;
  lastDecided: OpId | 0 = 0;
  readonly #view: GuestView;
  readonly #sender: GuestSender;
  readonly #peer: PeerId;

  constructor(
    view: GuestView,
    sender: GuestSender,
    from: { readonly peer: PeerId; readonly position: Seq; readonly received: number },
  ) {
    this.#view = view;
    this.#sender = sender;
    this.#peer = from.peer;
    this.position = from.position;
    this.received = from.received;
  }

  /** A message seen before, or one whose forerunner is missing, has no effect: the link resumes by index. */
  receive(down: Down): Received {
    const effects: Effects = { content: [], changes: [], settled: [] };
    const expected = "snapshot" in down ? down.index > this.received : down.index === this.received + 1;
    if (!expected) return effects;
    this.received = down.index;
    if ("snapshot" in down) this.#snapshot(down, effects);
    else if (down.message.t === "applied") this.#applied(down.message, effects);
    else this.#refused(down.message, effects);
    return effects;
  }

  takeSeeds(seeds: Snapshot["seeds"]): Received {
    const effects: Effects = { content: [], changes: [], settled: [] };
    this.#seeds(seeds, effects);
    return effects;
  }

  /** What the host will not decide any more, once per file, as this peer shows it. */
  abandon(): readonly ContentEffect[] {
    const effects: Effects = { content: [], changes: [], settled: [] };
    const nodes = new Set<NodeId>();
    for (const { submitted } of this.#sender.queue.all()) {
      const content = contentOf(submitted.op);
      if (content !== undefined && this.#view.isLive(content.node)) nodes.add(content.node);
    }
    for (const node of nodes) this.#park(node, { reason: "unsent", extents: [], always: true }, effects);
    return effects.content;
  }

  #applied(applied: Applied, effects: Effects): void {
    const view = this.#view;
    const own = applied.by === this.#peer ? this.#sender.queue.take(applied.id) : undefined;
    const keys = keysOf(applied.op, applied.revived);
    if (own !== undefined && own.submitted.op.t !== applied.op.t) addKeys(keys, keysOf(own.submitted.op));
    if (own !== undefined) addHeld(keys, own);
    for (const at of keys.names) noteNode(keys, view.lookup(at), view.confirmed.child(at.parent, at.name));
    const alive = keys.nodes.filter((id) => view.confirmed.isLive(id) || view.isLive(id));
    for (const id of keys.nodes) this.#notePath(id);
    // The kernel that asked takes what changed from the answer.
    const diff = own?.asked === true ? undefined : watch(view, keys);
    const sizes = new Map(keys.nodes.map((id) => [id, view.confirmed.get(id)?.size ?? 0]));
    applyOp(view.confirmed, applied);
    if (own === undefined && applied.op.t === "rmdir") keepForRevival(view.overlay, this.#sender.queue, applied.op);
    for (const { node } of applied.revived ?? []) view.ghosts.delete(node);
    this.position = applied.seq;
    if (own !== undefined) view.overlay.release(own.holds);
    else this.#bytesFromOthers(applied, sizes, effects);
    if (applied.op.t === "seed" && own === undefined)
      this.#seed({ parent: applied.op.dir, name: applied.op.name }, applied.op.bytes, applied.op.time, effects);
    this.#settleNodes(keys, alive, effects);
    if (diff !== undefined) effects.changes.push(...diff());
    if (applied.by === this.#peer) this.#decided(applied.id, done, effects);
  }

  #refused(refused: Refused, effects: Effects): void {
    const own = this.#sender.queue.take(refused.id);
    if (own === undefined) return;
    const view = this.#view;
    const keys = keysOf(own.submitted.op);
    addHeld(keys, own);
    for (const at of keys.names) noteNode(keys, view.lookup(at), view.confirmed.child(at.parent, at.name));
    const alive = keys.nodes.filter((id) => view.isLive(id));
    const diff = watch(view, keys);
    this.#adopt(own, refused, effects);
    this.#settleNodes(keys, alive, effects);
    effects.changes.push(...diff());
    this.#decided(refused.id, fail(refused.errno), effects);
  }

  /** R-PARK, R-STOP, R-EIO; then the overlay goes. */
  #adopt(own: Pending, refused: Refused, effects: Effects): void {
    const view = this.#view;
    const { op } = own.submitted;
    const content = contentOf(op);
    if (content !== undefined) this.#park(content.node, { ...content, reason: refused.reason }, effects);
    if (refused.count > this.#sender.adopted) {
      this.#sender.adopted = refused.count;
      const held: NodeId[] = [];
      for (const [lock, owner] of view.confirmed.locks) if (owner === this.#peer) held.push(lock);
      this.#sender.taint.refused(held, own.inGitDir);
    }
    view.overlay.release(own.holds);
    if (op.t === "rename") view.git.moved();
    for (const at of own.holds.names) view.git.appeared(at.parent, at.name);
  }

  #decided(id: OpId, result: Result<void>, effects: Effects): void {
    this.lastDecided = id;
    effects.settled.push({ id, result });
  }

  #park(node: NodeId, why: Parameters<typeof parkEffect>[2], effects: Effects): void {
    const effect = parkEffect(this.#view, node, why);
    if (effect !== undefined) effects.content.push(effect);
  }

  #notePath(id: NodeId): void {
    const entry = this.#view.overlay.nodes.get(id);
    if (entry !== undefined && entry.content > 0) notePath(this.#view, id, entry);
  }

  /** What somebody else's content operation does to this guest's cache, unless own content is pending over it. */
  #bytesFromOthers(applied: Applied, sizes: ReadonlyMap<NodeId, number>, effects: Effects): void {
    const { op, version } = applied;
    if (op.t === "create") return void effects.content.push({ t: "size", node: op.node, size: 0, version });
    if (op.t !== "write" && op.t !== "append" && op.t !== "truncate") return;
    const { node } = op;
    const entry = this.#view.overlay.nodes.get(node);
    if (entry !== undefined && entry.content > 0) {
      entry.diverged = true;
      return;
    }
    if (op.t === "truncate") return void effects.content.push({ t: "size", node, size: op.size, version });
    const extents = op.t === "append" ? [{ ...op.extent, offset: applied.offset ?? op.extent.offset }] : op.extents;
    let size = sizes.get(node) ?? 0;
    for (const { offset, length, bytes } of extents) {
      // A gap past the old end reads as zeros, and that much is known.
      if (offset > size) effects.content.push({ t: "size", node, size: offset, version });
      effects.content.push(
        bytes === undefined
          ? { t: "stale", node, offset, length, version }
          : { t: "bytes", node, offset, bytes, version },
      );
      size = Math.max(size, offset + length);
    }
  }

  /** Drained content is adopted, nodes that lost their last name die. */
  #settleNodes(keys: Keys, alive: readonly NodeId[], effects: Effects): void {
    for (const id of new Set(keys.nodes)) {
      this.#endDeadBurst(id, effects);
      this.#settleContent(id, effects);
    }
    for (const id of alive) if (this.#isDead(id)) this.#died(id, effects);
  }

  #settleContent(id: NodeId, effects: Effects): void {
    const view = this.#view;
    const entry = view.overlay.nodes.get(id);
    if (entry === undefined) return;
    const confirmed = view.confirmed.get(id);
    const live = confirmed !== undefined && (confirmed.at !== undefined || id === rootNode);
    const drained = entry.content === 0 && entry.shown.kind === "file";
    const wasPending = entry.written > 0 || entry.diverged;
    const differs = entry.diverged || entry.ghost || entry.shown.version !== confirmed?.version;
    // While an own unlink is undecided it is only remembered: a refusal brings the node back.
    if (drained && wasPending && live && entry.attrs > 0 && !view.isLive(id)) entry.diverged = differs;
    else if (drained && wasPending && live) {
      if (entry.ghost) this.#park(id, { reason: "stale", extents: [], always: false }, effects);
      if (differs) effects.content.push({ t: "reset", node: id, size: confirmed.size, version: confirmed.version });
      entry.diverged = false;
      entry.ghost = false;
      entry.written = entry.parked = 0;
    }
    view.settle(id);
    if (drained && wasPending && this.#isDead(id)) effects.content.push({ t: "dead", node: id });
  }

  /** Somebody took the last name while this peer was writing: what was not sent yet is kept here. */
  #endDeadBurst(id: NodeId, effects: Effects): void {
    const burst = this.#sender.bursts.get(id);
    if (burst === undefined || this.#view.isLive(id)) return;
    this.#park(id, { reason: "gone", extents: burst.extents, always: false }, effects);
    this.#sender.bursts.delete(id);
    const entry = this.#view.overlay.nodes.get(id);
    if (entry === undefined) return;
    entry.content--;
    entry.ghost = true;
  }

  #isDead(id: NodeId): boolean {
    const view = this.#view;
    if (view.isLive(id) || view.confirmed.isLive(id)) return false;
    return (view.overlay.nodes.get(id)?.content ?? 0) === 0;
  }

  #died(id: NodeId, effects: Effects): void {
    const kind = this.#view.kindOf(id);
    if (kind === "dir") this.#view.privates.dropUnder(id);
    else if (!effects.content.some((effect) => effect.t === "dead" && effect.node === id))
      effects.content.push({ t: "dead", node: id });
  }

  #seed(at: Place, bytes: Uint8Array, time: Extract<Op, { t: "seed" }>["time"], effects: Effects): void {
    const before = this.#view.lookup(at);
    const node = this.#view.privates.takeSeed(at, bytes.length, time);
    if (node === undefined) return;
    effects.content.push({ t: "seed", node, dir: at.parent, bytes });
    effects.changes.push(
      before === node ? { t: "content", node } : { t: "name", at, before, after: node, kind: "file" },
    );
  }

  /** R-SNAP */
  #snapshot(down: Extract<Down, { readonly snapshot: Snapshot }>, effects: Effects): void {
    const view = this.#view;
    const before = capture(view);
    const old = view.confirmed;
    const own = new Set<NodeId>();
    for (const [id, entry] of view.overlay.nodes) if (entry.content > 0) own.add(id);
    for (const [id, entry] of view.overlay.nodes) if (entry.content > 0) notePath(view, id, entry);
    view.replaceConfirmed(namespaceOf(down.snapshot.nodes));
    for (const id of view.confirmed.nodes.keys()) view.ghosts.delete(id);
    this.position = down.snapshot.position;
    for (const [id, inode] of old.nodes)
      if (!view.confirmed.nodes.has(id) && !view.overlay.nodes.has(id)) view.ghosts.set(id, inode);
    for (const [id, entry] of view.overlay.nodes) {
      if (entry.content > 0 && view.confirmed.get(id)?.version !== old.get(id)?.version) entry.diverged = true;
    }
    this.#settleDecided(down, effects);
    for (const id of view.overlay.nodes.keys()) {
      this.#endDeadBurst(id, effects);
      this.#settleContent(id, effects);
    }
    view.git.moved();
    this.#resetContent(old, own, effects);
    this.#changesSince(before, effects);
    this.#seeds(down.snapshot.seeds, effects);
  }

  #seeds(seeds: Snapshot["seeds"], effects: Effects): void {
    for (const seed of seeds) {
      const dir = this.#view.node(seed.dir);
      if (dir !== undefined) this.#seed({ parent: seed.dir, name: seed.name }, seed.bytes, dir.mtime, effects);
    }
  }

  #settleDecided(down: Extract<Down, { readonly snapshot: Snapshot }>, effects: Effects): void {
    const refusals = new Map(down.refusals.map((refused) => [refused.id, refused]));
    for (let own = this.#sender.queue.first(); own !== undefined; own = this.#sender.queue.first()) {
      const { id } = own.submitted;
      if (id - this.#peer * opsPerPeer > down.decided) return;
      this.#sender.queue.take(id);
      const refused = refusals.get(id);
      if (refused !== undefined) this.#adopt(own, refused, effects);
      else this.#view.overlay.release(own.holds);
      this.#decided(id, refused === undefined ? done : fail(refused.errno), effects);
    }
  }

  /** Cached bytes of files that changed while this peer was away; of those with own content the overlay takes care. */
  #resetContent(old: Namespace, own: ReadonlySet<NodeId>, effects: Effects): void {
    for (const [id, was] of old.nodes) {
      if (was.kind !== "file" || was.at === undefined || own.has(id)) continue;
      const now = this.#view.confirmed.get(id);
      if (now === undefined) effects.content.push({ t: "dead", node: id });
      else if (now.version !== was.version)
        effects.content.push({ t: "reset", node: id, size: now.size, version: now.version });
    }
  }

  #changesSince(before: Capture, effects: Effects): void {
    const view = this.#view;
    const names: Extract<ViewChange, { t: "name" }>[] = [];
    const now = capture(view);
    for (const [id, { node, names: had }] of before) {
      const has = now.get(id)?.names;
      for (const [name, child] of had ?? []) {
        const after = has?.get(name);
        if (after !== child)
          names.push({
            t: "name",
            at: { parent: id, name },
            before: child,
            after,
            kind: view.kindOf(after ?? child) ?? "file",
          });
      }
      const shown = view.node(id);
      const change = shown === undefined ? undefined : nodeChange(node, shown);
      if (change !== undefined) effects.changes.push(change);
    }
    for (const [id, { names: has }] of now) {
      const had = before.get(id)?.names;
      for (const [name, child] of has ?? [])
        if (had?.has(name) !== true)
          names.push({
            t: "name",
            at: { parent: id, name },
            before: undefined,
            after: child,
            kind: view.kindOf(child) ?? "file",
          });
    }
    effects.changes.unshift(...pairMoves(names));
  }
}

type Capture = Map<
  NodeId,
  { readonly node: ReturnType<typeof shownOf>; readonly names: Map<Place["name"], NodeId> | undefined }
>;

/** The whole view as it is now. */
function capture(view: GuestView): Capture {
  const seen: Capture = new Map();
  const visit = (id: NodeId): void => {
    const node = view.node(id);
    if (node === undefined || seen.has(id)) return;
    const names = node.kind === "dir" ? new Map(view.list(id).map((entry) => [entry.name, entry.node])) : undefined;
    seen.set(id, { node: shownOf(node), names });
    for (const child of names?.values() ?? []) visit(child);
  };
  visit(rootNode);
  return seen;
}

function addKeys(keys: Keys, more: Keys): void {
  keys.names.push(...more.names);
  keys.nodes.push(...more.nodes);
}

/** Also directories that only this operation kept in view (revival.ts). */
function addHeld(keys: Keys, { holds }: Pending): void {
  for (const at of holds.names) if (!keys.names.some((known) => samePlace(known, at))) keys.names.push(at);
}

function noteNode(keys: Keys, ...ids: (NodeId | undefined)[]): void {
  for (const id of ids) if (id !== undefined && !keys.nodes.includes(id)) keys.nodes.push(id);
}
