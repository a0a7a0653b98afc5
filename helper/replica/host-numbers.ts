import { firstMadeNode, firstSeq, hostPeer, nodeRangeSize, opIdOf, type NodeId, type OpId, type Seq } from "./ids.ts";
import type { Namespace } from "./namespace.ts";

/** The numbers that only the host gives out: positions (R-ONE), its own operations (R-OP), nodes and ranges of them (R-ID). */
export class HostNumbers {
  position: Seq = firstSeq;
  readonly #ns: Namespace;
  #ops = 0;
  #ranges = 0;
  #next = this.#takeRange();
  #end = this.#next + nodeRangeSize;

  constructor(ns: Namespace) {
    this.#ns = ns;
  }

  nextPosition(): Seq {
    this.position = (this.position + 1) as Seq;
    return this.position;
  }

  nextOp(): OpId {
    return opIdOf(hostPeer, ++this.#ops);
  }

  nextRange(): NodeId {
    return this.#takeRange() as NodeId;
  }

  /** Numbers are the peers' own to choose within their ranges: one that a guest took out of turn is passed over. */
  newNode(): NodeId {
    do {
      if (this.#next >= this.#end) {
        this.#next = this.#takeRange();
        this.#end = this.#next + nodeRangeSize;
      }
    } while (this.#ns.nodes.has(this.#next++ as NodeId));
    return (this.#next - 1) as NodeId;
  }

  #takeRange(): number {
    return firstMadeNode + this.#ranges++ * nodeRangeSize;
  }
}
