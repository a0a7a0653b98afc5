/** The others who are here, each with the colour and the initials that are theirs in every window. Pure. */
import type { PeerPresence } from "../helper-edge.ts";
import type { Model } from "../state.ts";

export interface Person {
  readonly peer: number;
  readonly name: string;
  /** At most two characters. */
  readonly initials: string;
  /** From 1: the theme colours `pairmount.peer1` and so on. */
  readonly colour: number;
  readonly file: PeerPresence["file"];
  readonly unsaved: readonly string[];
}

export const colours = 6;

/** Whoever says nothing of where it is is here all the same, with no file. */
export function peopleOf(model: Model, presences: readonly PeerPresence[]): readonly Person[] {
  if (model.t !== "attached") return [];
  const others = model.state.status.peers.filter(({ you, state }) => !you && state !== "gone");
  return others.map(({ peer, name }): Person => {
    const said = presences.find((each) => each.peer === peer);
    return {
      peer,
      name,
      initials: initialsOf(name),
      colour: (peer % colours) + 1,
      file: said?.file ?? null,
      unsaved: said?.unsaved ?? [],
    };
  });
}

/** `Ada Byron`: AB; `ada`: AD. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== "");
  const [first = "?", second] = words.map((word) => Array.from(word));
  const letters = second === undefined ? Array.from(first).slice(0, 2) : [first[0], second[0]];
  return letters.join("").toUpperCase();
}

/** Who has the file in front, or unsaved changes in it. */
export function peopleIn(people: readonly Person[], path: string): readonly Person[] {
  return people.filter(({ file, unsaved }) => file?.path === path || unsaved.includes(path));
}

export interface Badge {
  readonly text: string;
  readonly tooltip: string;
}

/** On a file's entry in the Explorer and on its tab. Of several people their number is shown. */
export function badgeOf(people: readonly Person[], path: string): Badge | undefined {
  const inside = peopleIn(people, path);
  if (inside.length === 0) return undefined;
  return {
    text: inside.length === 1 ? inside.map(({ initials }) => initials).join("") : String(Math.min(inside.length, 99)),
    tooltip: inside
      .map(({ name, unsaved }) => `${name} ${unsaved.includes(path) ? "has unsaved changes here" : "is here"}`)
      .join(", "),
  };
}
