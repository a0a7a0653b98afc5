import { errno } from "../base/errno.ts";
import type { Decided } from "./api.ts";
import { asksHost } from "./asks.ts";
import { watch } from "./changes.ts";
import type { GitPlaces } from "./git-place.ts";
import { decide, type Outcome } from "./host-decide.ts";
import { keysToWatch, type HostState } from "./host-state.ts";
import type { NodeId, PeerId } from "./ids.ts";
import { isContentOp, type Op, type Ordered, type RefusalReason, type Submitted } from "./op.ts";

/** What the host remembers of one peer. */
interface PeerState {
  /** n of its last operation decided (R-OP). */
  decided: number;
  refusals: number;
  /** Files whose bytes the disk refused since this peer has adopted a refusal (R-HOLE). */
  readonly holed: Set<NodeId>;
  readOnly: boolean;
}

export const ignored: Decided = { ordered: undefined, shared: false, changes: [] };
const opsPerPeer = 2 ** 40;

/** The operations that guests submit: each once and in turn (R-OP), none past a refusal its sender has not adopted (R-STOP). */
export class HostPipeline {
  readonly #state: HostState;
  readonly #peers = new Map<PeerId, PeerState>();

  constructor(state: HostState) {
    this.#state = state;
  }

  submit(by: PeerId, { id, adopted, op }: Submitted): Decided {
    const { bursts, git, seen } = this.#state;
    const peer = this.#of(by);
    if (id - by * opsPerPeer !== peer.decided + 1) return ignored;
    peer.decided++;
    const diff = watch(seen, keysToWatch(this.#state, op));
    const outcome = this.#barred(peer, adopted, op) ?? decide(this.#state, { by, id, op });
    if (outcome.t === "applied") return { ordered: outcome.applied, shared: outcome.shared, changes: diff() };
    if (outcome.reason !== "same" && !isAsked(git, op) && !isMoot(op, outcome.reason)) peer.refusals++;
    if (outcome.reason === "disk" && isContentOp(op)) peer.holed.add(op.node);
    if (op.t === "write" && bursts.get(op.node) === by) bursts.delete(op.node);
    const refused: Ordered = { t: "refused", id, errno: outcome.errno, reason: outcome.reason, count: peer.refusals };
    return { ordered: refused, shared: false, changes: [] };
  }

  setReadOnly(peer: PeerId, readOnly: boolean): void {
    this.#of(peer).readOnly = readOnly;
  }

  isReadOnly(peer: PeerId): boolean {
    return this.#of(peer).readOnly;
  }

  #of(peer: PeerId): PeerState {
    let known = this.#peers.get(peer);
    if (known === undefined)
      this.#peers.set(peer, (known = { decided: 0, refusals: 0, holed: new Set(), readOnly: false }));
    return known;
  }

  #barred(peer: PeerState, adopted: number, op: Op): Outcome | undefined {
    if (peer.readOnly) return { t: "refuse", reason: "read-only", errno: errno.EROFS };
    if (adopted === peer.refusals) peer.holed.clear();
    const behind = this.#state.conditions && !this.#state.ignore.has("stop") && adopted < peer.refusals;
    const stopped = behind && (isStopped(this.#state, op) || namesHoled(peer, op));
    return stopped ? { t: "refuse", reason: "pipeline", errno: errno.EIO } : undefined;
  }
}

/** R-STOP; what only lets go of a lock, or asks for one, lands nothing and may pass. */
function isStopped(state: HostState, op: Op): boolean {
  if (op.t === "mkdir" || (op.t === "create" && state.git.isLock(op.at))) return false;
  if (op.t === "unlink" && state.ns.at(op.at)?.owner !== undefined) return false;
  return isGitOp(state, op);
}

/** R-HOLE */
function namesHoled({ holed }: PeerState, op: Op): boolean {
  return (op.t === "rename" || op.t === "link") && holed.has(op.node);
}

function isGitOp({ ns, git }: HostState, op: Op): boolean {
  switch (op.t) {
    case "rename":
      return git.isGit(op.from) || git.isGit(op.to);
    case "seed":
      return true;
    case "write":
    case "append":
    case "truncate":
    case "setattr": {
      const inode = ns.get(op.node);
      if (inode === undefined) return false;
      if (inode.kind === "dir") return git.classOfDir(inode.id) !== "work-tree";
      return (inode.at !== undefined && git.isGit(inode.at)) || (inode.also?.some((at) => git.isGit(at)) ?? false);
    }
    default:
      return git.isGit(op.at);
  }
}

/** Its sender waits for the answer, so nothing it does later rests on a yes. */
function isAsked(git: GitPlaces, op: Op): boolean {
  const { t } = op;
  return (
    (t === "create" || t === "mkdir" || t === "link" || t === "rename") &&
    asksHost(git, t === "create" ? { ...op, exclusive: op.at.name.endsWith(".lock") } : op, false)
  );
}

/** R-STOP: what was to go is gone, or a directory stays for what somebody else put there; nothing rests on either. */
function isMoot({ t }: Op, reason: RefusalReason): boolean {
  return (t === "unlink" && reason === "gone") || (t === "rmdir" && (reason === "gone" || reason === "not-empty"));
}
