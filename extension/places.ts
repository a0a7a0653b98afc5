/** Mounts that windows were opened on: when one is gone, its window shows a dead folder, and is offered a way on. Pure. */
import { fromJson, list, oneOf, orNull, record, type SessionStatus, text } from "./helper-edge.ts";

export interface Place {
  readonly role: "host" | "guest";
  readonly mount: string;
  /** The host's plain folder. */
  readonly folder: string | null;
}
export type WayOn = "Rejoin" | "Open Real Folder" | "Close Folder";

const most = 20;
const parse = list(record<Place>({ role: oneOf("host", "guest"), mount: text, folder: orNull(text) }));

/** What was stored by `placesToJson`, perhaps by another version: then nothing is remembered. */
export function placesFromJson(json: string): readonly Place[] {
  return fromJson(json, parse) ?? [];
}

export function placesToJson(places: readonly Place[]): string {
  return JSON.stringify(places);
}

/** Newest first. A mount that covers its own folder is none: the plain folder is back under the same name. */
export function remember(places: readonly Place[], { role, mount, folder }: SessionStatus): readonly Place[] {
  if (mount === folder) return places;
  return [{ role, mount, folder }, ...places.filter((place) => place.mount !== mount)].slice(0, most);
}

/** The place that one of a window's folders is in. */
export function placeOf(places: readonly Place[], folders: readonly string[]): Place | undefined {
  return places.find(({ mount }) => folders.some((folder) => folder === mount || folder.startsWith(`${mount}/`)));
}

export function waysOn({ role }: Place): readonly WayOn[] {
  return role === "guest" ? ["Rejoin", "Close Folder"] : ["Open Real Folder", "Close Folder"];
}
