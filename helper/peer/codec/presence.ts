import { type FileName, parseFileName } from "../../base/name.ts";
import type { PeerId } from "../../replica/ids.ts";
import { frameType, limits } from "../protocol.ts";
import { frameOf, type Reader, type Writer } from "./bytes.ts";
import { readPeer } from "./values.ts";

/** A file's names from the mount's root down; never empty. */
export type Path = readonly FileName[];

/** Lines and characters (UTF-16 units) from 0. Where the cursor is, and where its selection began: the same when nothing is selected. */
export interface Selection {
  readonly anchor: Position;
  readonly active: Position;
}
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Where somebody is in the editor; `P` is how paths are written. The latest counts, and any may be lost. */
export interface PresenceOf<P> {
  /** In front of its user; null: none of the mount. */
  readonly file: { readonly path: P; readonly selections: readonly Selection[] } | null;
  /** Files with changes that are not saved yet. */
  readonly unsaved: readonly P[];
}
export type Presence = PresenceOf<Path>;

/** What everybody is taken for who said nothing, or is gone. */
export const nowhere: PresenceOf<never> = { file: null, unsaved: [] };

export function isNowhere({ file, unsaved }: PresenceOf<unknown>): boolean {
  return file === null && unsaved.length === 0;
}

/** Undefined: no path that presence tells of, or too long to be told. `src/é.ts` in bytes, one per unit. */
export function parsePath(latin1: string): Path | undefined {
  if (latin1.length > limits.presencePath) return undefined;
  const names = latin1.split("/").map(parseFileName);
  return names.includes(undefined) ? undefined : (names as Path);
}

export function encodePresent(presence: Presence): Uint8Array {
  return frameOf(frameType.present, (w) => writePresence(w, presence));
}

export function readPresent(r: Reader): Presence {
  return readPresence(r);
}

export function encodePresence(peer: PeerId, presence: Presence): Uint8Array {
  return frameOf(frameType.presence, (w) => {
    w.u16(peer);
    writePresence(w, presence);
  });
}

export function readPeerPresence(r: Reader): { readonly peer: PeerId; readonly presence: Presence } {
  return { peer: readPeer(r), presence: readPresence(r) };
}

function writePresence(w: Writer, { file, unsaved }: Presence): void {
  w.bool(file !== null);
  if (file !== null) {
    writePath(w, file.path);
    w.u32(file.selections.length);
    for (const { anchor, active } of file.selections)
      for (const { line, character } of [anchor, active]) {
        w.u32(line);
        w.u32(character);
      }
  }
  w.u32(unsaved.length);
  for (const path of unsaved) writePath(w, path);
}

function readPresence(r: Reader): Presence {
  const file = r.bool() ? { path: readPath(r), selections: r.list(limits.selections, 16, readSelection) } : null;
  return { file, unsaved: r.list(limits.unsaved, 2, readPath) };
}

function readSelection(r: Reader): Selection {
  return { anchor: readPosition(r), active: readPosition(r) };
}

function readPosition(r: Reader): Position {
  return { line: r.u32(), character: r.u32() };
}

function writePath(w: Writer, path: Path): void {
  w.latin1(path.join("/"));
}

function readPath(r: Reader): Path {
  return parsePath(r.latin1(limits.presencePath)) ?? r.fail("no path");
}
