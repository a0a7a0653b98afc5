/** Mounts that windows were opened on: when one is gone, its window shows a dead folder, and is offered a way on. Pure. */
import { fromJson, list, oneOf, orNull, record, type SessionStatus, text } from "./helper-edge.ts";

export interface Place {
  readonly role: "host" | "guest";
  readonly mount: string;
  /** The host's plain folder. */
  readonly folder: string | null;
}
export type WayOn = "Rejoin" | "Keep a Copy…" | "Open Real Folder" | "Share Again" | "Close Folder";

/** `ended`: with a word; `lost`: without one; `found`: a window came back to it. */
export type Loss = "ended" | "lost" | "found";

const most = 20;
const parse = list(record<Place>({ role: oneOf("host", "guest"), mount: text, folder: orNull(text) }));

/** What was stored by `placesToJson`, perhaps by another version: then nothing is remembered. */
export function placesFromJson(json: string): readonly Place[] {
  return fromJson(json, parse) ?? [];
}

export function placesToJson(places: readonly Place[]): string {
  return JSON.stringify(places);
}

/** Newest first. */
export function remember(places: readonly Place[], { role, mount, folder }: SessionStatus): readonly Place[] {
  return [{ role, mount, folder }, ...places.filter((place) => place.mount !== mount)].slice(0, most);
}

/** The place that one of a window's folders is in. */
export function placeOf(places: readonly Place[], folders: readonly string[]): Place | undefined {
  return places.find(({ mount }) => folders.some((folder) => folder === mount || folder.startsWith(`${mount}/`)));
}

/** The mount lay over the host's plain folder, which is back under the same name. */
export function isCovered({ mount, folder }: Place): boolean {
  return mount === folder;
}

/** None: the window goes on with what is there. A copy is a guest's: the host has the plain folder, whole. */
export function waysOn(place: Place, loss: Loss): readonly WayOn[] {
  if (place.role === "guest") return ["Rejoin", "Keep a Copy…", "Close Folder"];
  const again = loss === "ended" ? [] : (["Share Again"] as const);
  return isCovered(place) ? again : [...again, "Open Real Folder", "Close Folder"];
}
