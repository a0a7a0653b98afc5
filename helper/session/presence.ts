/** Who is where: the latest word of every peer. A word that is late is dropped for the next one; none is kept for later. */
import type { Disposable } from "../base/disposable.ts";
import { createPaced } from "../base/paced.ts";
import type { Timers } from "../base/ports.ts";
import { isNowhere, nowhere, parsePath, type Path, type Presence as Told } from "../peer/codec/presence.ts";
import { limits } from "../peer/protocol.ts";
import type { View } from "../replica/api.ts";
import { type NodeId, type PeerId, rootNode } from "../replica/ids.ts";
import type { PeerPresence, Presence } from "./api.ts";
import { shownPath } from "./timeline.ts";

/** Of one peer no more is told to others. Milliseconds. */
const everyMs = 60;

export interface PresenceBoard extends Disposable {
  /** What this peer's own editor shows. */
  present(presence: Presence): void;
  /** Another peer's word. */
  hear(peer: PeerId, told: Told): void;
  forget(peer: PeerId): void;
  /** The link is cut: nobody knows where the others are. */
  forgetOthers(): void;
  others(): readonly PeerPresence[];
  /** Everybody's words, for whoever just came. */
  words(): Iterable<readonly [PeerId, Told]>;
  dispose(): void;
}

export function createPresenceBoard(parts: {
  readonly own: PeerId;
  readonly timers: Timers;
  /** The tree; nothing is told before there is one. */
  readonly view: () => View | undefined;
  /** To those who have to hear of this peer, if anybody has. */
  readonly spread: (peer: PeerId, told: Told) => void;
  /** `others` are elsewhere now. */
  readonly changed: () => void;
}): PresenceBoard {
  const { own } = parts;
  const words = new Map<PeerId, Told>();
  const spreading = createPaced(parts.timers, everyMs, (peer: PeerId) =>
    parts.spread(peer, words.get(peer) ?? nowhere),
  );

  function note(peer: PeerId, told: Told): void {
    if (isNowhere(told) && !words.delete(peer)) return;
    if (!isNowhere(told)) words.set(peer, told);
    spreading.call(peer);
    if (peer !== own) parts.changed();
  }

  /** Undefined: not one of the files that everybody has. Git's own files are nobody's business. */
  function sharedPath(path: string): Path | undefined {
    const view = parts.view();
    const names = parsePath(Buffer.from(path, "utf8").toString("latin1"));
    let node: NodeId | undefined = rootNode;
    for (const name of names ?? []) node = node === undefined ? undefined : view?.lookup({ parent: node, name });
    if (view === undefined || node === undefined || view.node(node)?.kind !== "file") return undefined;
    if (view.isPrivateNode(node)) return undefined;
    return view.classOfNode(node) === "work-tree" ? names : undefined;
  }

  return {
    present({ file, unsaved }) {
      const path = file === null ? undefined : sharedPath(file.path);
      note(own, {
        file: file === null || path === undefined ? null : { path, selections: file.selections },
        unsaved: unsaved.map(sharedPath).filter((each) => each !== undefined),
      });
    },
    hear(peer, told) {
      if (peer !== own && (words.has(peer) || words.size <= limits.guests)) note(peer, told);
    },
    forget: (peer) => note(peer, nowhere),
    forgetOthers() {
      for (const peer of words.keys()) if (peer !== own) note(peer, nowhere);
    },
    others: () => [...words].filter(([peer]) => peer !== own).map(([peer, told]) => shownPresence(peer, told)),
    words: () => words,
    dispose: () => spreading.dispose(),
  };
}

function shownPresence(peer: PeerId, { file, unsaved }: Told): PeerPresence {
  return {
    peer,
    file: file === null ? null : { path: shownPath(file.path), selections: file.selections },
    unsaved: unsaved.map(shownPath),
  };
}
