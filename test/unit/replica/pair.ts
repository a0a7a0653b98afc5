import type { Down, GuestReplica, HostReplica, LocalOp, Performed, Received } from "../../../helper/replica/api.ts";
import { createGuestReplica } from "../../../helper/replica/guest.ts";
import type { NodeId, PeerId } from "../../../helper/replica/ids.ts";
import { createOutbox, type Outbox } from "../../../helper/replica/outbox.ts";
import type { PathRules } from "../../../helper/replica/path-rules.ts";
import type { Submitted } from "../../../helper/replica/op.ts";
import { at, hostRig, time, type HostRig } from "./rig.ts";

const repo = [
  ".git/",
  ".git/HEAD",
  ".git/index",
  ".git/config",
  ".git/objects/",
  ".git/objects/ab/",
  ".git/refs/",
  "a.txt",
  "b.txt",
  "dir/",
  "dir/f",
];

/** A host and one guest, with the wire between them in hand. */
export interface Pair {
  readonly rig: HostRig;
  readonly host: HostReplica;
  readonly guest: GuestReplica;
  readonly down: Down[];
  /** What was not received is lost; the guest gets the whole tree instead (R-SNAP). */
  startAnew(): Received;
  find(path: string): NodeId;
  /** The host decides what was sent; its messages wait in `down`. */
  up(performed: Performed | readonly Submitted[]): void;
  receive(): Received[];
}

export function pair(options: { readonly also?: readonly string[]; readonly rules?: PathRules } = {}): Pair {
  const { also = [], rules } = options;
  const rig = hostRig([...repo, ...also], { ...(rules && { rules }) });
  const outbox: Outbox = createOutbox({ peer: 1 as PeerId, maxCount: 100, maxBytes: 1e6 });
  const guest = createGuestReplica({
    peer: 1 as PeerId,
    snapshot: rig.host.snapshot(),
    range: rig.host.nextRange(),
    received: 0,
    ...(rules && { rules }),
  });
  const down: Down[] = [];
  const tell = (decided: ReturnType<HostReplica["submit"]>): void => {
    const sent = decided.ordered === undefined ? undefined : outbox.push(decided.ordered);
    if (sent !== undefined) down.push(sent);
  };
  const host: HostReplica = {
    ...rig.host,
    local: (op) => {
      const out = rig.host.local(op);
      if (out.decided.shared) tell(out.decided);
      return out;
    },
    gone: (peer) => {
      const decided = rig.host.gone(peer);
      for (const each of decided) tell(each);
      return decided;
    },
  };
  return {
    rig,
    host,
    guest,
    down,
    startAnew: () => {
      down.splice(0);
      return guest.receive(outbox.snapshot(rig.host.snapshot()));
    },
    find: rig.find,
    up: (sent) => {
      for (const each of "t" in sent ? sent.send : sent) tell(rig.host.submit(1 as PeerId, each));
    },
    receive: () => down.splice(0).map((each) => guest.receive(each)),
  };
}

export const create = (p: Pair, parent: NodeId, name: string, exclusive = false): LocalOp => ({
  t: "create",
  at: at(parent, name),
  node: p.guest.newNode(at(parent, name)),
  mode: 0o644,
  exclusive,
  time: time(5),
});
