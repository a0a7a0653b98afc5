import { assert } from "../base/brand.ts";
import type { GuestReplica, Snapshot } from "./api.ts";
import { GuestReceiver } from "./guest-receiver.ts";
import { GuestSender } from "./guest-sender.ts";
import { handBack, yieldsTo } from "./guest-hand-back.ts";
import { changeRules } from "./guest-publish.ts";
import { GuestView } from "./guest-view.ts";
import { nodeRangeSize, opIdOf, type NodeId, type PeerId } from "./ids.ts";
import type { Place } from "./op.ts";
import { isHiding } from "./local-checks.ts";
import { nothingApart, type PathRules } from "./path-rules.ts";
import { namespaceOf } from "./snapshot.ts";
import { exportOwn, importOwn, isOwn } from "./own-tree.ts";
import { createPlaceQuestions } from "./view.ts";

export interface GuestOptions {
  readonly peer: PeerId;
  readonly snapshot: Snapshot;
  /** First id of the range this guest numbers its nodes from. */
  readonly range: NodeId;
  /** Index of the message that brought the snapshot; the next one follows it. */
  readonly received: number;
  /** R-HIDE, R-SEED; all is shared without. */
  readonly rules?: PathRules;
  /** Test-only: what asks the host is answered at once and told. */
  readonly localLocks?: boolean;
}

/** A guest asks for another range while this many ids are left. */
const enoughIds = 65_536;

export function createGuestReplica(options: GuestOptions): GuestReplica {
  const { peer } = options;
  const view = new GuestView(namespaceOf(options.snapshot.nodes), options.rules ?? nothingApart);
  const sender = new GuestSender(view, peer, options.localLocks ?? false);
  const receiver = new GuestReceiver(view, sender, {
    peer,
    position: options.snapshot.position,
    received: options.received,
  });
  const ranges = [{ next: options.range as number, end: options.range + nodeRangeSize }];

  function newShared(): NodeId {
    while (ranges.length > 1 && (ranges[0]?.next ?? 0) >= (ranges[0]?.end ?? 0)) ranges.shift();
    const range = ranges[0];
    assert(range !== undefined && range.next < range.end, "a guest has node ids left");
    return range.next++ as NodeId;
  }

  const newNode = (at: Place): NodeId => (view.isNeverTold(at) ? view.privates.newNode() : newShared());
  const idsLeft = (): number => ranges.reduce((left, range) => left + range.end - range.next, 0);

  return {
    ...createPlaceQuestions(view, view.git, () => view.confirmed.locks),
    peer,
    get position() {
      return receiver.position;
    },
    get received() {
      return receiver.received;
    },
    lookup: (at) => view.lookup(at),
    node: (id) => view.node(id),
    list: (dir) => view.list(dir),
    placeOf: (id) => view.placeOf(id),
    isPrivate: (at) => view.isPrivate(at),
    isPrivateNode: (id) => view.isPrivateNode(id),
    isSeed: (id) => view.isSeed(id),
    isHiding: (from, to) => isHiding(view, from, to),
    crossing: (from, to) => sender.crossing(from, to),
    publish: (node, bytes, time) => sender.publish(node, bytes, time),
    yieldsTo: (stray) => yieldsTo(view, stray),
    handBack: (stray, keep) => handBack(view, stray, keep),
    setRules: (rules) => changeRules(view, rules),
    forget: (id) => view.forget(id),
    newNode,
    get ownRevision() {
      return view.privates.revision;
    },
    isOwn: (id) => isOwn(view, id),
    ownTree: () => exportOwn(view),
    restoreOwn: (tree, adopt) =>
      importOwn(view, tree, { newNode: (at) => (idsLeft() < enoughIds ? undefined : newNode(at)), adopt }),
    addRange: (first) => void ranges.push({ next: first, end: first + nodeRangeSize }),
    get needsRange() {
      return idsLeft() < enoughIds;
    },
    initial: receiver.takeSeeds(options.snapshot.seeds).content,
    perform: (op) => sender.perform(op),
    write: (burst, offset, bytes, time) => sender.write(burst, offset, bytes, time),
    endBurst: (which) => sender.endBurst(which),
    receive: (down) => receiver.receive(down),
    confirmed: (id) => view.confirmed.get(id),
    hasPendingContent: (id) => (view.overlay.nodes.get(id)?.content ?? 0) > 0,
    pending: () => ({ operations: sender.queue.count, bytes: sender.queue.bytes + sender.burstBytes }),
    get lastSubmitted() {
      return sender.queue.count === 0 ? 0 : opIdOf(peer, sender.sent);
    },
    get lastDecided() {
      return receiver.lastDecided;
    },
    abandon: () => receiver.abandon(),
    unsent: () => receiver.unsent(),
    resend: () => sender.queue.all().map((pending) => pending.submitted),
  };
}
