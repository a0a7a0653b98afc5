import { errno } from "../base/errno.ts";
import type { Time } from "../base/time.ts";
import type { LocalOp, Performed, Published } from "./api.ts";
import { modified } from "./apply.ts";
import { asksHost } from "./asks.ts";
import { addToBurst, burstOp, longestPart, type Burst } from "./bursts.ts";
import { filled, isInGitDir, touchedFiles } from "./guest-fill.ts";
import { changeGhost, giveWay, performHere, takeOver } from "./guest-here.ts";
import { publish } from "./guest-publish.ts";
import type { GuestView } from "./guest-view.ts";
import type { Inode } from "./namespace.ts";
import { opIdOf, type NodeId, type OpId, type PeerId, type Version } from "./ids.ts";
import { checkLocally, heldByOther, isHiding } from "./local-checks.ts";
import { LostLocks, type Program } from "./lost-locks.ts";
import type { Op, Place, Submitted } from "./op.ts";
import { copyOf } from "./overlay.ts";
import { notePath } from "./parking.ts";
import { bytesOf, PendingQueue } from "./pending.ts";
import { Taint } from "./taint.ts";

/** No handle has this number. */
const publishing = -1;
const nothingHeld = { names: [], attrs: [], content: undefined };
export type Writing = { readonly node: NodeId; readonly handle: number; readonly append: boolean };

/** The half of a guest that turns local calls into operations. */
export class GuestSender {
  readonly queue = new PendingQueue();
  readonly bursts = new Map<NodeId, Burst>();
  readonly taint = new Taint();
  readonly locks = new LostLocks();
  /** Refusals adopted so far (R-STOP). */
  adopted = 0;
  /** n of the last operation sent. */
  sent = 0;
  readonly #view: GuestView;
  readonly #peer: PeerId;
  readonly #localLocks: boolean;

  constructor(view: GuestView, peer: PeerId, localLocks: boolean) {
    this.#view = view;
    this.#peer = peer;
    this.#localLocks = localLocks;
  }

  perform(op: LocalOp): Performed {
    const wrong = checkLocally(this.#view, this.#peer, op);
    if (wrong === "nothing") return { t: "done", send: [] };
    if (wrong !== undefined) return { t: "failed", errno: wrong, send: [] };
    if (op.t === "rename" && isHiding(this.#view, op.from, op.to)) return this.#hide(op);
    if (op.t === "unlink") giveWay(this.#view, op);
    if (op.t !== "seed" && performHere(this.#view, op)) return { t: "done", send: [] };
    if (this.#isSpoiled(op)) return { t: "failed", errno: errno.EIO, send: [] };
    const program = op.t === "create" ? op.program : undefined;
    if (op.t === "create" && this.locks.isInUse(op.at, program)) return { t: "failed", errno: errno.EEXIST, send: [] };
    const asked = !this.#localLocks && asksHost(this.#view.git, op, op.t === "rename" && this.#movesGitDir(op.from));
    const send: Submitted[] = [];
    if (asked) this.#endAll(send);
    else for (const node of touchedFiles(this.#view, op)) this.#end(node, send);
    if (op.t === "rename") this.#noteMove(op);
    const full = filled(this.#view, op);
    if (full.t === "unlink") this.#letGo(full.node);
    if (full.t === "truncate" && full.size === 0) this.taint.rewritten(full.node);
    const submitted = this.#submit(full, asked, program);
    send.push(submitted);
    return asked ? { t: "asked", id: submitted.id, send } : { t: "done", send };
  }

  write(writing: Writing, offset: number, bytes: Uint8Array, time: Time): Performed & { readonly offset: number } {
    const { node } = writing;
    const inode = this.#view.node(node);
    if (inode === undefined || inode.kind !== "file") return { t: "failed", errno: errno.ESTALE, send: [], offset };
    const start = writing.append ? inode.size : offset;
    const isSeed = !this.bursts.has(node) && this.#view.isSeed(node);
    if (isSeed) takeOver(this.#view, node);
    if (isSeed || this.#view.isPrivateNode(node)) {
      this.#view.privates.written(node, start + bytes.length, time);
      return { t: "done", send: [], offset: start };
    }
    if (!this.#view.isLive(node)) {
      changeGhost(this.#view, node, Math.max(inode.size, start + bytes.length), time);
      return { t: "done", send: [], offset: start };
    }
    if (heldByOther(this.#view, this.#peer, inode, this.#view.placeOf(node)))
      return { t: "failed", errno: errno.EPERM, send: [], offset };
    const send: Submitted[] = [];
    this.#join(writing, start, bytes, time, send);
    return { t: "done", send, offset: start };
  }

  crossing(from: Place, to: Place): Inode | undefined {
    const view = this.#view;
    const id = view.lookup(from);
    const inode = id === undefined ? undefined : view.node(id);
    if (inode === undefined || !view.isPrivate(from) || view.isPrivate(to, inode.kind)) return undefined;
    return checkLocally(view, this.#peer, { t: "rename", from, to, time: inode.ctime }) === undefined
      ? inode
      : undefined;
  }

  /** R-SEED. `bytes`: of a file, whole. */
  publish(node: NodeId, bytes: Uint8Array, time: Time): Published {
    const { making, content, times, changes } = publish(this.#view, node, time);
    const send: Submitted[] = making.map((op) => this.#submit(op, false));
    // In parts that a frame has room for.
    for (let from = 0; content && from < bytes.length; from += longestPart) {
      const part = bytes.subarray(from, from + longestPart);
      this.#join({ node, handle: publishing, append: false }, from, part, time, send);
    }
    this.#end(node, send);
    if (times !== undefined) send.push(this.#submit(times, false));
    return { send, changes };
  }

  endBurst(which: { readonly node: NodeId; readonly handle?: number } | "all"): Submitted[] {
    const send: Submitted[] = [];
    if (which === "all") this.#endAll(send);
    else if (which.handle === undefined || this.bursts.get(which.node)?.handle === which.handle)
      this.#end(which.node, send);
    return send;
  }

  get burstBytes(): number {
    let sum = 0;
    for (const burst of this.bursts.values()) sum += burst.bytes;
    return sum;
  }

  #join(writing: Writing, offset: number, bytes: Uint8Array, time: Time, send: Submitted[]): void {
    const open = this.bursts.get(writing.node);
    if (open !== undefined && (open.handle !== writing.handle || open.append !== writing.append))
      this.#end(writing.node, send);
    const entry = this.#view.overlay.open(writing.node);
    if (entry === undefined) return;
    const { shown } = entry;
    let burst = this.bursts.get(writing.node);
    if (burst === undefined) {
      const before = { mtime: shown.mtime, ctime: shown.ctime };
      burst = { ...writing, base: shown.version, extents: [], bytes: 0, time, before, parts: 0 };
      this.bursts.set(writing.node, burst);
      entry.content++;
      // Its directory may be refused before it is.
      notePath(this.#view, writing.node, entry);
    }
    addToBurst(burst, offset, bytes, time);
    entry.written++;
    shown.size = Math.max(shown.size, offset + bytes.length);
    shown.mtime = burst.before.mtime;
    shown.ctime = burst.before.ctime;
    modified(shown, time);
    if (burst.bytes < longestPart) return;
    if (burst.append) this.#end(writing.node, send);
    else this.#cut(burst, send);
  }

  /** A long burst goes in parts, each based on the one before. */
  #cut(burst: Burst, send: Submitted[]): void {
    const op = burstOp(burst, true);
    const shown = this.#view.node(burst.node);
    if (op === undefined || shown === undefined) return;
    const submitted = this.#submit(op, false);
    send.push(submitted);
    burst.base = submitted.id as number as Version;
    burst.extents = [];
    burst.bytes = 0;
    burst.parts++;
    shown.version = burst.base;
    burst.before = { mtime: shown.mtime, ctime: shown.ctime };
  }

  #endAll(send: Submitted[]): void {
    for (const node of this.bursts.keys()) this.#end(node, send);
  }

  #end(node: NodeId, send: Submitted[]): void {
    const burst = this.bursts.get(node);
    const entry = this.#view.overlay.nodes.get(node);
    if (burst === undefined || entry === undefined) return;
    this.bursts.delete(node);
    const op = burstOp(burst, false);
    if (op !== undefined) {
      const submitted = this.#submit(op, false);
      entry.shown.version = submitted.id as number as Version;
      if (burst.extents.length === 0) modified(entry.shown, burst.time);
      send.push(submitted);
    }
    entry.content--;
    this.#view.settle(node);
  }

  #submit(op: Op, asked: boolean, program?: Program): Submitted {
    const id: OpId = opIdOf(this.#peer, ++this.sent);
    const submitted: Submitted = { id, op, adopted: this.adopted };
    const inGitDir = isInGitDir(this.#view, op);
    const holds = asked ? nothingHeld : this.#view.overlay.show(op, id);
    this.queue.push({ submitted, asked, holds, bytes: bytesOf(op), inGitDir, program });
    if (!asked) this.#namesChanged(op);
    return submitted;
  }

  #namesChanged(op: Op): void {
    const { git, privates } = this.#view;
    if (op.t === "rename") {
      if (this.#view.kindOf(op.node) === "dir") this.#view.dirsMoved();
      git.appeared(op.from.parent, op.from.name);
      git.appeared(op.to.parent, op.to.name);
      if (op.victim !== null) privates.dropUnder(op.victim.node);
    } else if ("at" in op) {
      git.appeared(op.at.parent, op.at.name);
      if (op.t === "rmdir") privates.dropUnder(op.node);
    }
  }

  /** R-HIDE: the others see it removed. */
  #hide({ from, to, time }: Extract<LocalOp, { t: "rename" }>): Performed {
    const view = this.#view;
    const id = view.lookup(from);
    const send: Submitted[] = [];
    if (id !== undefined) this.#end(id, send);
    const shown = id === undefined ? undefined : view.node(id);
    if (shown === undefined) return { t: "failed", errno: errno.ENOENT, send };
    const own = copyOf(shown);
    send.push(this.#submit(filled(view, { t: "unlink", at: from, time }), false));
    view.privates.receive(own, to, view.lookup(to), time);
    return { t: "done", send };
  }

  /** R-SEED: what is moved to an ignored place stays shared. */
  #noteMove({ from, to }: Extract<LocalOp, { t: "rename" }>): void {
    const { classes } = this.#view;
    const node = this.#view.lookup(from);
    const kind = node === undefined ? undefined : this.#view.kindOf(node);
    if (node !== undefined && kind !== undefined) classes.moved(node, classes.isIgnored(from, kind), to, kind);
  }

  /** An own lock that is unlinked: spoiled or not, its program is done with it. */
  #letGo(node: NodeId): void {
    this.taint.forget(node);
    this.locks.released(node);
  }

  /** R-EIO: renaming an owned lock is its release. R-HOLE: a name for a file that lacks bytes. */
  #isSpoiled(op: LocalOp): boolean {
    if (op.t === "link") return this.taint.takeForName(op.node, this.#view.git.isObject(op.at));
    const id = op.t === "rename" ? this.#view.lookup(op.from) : undefined;
    if (op.t !== "rename" || id === undefined) return false;
    if (this.taint.takeForName(id, this.#view.git.isObject(op.to))) return true;
    if (this.#view.node(id)?.owner !== this.#peer || !op.from.name.endsWith(".lock")) return false;
    return this.taint.takeFor(id, op.from.name === "index.lock");
  }

  #movesGitDir(from: Place): boolean {
    const id = this.#view.lookup(from);
    return id !== undefined && this.#view.kindOf(id) === "dir" && this.#view.git.info(id).role !== "work";
  }
}
