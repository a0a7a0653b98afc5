import type { Applied } from "./apply.ts";
import { keysOf, type Keys } from "./changes.ts";
import type { GuestView } from "./guest-view.ts";
import { placesOf, samePlace } from "./namespace.ts";
import type { Place } from "./op.ts";
import type { Pending } from "./pending.ts";

/** What an applied operation, of anybody, can change in a guest's view. */
export function keysOfApplied(view: GuestView, applied: Applied, own: Pending | undefined): Keys {
  const keys = keysOf(applied.op, applied.revived);
  if (own !== undefined && own.submitted.op.t !== applied.op.t) addKeys(keys, keysOf(own.submitted.op));
  if (own !== undefined) addHeld(keys, own);
  addNamed(view, keys);
  return keys;
}

/** What the refusal of a guest's own operation can change in its view. */
export function keysOfRefused(view: GuestView, own: Pending): Keys {
  const keys = keysOf(own.submitted.op);
  addHeld(keys, own);
  addNamed(view, keys);
  return keys;
}

function addKeys(keys: Keys, more: Keys): void {
  keys.names.push(...more.names);
  keys.nodes.push(...more.nodes);
}

/** Also directories that only this operation kept in view (revival.ts). */
function addHeld(keys: Keys, { holds }: Pending): void {
  for (const at of holds.names) addName(keys, at);
}

function addName({ names }: Keys, at: Place): void {
  if (!names.some((known) => samePlace(known, at))) names.push(at);
}

/** What the names name now, as shown and as confirmed; and where what was taken over is, here and there (R-SEED). */
function addNamed(view: GuestView, keys: Keys): void {
  for (const id of keys.nodes) {
    const own = view.privates.nodes.get(id);
    const confirmed = own && view.confirmed.get(id);
    for (const inode of [own, confirmed])
      for (const at of inode === undefined ? [] : placesOf(inode)) addName(keys, at);
  }
  for (const at of keys.names) {
    for (const id of [view.lookup(at), view.confirmed.child(at.parent, at.name)])
      if (id !== undefined && !keys.nodes.includes(id)) keys.nodes.push(id);
  }
}
