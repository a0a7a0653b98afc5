/** Following somebody: their file and cursor are revealed as they move, until one moves oneself. Pure. */
import type { Position } from "./marks.ts";
import type { Person } from "./people.ts";

export interface Target extends Position {
  readonly path: string;
}

export type Following =
  | { readonly t: "off" }
  | {
      readonly t: "following";
      readonly peer: number;
      readonly name: string;
      /** What was revealed last. */
      readonly at: Target | undefined;
    };

export type FollowInput =
  | { readonly t: "follow"; readonly person: Person }
  /** All who are here. */
  | { readonly t: "people"; readonly people: readonly Person[] }
  /** Typed, or moved the cursor, by hand. */
  | { readonly t: "touched" }
  /** An editor came to the front; undefined: it shows no file of the mount. */
  | { readonly t: "went"; readonly path: string | undefined }
  | { readonly t: "stop" };

export const off: Following = { t: "off" };

/** To be revealed, where `at` is another than before. */
export function next(following: Following, input: FollowInput): Following {
  switch (input.t) {
    case "follow": {
      const { peer, name } = input.person;
      return along({ t: "following", peer, name, at: undefined }, input.person);
    }
    case "people": {
      if (following.t === "off") return off;
      const person = input.people.find(({ peer }) => peer === following.peer);
      return person === undefined ? off : along(following, person);
    }
    case "touched":
    case "stop":
      return off;
    case "went":
      return following.t === "following" && input.path === following.at?.path ? following : off;
  }
}

/** Somebody who has no file of the mount in front is waited for. */
function along(following: Extract<Following, { t: "following" }>, { file }: Person): Following {
  const active = file?.selections[0]?.active;
  if (file === null || active === undefined) return following;
  const { at } = following;
  const { line, character } = active;
  if (at?.path === file.path && at.line === line && at.character === character) return following;
  return { ...following, at: { path: file.path, line, character } };
}
