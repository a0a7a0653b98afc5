import type { NodeId } from "../replica/ids.ts";
import type { Presence } from "./api.ts";
import { encodePresent } from "./codec/presence.ts";
import { encodeAck, encodeDrop, encodeHold, encodeHolding, encodeRangeWanted } from "./codec/to-host.ts";
import type { Lane } from "./lane.ts";

/** What a guest says that holds until it says otherwise: told when it changes, and again on each new connection. */
export class StandingWords {
  readonly #lane: () => Lane | undefined;
  readonly #held = new Set<NodeId>();
  #ack = 0;
  #ackScheduled = false;
  #rangeWanted = false;
  #presence: Uint8Array | undefined;

  /** `lane`: the connection there is now. */
  constructor(lane: () => Lane | undefined) {
    this.#lane = lane;
  }

  /** On a connection that has just come back. */
  repeat(lane: Lane): void {
    for (const frame of encodeHolding([...this.#held])) lane.send(frame);
    if (this.#ack > 0) lane.send(encodeAck(this.#ack));
    if (this.#rangeWanted) lane.send(encodeRangeWanted());
    if (this.#presence !== undefined) lane.offer(0, this.#presence);
  }

  /** One for everything received in one turn. */
  ack(index: number): void {
    this.#ack = Math.max(this.#ack, index);
    if (this.#ackScheduled) return;
    this.#ackScheduled = true;
    queueMicrotask(() => {
      this.#ackScheduled = false;
      this.#lane()?.send(encodeAck(this.#ack));
    });
  }

  hold(node: NodeId): void {
    if (this.#held.has(node)) return;
    this.#held.add(node);
    this.#lane()?.send(encodeHold(node));
  }

  drop(node: NodeId): void {
    if (this.#held.delete(node)) this.#lane()?.send(encodeDrop(node));
  }

  wantRange(): void {
    if (this.#rangeWanted) return;
    this.#rangeWanted = true;
    this.#lane()?.send(encodeRangeWanted());
  }

  rangeArrived(): void {
    this.#rangeWanted = false;
  }

  present(presence: Presence): void {
    this.#presence = encodePresent(presence);
    this.#lane()?.offer(0, this.#presence);
  }
}
