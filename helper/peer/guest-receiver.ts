import type { HostEvents } from "./api.ts";
import { parse } from "./codec/bytes.ts";
import { type Pong, readPong } from "./codec/greeting.ts";
import { readOrderedFrame } from "./codec/ordered.ts";
import { readPeerPresence } from "./codec/presence.ts";
import { readRules } from "./codec/rules.ts";
import { readEnding, readPeers, readRangeFirst, readSpace } from "./codec/to-guest.ts";
import { frameType } from "./protocol.ts";
import { createSnapshotAssembly } from "./snapshot-assembly.ts";

export interface GuestReceiver {
  /** One frame of the operations lane; a string is why it breaks the protocol. */
  frame(type: number, body: Uint8Array): string | undefined;
  /** Index of the last message of the order that was handed on. */
  readonly lastIndex: number;
}

/** Parses what the host tells and hands it on: the order without gaps, each index once. */
export function createGuestReceiver(events: Omit<HostEvents, "state"> & { pong(pong: Pong): void }): GuestReceiver {
  const assemble = createSnapshotAssembly();
  let lastIndex = 0;

  const ordered = (body: Uint8Array): string | undefined => {
    const read = parse(body, readOrderedFrame);
    if (!read.ok) return read.why;
    const { index } = read.value;
    if (index !== lastIndex + 1) return `index ${index} after ${lastIndex}`;
    lastIndex = index;
    events.down(read.value);
    return undefined;
  };
  /** A snapshot may jump ahead, never back. */
  const snapshot = (type: number, body: Uint8Array): string | undefined => {
    const part = assemble(type, body);
    if (part.t === "broken") return part.why;
    if (part.t === "progress") {
      events.progress(part.nodes, part.of);
      return undefined;
    }
    if (part.down.index <= lastIndex) return `snapshot ${part.down.index} after ${lastIndex}`;
    lastIndex = part.down.index;
    events.down(part.down);
    return undefined;
  };
  const one = <T>(
    read: { ok: true; value: T } | { ok: false; why: string },
    tell: (value: T) => void,
  ): string | undefined => {
    if (!read.ok) return read.why;
    tell(read.value);
    return undefined;
  };

  return {
    frame(type, body) {
      switch (type) {
        case frameType.ordered:
          return ordered(body);
        case frameType.snapshotStart:
        case frameType.snapshotNodes:
        case frameType.snapshotEnd:
          return snapshot(type, body);
        case frameType.pong:
          return one(parse(body, readPong), (pong) => events.pong(pong));
        case frameType.range:
          return one(parse(body, readRangeFirst), (first) => events.range(first));
        case frameType.peers:
          return one(parse(body, readPeers), (peers) => events.peers(peers));
        case frameType.space:
          return one(parse(body, readSpace), (space) => events.space(space));
        case frameType.rules:
          return one(parse(body, readRules), (rules) => events.rules(rules));
        case frameType.ending:
          return one(parse(body, readEnding), (seconds) => events.ending(seconds));
        case frameType.presence:
          return one(parse(body, readPeerPresence), ({ peer, presence }) => events.presence(peer, presence));
        default:
          return `frame ${type} from the host`;
      }
    },
    get lastIndex() {
      return lastIndex;
    },
  };
}
