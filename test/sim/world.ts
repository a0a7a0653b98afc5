import { errno } from "../../helper/base/errno.ts";
import { mustFileName } from "../../helper/base/name.ts";
import { epoch, type Time } from "../../helper/base/time.ts";
import type { Decided, Down, HostReplica, Received, SnapshotNode, View } from "../../helper/replica/api.ts";
import { createGuestReplica } from "../../helper/replica/guest.ts";
import { createHostReplica } from "../../helper/replica/host.ts";
import type { HostOptions } from "../../helper/replica/host-state.ts";
import { hostPeer, rootNode, type NodeId, type PeerId, type Version } from "../../helper/replica/ids.ts";
import { createOutbox } from "../../helper/replica/outbox.ts";
import type { Op, Ordered, Place } from "../../helper/replica/op.ts";
import type { PathRules } from "../../helper/replica/path-rules.ts";
import { captureView, expectedChanges } from "./changes.ts";
import type { Guest } from "./guest.ts";
import { Store, tokensIn } from "./store.ts";

export interface WorldOptions {
  readonly guests: number;
  readonly host?: Pick<HostOptions, "conditions" | "ignore">;
  readonly localLocks?: boolean;
  /** What guests keep to themselves (R-SEED). */
  readonly rules?: PathRules;
  /** Compare the reported changes with the real difference of the view at every message. */
  readonly checkChanges?: boolean;
}

const tree = [
  "d1/",
  "d2/",
  "d1/a",
  "b",
  ".git/",
  ".git/HEAD",
  ".git/objects/",
  ".git/objects/ab/",
  ".git/refs/",
  ".git/config",
];
export const place = (parent: NodeId, name: string): Place => ({ parent, name: mustFileName(name) });

/** One host, some guests, lanes between them, and the oracles. */
export class World {
  readonly host: HostReplica;
  readonly guests: Guest[] = [];
  readonly hostStore = new Store();
  /** Every content there ever was at the host, by node and version. */
  readonly history = new Map<string, Uint8Array>();
  readonly wrong: string[] = [];
  /** Tokens written outside git dirs, and those that are accounted for though no longer in the tree. */
  readonly written = new Set<number>();
  readonly accounted = new Set<number>();
  readonly acknowledged = new Set<number>();
  diskFull = false;
  #by: PeerId = hostPeer;
  #time = 1000;
  #token = 0;
  readonly #holders = new Map<string, PeerId>();
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.host = createHostReplica({
      scanned: scannedTree(),
      backing: { apply: (op) => this.#backing(op), revive: () => (this.diskFull ? errno.ENOSPC : undefined) },
      ...options.host,
    });
    for (let i = 1; i <= options.guests; i++) this.#join(i as PeerId);
  }

  now(): Time {
    return { sec: this.#time++, nsec: 0 };
  }

  newToken(): number {
    return ++this.#token;
  }

  #join(peer: PeerId): void {
    const outbox = createOutbox({ peer, maxCount: 24, maxBytes: 100_000 });
    const first = outbox.snapshot(this.host.snapshot());
    if (!("snapshot" in first)) throw new Error("a snapshot");
    const replica = createGuestReplica({
      peer,
      snapshot: first.snapshot,
      range: this.host.nextRange(),
      received: first.index,
      localLocks: this.#options.localLocks ?? false,
      ...(this.#options.rules && { rules: this.#options.rules }),
    });
    outbox.acknowledge(first.index);
    this.guests.push({
      peer,
      replica,
      store: new Store(),
      outbox,
      up: [],
      down: [],
      connected: true,
      seen: new Set(),
      asked: new Set(),
      commit: { t: "idle" },
      own: new Map(),
    });
  }

  path(view: View, path: string): NodeId | undefined {
    let node: NodeId | undefined = rootNode;
    for (const part of path.split("/")) node = node === undefined ? undefined : view.lookup(place(node, part));
    return node;
  }

  contentAt(node: NodeId, version: Version | undefined): Uint8Array {
    return this.history.get(`${node}:${version ?? 0}`) ?? new Uint8Array(0);
  }

  /** The host's own mount. */
  local(op: Op): boolean {
    this.#by = hostPeer;
    const { decided, result } = this.host.local(op);
    this.#publish(hostPeer, decided);
    return result.ok;
  }

  gone(guest: Guest): void {
    this.#by = hostPeer;
    for (const decided of this.host.gone(guest.peer)) this.#publish(hostPeer, decided);
  }

  deliverUp(guest: Guest): boolean {
    const submitted = guest.up.shift();
    if (submitted === undefined) return false;
    this.#by = guest.peer;
    this.#publish(guest.peer, this.host.submit(guest.peer, submitted));
    return true;
  }

  deliverDown(guest: Guest): boolean {
    const down = guest.down.shift();
    if (down === undefined) return false;
    const before = this.#options.checkChanges ? captureView(guest.replica) : undefined;
    const received = guest.replica.receive(down);
    guest.outbox.acknowledge(guest.replica.received);
    this.#effects(guest, received);
    if (before !== undefined && !isOwnAsk(guest, down))
      this.wrong.push(
        ...expectedChanges(guest.replica, before, received.changes).map(
          (text) => `peer ${guest.peer}: ${text} after ${JSON.stringify(down)}`,
        ),
      );
    this.#markSeen(guest, down, received);
    return true;
  }

  connect(guest: Guest, connected: boolean): void {
    if (guest.connected === connected) return;
    guest.connected = connected;
    guest.up = [];
    guest.down = [];
    if (!connected) return;
    const resumed = guest.outbox.resume(guest.replica.received);
    guest.down = resumed === "snapshot" ? [guest.outbox.snapshot(this.host.snapshot())] : [...resumed];
    guest.up = [...guest.replica.resend()];
  }

  #publish(by: PeerId, { ordered, shared }: Decided): void {
    if (ordered === undefined) return;
    if (ordered.t === "applied") this.#remember(ordered);
    for (const guest of this.guests) {
      if (ordered.t === "refused" ? guest.peer !== by : !shared) continue;
      const down = guest.outbox.push(this.#stripped(ordered));
      if (!guest.connected) continue;
      if (down !== undefined) guest.down.push(down);
      else guest.down.push(guest.outbox.snapshot(this.host.snapshot()));
    }
  }

  /** Some bytes do not come along with the order. */
  #stripped(ordered: Ordered): Ordered {
    if (ordered.t !== "applied" || ordered.op.t !== "write" || ordered.seq % 3 !== 0) return ordered;
    return {
      ...ordered,
      op: { ...ordered.op, extents: ordered.op.extents.map(({ offset, length }) => ({ offset, length })) },
    };
  }

  #remember(applied: Extract<Ordered, { t: "applied" }>): void {
    const { op, version } = applied;
    if (op.t === "create") this.history.set(`${op.node}:${version}`, new Uint8Array(0));
    if (op.t === "write" || op.t === "append" || op.t === "truncate")
      this.history.set(`${op.node}:${version}`, this.hostStore.get(op.node).bytes.slice());
  }

  /** The real folder, and what must never happen in it. */
  #backing(op: Op): typeof errno.ENOSPC | undefined {
    if (this.diskFull && (op.t === "create" || op.t === "write" || op.t === "append" || op.t === "mkdir"))
      return errno.ENOSPC;
    const store = this.hostStore;
    switch (op.t) {
      case "write":
        this.#replacing(op.node, () => {
          for (const { offset, bytes } of op.extents) store.write(op.node, offset, bytes ?? new Uint8Array(0));
        });
        break;
      case "append":
        store.write(op.node, this.host.node(op.node)?.size ?? 0, op.extent.bytes ?? new Uint8Array(0));
        break;
      case "truncate":
        this.#replacing(op.node, () => store.resize(op.node, op.size, store.get(op.node).bytes.length));
        break;
      case "unlink":
        this.#losing(op.node);
        this.#lockGoes(op.at);
        break;
      case "rename":
        if (op.victim !== null) this.#losing(op.victim.node);
        this.#replaced(op.to, op.from, op.node);
        break;
      case "create":
        if (this.host.classOf(op.at) === "git-mutable" && op.at.name.endsWith(".lock"))
          this.#holders.set(`${op.at.parent}/${op.at.name}`, this.#by);
        break;
      default:
    }
    return undefined;
  }

  #isWorkTree(node: NodeId): boolean {
    return this.host.classOfNode(node) === "work-tree";
  }

  #replacing(node: NodeId, change: () => void): void {
    const before = tokensIn(this.hostStore.get(node).bytes);
    change();
    const after = tokensIn(this.hostStore.get(node).bytes);
    if (!this.#isWorkTree(node)) return;
    for (const token of before) if (!after.has(token)) this.#removed(token);
  }

  #losing(node: NodeId): void {
    if (!this.#isWorkTree(node) || this.host.node(node)?.nlink !== 1) return;
    for (const token of tokensIn(this.hostStore.get(node).bytes)) this.#removed(token);
  }

  #removed(token: number): void {
    const guest = this.guests.find((each) => each.peer === this.#by);
    if (guest !== undefined && !guest.seen.has(token)) this.wrong.push(`peer ${this.#by} removed ${token} unseen`);
    this.accounted.add(token);
  }

  #lockGoes(at: Place): void {
    const key = `${at.parent}/${at.name}`;
    const holder = this.#holders.get(key);
    if (holder !== undefined && holder !== this.#by && this.#by !== hostPeer)
      this.wrong.push(`peer ${this.#by} removed the lock of ${holder}`);
    this.#holders.delete(key);
  }

  /** Mutual exclusion, and a ref never before its objects. */
  #replaced(to: Place, from: Place, node: NodeId): void {
    const holder = this.#holders.get(`${to.parent}/${to.name}.lock`);
    if (holder !== undefined && holder !== this.#by)
      this.wrong.push(`peer ${this.#by} replaced ${to.name} under the lock of ${holder}`);
    this.#holders.delete(`${from.parent}/${from.name}`);
    if (to.name !== "HEAD") return;
    for (const token of tokensIn(this.hostStore.get(node).bytes)) {
      const object = this.path(this.host, `.git/objects/ab/${objectName(token)}`);
      if (object === undefined || !tokensIn(this.hostStore.get(object).bytes).has(token))
        this.wrong.push(`HEAD has ${token} before its object`);
    }
  }

  /** An own file that yielded to a shared one: its bytes are kept. */
  handBack(guest: Guest, id: NodeId): void {
    const before = captureView(guest.replica);
    const { content, changes } = guest.replica.handBack(id, true);
    this.#effects(guest, { content, changes, settled: [] });
    guest.own.delete(id);
    for (const text of expectedChanges(guest.replica, before, changes))
      this.wrong.push(`peer ${guest.peer}: ${text} after ${id} was handed back`);
    if (guest.replica.isPrivateNode(id) && guest.replica.placeOf(id) !== undefined)
      this.wrong.push(`peer ${guest.peer}: ${id} is still its own`);
  }

  #effects(guest: Guest, received: Received): void {
    for (const effect of received.content) {
      guest.store.meet(effect.node, guest.replica.node(effect.node)?.size ?? 0);
      switch (effect.t) {
        case "bytes":
          guest.store.write(effect.node, effect.offset, effect.bytes);
          break;
        case "stale":
          guest.store.stale(effect.node, effect.offset, effect.length);
          break;
        case "size":
          guest.store.resize(effect.node, effect.size, guest.store.get(effect.node).bytes.length);
          break;
        case "reset":
          guest.store.reset(effect.node, effect.size);
          if (!guest.replica.isPrivateNode(effect.node)) guest.own.delete(effect.node);
          break;
        case "park":
          for (const token of tokensIn(guest.store.get(effect.node).bytes)) this.accounted.add(token);
          break;
        default:
      }
    }
    for (const { id, result } of received.settled) {
      const { commit } = guest;
      if (commit.t === "asking" && commit.id === id)
        guest.commit = result.ok ? { t: "holding", token: commit.token } : { t: "idle" };
      else if (commit.t === "releasing" && commit.id === id) {
        if (result.ok) this.acknowledged.add(commit.token);
        guest.commit = result.ok ? { t: "idle" } : { t: "letting-go" };
      }
    }
  }

  /** What this peer could have read by now. */
  #markSeen(guest: Guest, down: Down, received: Received): void {
    const mark = (node: NodeId): void => {
      if (guest.replica.hasPendingContent(node)) return;
      for (const token of tokensIn(this.contentAt(node, guest.replica.confirmed(node)?.version))) guest.seen.add(token);
    };
    for (const effect of received.content) mark(effect.node);
    if ("snapshot" in down) for (const { id } of down.snapshot.nodes) mark(id);
    else if (down.message.t === "applied" && "node" in down.message.op) mark(down.message.op.node);
  }
}

/** What a peer asked for is told to its kernel by the answer. */
function isOwnAsk(guest: Guest, down: Down): boolean {
  return !("snapshot" in down) && guest.asked.has(down.message.id);
}

/** A name as objects have it. */
export function objectName(token: number): string {
  return token.toString(16).padStart(38, "0");
}

function scannedTree(): SnapshotNode[] {
  const ids = new Map<string, NodeId>([["", rootNode]]);
  const node = (id: NodeId, kind: "dir" | "file", places: readonly Place[]): SnapshotNode => ({
    id,
    kind,
    mode: 0o755,
    size: kind === "dir" ? 4096 : 0,
    nlink: 1,
    ino: id,
    atime: epoch,
    mtime: epoch,
    ctime: epoch,
    version: 0 as Version,
    target: "",
    owner: undefined,
    places,
  });
  const nodes = [node(rootNode, "dir", [])];
  for (const path of tree) {
    const parts = path.replace(/\/$/, "").split("/");
    const own = parts.pop() ?? "";
    const id = (ids.size + 1) as NodeId;
    ids.set([...parts, own].join("/"), id);
    nodes.push(node(id, path.endsWith("/") ? "dir" : "file", [place(ids.get(parts.join("/")) ?? rootNode, own)]));
  }
  return nodes;
}
