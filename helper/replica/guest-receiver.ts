import type { FileName } from "../base/name.ts";
import { done, fail, type Result } from "../base/result.ts";
import type { ContentEffect, Down, Received, Snapshot } from "./api.ts";
import { applyOp, type Applied } from "./apply.ts";
import { keysOfRevived, watch } from "./changes.ts";
import { bytesFromOthers } from "./guest-bytes.ts";
import { noEffects, park, type Effects } from "./guest-effects.ts";
import { keysOfApplied, keysOfRefused } from "./guest-keys.ts";
import type { GuestSender } from "./guest-sender.ts";
import { keepOwn, movedByOther, surrender } from "./guest-kept.ts";
import { settleNode, settleNodes, type Guest } from "./guest-settle.ts";
import { takeSeed, takeSeeds } from "./guest-seeds.ts";
import { replaceConfirmed, tellReplaced } from "./guest-snapshot.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId, OpId, PeerId, Seq } from "./ids.ts";
import { type ContentOp, isContentOp, type Op, type Ordered } from "./op.ts";
import { contentOf, notePath, placeToKeep } from "./parking.ts";
import type { Pending } from "./pending.ts";
import { keepForRevival } from "./revival.ts";

type Refused = Extract<Ordered, { t: "refused" }>;
type SnapshotDown = Extract<Down, { readonly snapshot: Snapshot }>;

const opsPerPeer = 2 ** 40;

/** The half of a guest that adopts the order. */
export class GuestReceiver {
  position: Seq;
  /** Index of the last message taken. */
  received: number;
  lastDecided: OpId | 0 = 0;
  readonly #guest: Guest;
  readonly #view: GuestView;
  readonly #sender: GuestSender;
  readonly #peer: PeerId;

  constructor(
    view: GuestView,
    sender: GuestSender,
    from: { readonly peer: PeerId; readonly position: Seq; readonly received: number },
  ) {
    this.#guest = { view, sender };
    this.#view = view;
    this.#sender = sender;
    this.#peer = from.peer;
    this.position = from.position;
    this.received = from.received;
  }

  /** A message seen before, or one whose forerunner is missing, has no effect: the link resumes by index. */
  receive(down: Down): Received {
    const effects = noEffects();
    const expected = "snapshot" in down ? down.index > this.received : down.index === this.received + 1;
    if (!expected) return effects;
    this.received = down.index;
    if ("snapshot" in down) this.#snapshot(down, effects);
    else if (down.message.t === "applied") this.#applied(down.message, effects);
    else this.#refused(down.message, effects);
    return effects;
  }

  takeSeeds(seeds: Snapshot["seeds"]): Received {
    const effects = noEffects();
    takeSeeds(this.#view, seeds, effects);
    return effects;
  }

  /** What the host will not decide any more, once per file, as this peer shows it. */
  abandon(): readonly ContentEffect[] {
    const effects = noEffects();
    for (const node of this.#undecided())
      park(this.#view, node, { reason: "unsent", extents: [], always: true }, effects);
    return effects.content;
  }

  /** What `abandon` would keep now, open bursts too. */
  unsent(): readonly { readonly node: NodeId; readonly path: readonly FileName[] }[] {
    return [...this.#undecided()].flatMap((node) => {
      const path = placeToKeep(this.#view, node);
      return path === undefined ? [] : [{ node, path }];
    });
  }

  #undecided(): ReadonlySet<NodeId> {
    const nodes = new Set(this.#sender.bursts.keys());
    for (const { submitted } of this.#sender.queue.all()) {
      const content = contentOf(submitted.op);
      if (content !== undefined && this.#view.isLive(content.node)) nodes.add(content.node);
    }
    return nodes;
  }

  #applied(applied: Applied, effects: Effects): void {
    const view = this.#view;
    const own = applied.by === this.#peer ? this.#sender.queue.take(applied.id) : undefined;
    const keys = keysOfApplied(view, applied, own);
    const alive = keys.nodes.filter((id) => view.confirmed.isLive(id) || view.isLive(id));
    for (const id of keys.nodes) this.#notePath(id);
    // The kernel that asked takes what changed from the answer, but for directories that came back with it.
    const diff = watch(view, own?.asked === true ? keysOfRevived(applied.revived) : keys);
    const stay = keepOwn(view, keys);
    const moved = own === undefined && applied.op.t === "rename" ? movedByOther(view, applied.op, effects) : undefined;
    const sizes = new Map(keys.nodes.map((id) => [id, view.confirmed.get(id)?.size ?? 0]));
    applyOp(view.confirmed, applied);
    if (own === undefined && applied.op.t === "rmdir") keepForRevival(view.overlay, this.#sender.queue, applied.op);
    for (const { node } of applied.revived ?? []) view.ghosts.delete(node);
    moved?.();
    this.position = applied.seq;
    if (own !== undefined) this.#ownApplied(own);
    else {
      this.#keepLocks();
      bytesFromOthers(view, applied, sizes, effects);
    }
    if (applied.op.t === "seed" && own === undefined)
      takeSeed(view, { parent: applied.op.dir, name: applied.op.name }, applied.op, effects);
    stay();
    settleNodes(this.#guest, keys, alive, effects);
    effects.changes.push(...diff());
    if (applied.by === this.#peer) this.#decided(applied.id, done, effects);
  }

  #refused(refused: Refused, effects: Effects): void {
    const own = this.#sender.queue.take(refused.id);
    if (own === undefined) return;
    const view = this.#view;
    const keys = keysOfRefused(view, own);
    const alive = keys.nodes.filter((id) => view.isLive(id));
    const diff = watch(view, keys);
    const stay = keepOwn(view, keys);
    this.#adopt(own, refused, effects);
    stay();
    settleNodes(this.#guest, keys, alive, effects);
    effects.changes.push(...diff());
    this.#decided(refused.id, fail(refused.errno), effects);
  }

  #ownApplied({ submitted: { op }, holds, program }: Pending): void {
    const { locks } = this.#sender;
    if (op.t === "create" && program !== undefined && this.#view.git.isLock(op.at))
      locks.granted(op.node, op.at, program);
    if (op.t === "rename") locks.released(op.node);
    this.#view.overlay.release(holds);
  }

  /** R-LEASE */
  #keepLocks(): void {
    this.#sender.locks.keepOnly((node) => this.#view.confirmed.get(node)?.owner === this.#peer);
  }

  /** R-PARK, R-STOP, R-EIO; then the overlay goes. */
  #adopt(own: Pending, refused: Refused, effects: Effects): void {
    const view = this.#view;
    const { op } = own.submitted;
    const content = contentOf(op);
    if (content !== undefined) park(view, content.node, { ...content, reason: refused.reason }, effects);
    if (leavesHole(op, refused, own.inGitDir)) this.#sender.taint.holed(op.node);
    if (refused.count > this.#sender.adopted) {
      this.#sender.adopted = refused.count;
      const held: NodeId[] = [];
      for (const [lock, owner] of view.confirmed.locks) if (owner === this.#peer) held.push(lock);
      this.#sender.taint.refused(held, own.inGitDir);
    }
    view.overlay.release(own.holds);
    if (op.t === "rename") view.dirsMoved();
    // Somebody else changed it on its way to a hidden name (R-HIDE).
    if (op.t === "unlink") surrender(view, op.node, refused.reason, effects);
    for (const at of own.holds.names) view.git.appeared(at.parent, at.name);
  }

  #decided(id: OpId, result: Result<void>, effects: Effects): void {
    this.lastDecided = id;
    effects.settled.push({ id, result });
  }

  #notePath(id: NodeId): void {
    const entry = this.#view.overlay.nodes.get(id);
    if (entry !== undefined && entry.content > 0) notePath(this.#view, id, entry);
  }

  /** R-SNAP */
  #snapshot(down: SnapshotDown, effects: Effects): void {
    const view = this.#view;
    const before = replaceConfirmed(view, down.snapshot);
    this.position = down.snapshot.position;
    this.#settleDecided(down, effects);
    this.#keepLocks();
    for (const id of view.overlay.nodes.keys()) settleNode(this.#guest, id, effects);
    view.dirsMoved();
    tellReplaced(view, before, effects);
    takeSeeds(view, down.snapshot.seeds, effects);
  }

  #settleDecided(down: SnapshotDown, effects: Effects): void {
    const refusals = new Map(down.refusals.map((refused) => [refused.id, refused]));
    for (let own = this.#sender.queue.first(); own !== undefined; own = this.#sender.queue.first()) {
      const { id } = own.submitted;
      if (id - this.#peer * opsPerPeer > down.decided) return;
      this.#sender.queue.take(id);
      const refused = refusals.get(id);
      if (refused !== undefined) this.#adopt(own, refused, effects);
      else this.#ownApplied(own);
      this.#decided(id, refused === undefined ? done : fail(refused.errno), effects);
    }
  }
}

/** R-HOLE. Bytes refused for what somebody else did to the file in a work tree leave it as that one has it: whole. */
function leavesHole(op: Op, { reason }: Refused, inGitDir: boolean): op is ContentOp {
  return isContentOp(op) && (inGitDir || reason === "disk");
}
