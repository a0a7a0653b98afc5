/** What this window tells the others of itself. Pure. */
import type { Params } from "../helper-edge.ts";
import { type FileUri, pathInMount } from "../in-mount.ts";
import type { Model } from "../state.ts";
import type { Position } from "./marks.ts";

/** The part of the editor that counts. */
export interface Desk {
  readonly focused: boolean;
  readonly active:
    | {
        readonly uri: FileUri;
        readonly selections: readonly { readonly anchor: Position; readonly active: Position }[];
      }
    | undefined;
  readonly dirty: readonly FileUri[];
}

/** More are not told (PROTOCOL.md). */
const most = { selections: 16, unsaved: 32 } as const;

/** `shares` false: the user does not want to be seen. `follows`: what is in front is somebody else's choice, and two who follow each other stand still. */
export function presenceOf(
  model: Model,
  { focused, active, dirty }: Desk,
  { shares, follows }: { readonly shares: boolean; readonly follows: boolean },
): Params<"present"> {
  const path = active === undefined || follows || !shares ? undefined : pathInMount(model, active.uri);
  const unsaved = shares ? dirty.map((uri) => pathInMount(model, uri)).filter((each) => each !== undefined) : [];
  return {
    focused,
    file:
      path === undefined ? null : { path, selections: (active?.selections ?? []).slice(0, most.selections).map(plain) },
    unsaved: unsaved.slice(0, most.unsaved),
  };
}

/** The editor's own objects have more in them. */
function plain({ anchor, active }: { readonly anchor: Position; readonly active: Position }): {
  readonly anchor: Position;
  readonly active: Position;
} {
  const place = ({ line, character }: Position): Position => ({ line, character });
  return { anchor: place(anchor), active: place(active) };
}
